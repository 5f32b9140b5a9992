/** Whoever is signed in to the fake cloud: their address, their sessions, and the organisations they belong to. */
import type { Me, Place, SignedInDevice } from '../../cloud/account.ts';
import type { CloudAnswer, Organization, Session } from '../backend.ts';
import { empty, ok, refuse } from './answers.ts';
import { FakeCloud } from './cloud.ts';
import { FakeFactors } from './factors.ts';
import type { FakeOptions } from './options.ts';
import { FakePeople } from './people.ts';
import { HOST, permissionsOf } from './person.ts';
import { newId, ORG } from './seed.ts';

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const HOUR = 3_600_000;
/** Where the link of an invitation leads. */
const INVITED = { name: 'Studio Lumen', slug: 'lumen' };

export class FakeAccount {
  user: Me['user'] = { ...HOST, email: '', email_verified: true };
  locale: Me['locale'] = 'en';
  sessions: SignedInDevice[];
  /** Letters that went out, by what they are for. */
  letters: string[] = [];
  readonly factors: FakeFactors;
  /** What each organisation has. */
  #clouds = new Map<string, FakeCloud>();
  /** Those that the desk was told of, and those that came later. */
  #places: Organization[] = [];
  #empty: boolean;

  constructor(options: FakeOptions, cloud: FakeCloud, session: Session | null) {
    this.sessions = this.#seed();
    this.factors = new FakeFactors(options, () => this.#now());
    this.user.email_verified = !options.unconfirmed;
    this.#empty = options.empty;
    this.#clouds.set(ORG, cloud);
    if (session) this.enter(session);
  }

  /** Somebody makes an account: a letter goes out. */
  registers() {
    this.user.email_verified = false;
    this.letters.push('confirm');
  }

  /** Somebody signs in: with all that is theirs by now. */
  enter(session: Session): Session {
    this.user = { ...session.user, email_verified: this.user.email_verified };
    const known = session.organizations.map((one) => this.#places.find(({ id }) => id === one.id) ?? one);
    this.#places = [...known, ...this.#places.filter((one) => !known.some(({ id }) => id === one.id))];
    for (const { id } of known) {
      const cloud = this.#clouds.get(id) ?? new FakeCloud(this.#empty, Date.now());
      this.#clouds.set(id, cloud);
      if (!cloud.people) this.#staff(id, cloud, this.#empty);
    }
    return { ...session, organizations: this.#now() };
  }

  /** What an organisation of theirs has; they may have joined it since they signed in. */
  cloudOf = (org: string): FakeCloud | undefined => (this.#now().some(({ id }) => id === org) ? this.#clouds.get(org) : undefined);

  #staff(id: string, cloud: FakeCloud, alone: boolean) {
    const place = this.#places.find((one) => one.id === id);
    cloud.people = new FakePeople(() => this.user, place?.role ?? 'owner', alone);
  }

  /** The places as their teams have them now. */
  #now(): Organization[] {
    return this.#places.flatMap((place) => {
      const people = this.#clouds.get(place.id)?.people;
      const member = people ? people.of(this.user.id) : place;
      if (!member) return [];
      const roleName = people ? (people.of(this.user.id)?.role_name ?? '') : place.roleName;
      return [{ ...place, role: member.role, roleName, role_name: roleName, permissions: member.permissions }];
    });
  }

  handle(method: string, path: string, body: string | null, ifMatch: string | null): CloudAnswer {
    const [, , noun, id, more] = path.split('?')[0]!.split('/');
    const json = body === null ? {} : (JSON.parse(body) as Record<string, string>);
    if (noun === 'orgs' && !id && json['slug'] === 'demo') return refuse(409, 'name_taken');
    if (noun === 'orgs' && !id) return ok(this.#join(json['name']!, json['slug'] ?? json['name']!.toLowerCase(), 'owner'), 201);
    const guarded = noun === 'orgs' && (more === 'ownership' || (more === 'deletion' && method === 'POST'));
    if (guarded && json['password']!.length >= 6 && !this.#proves(json)) return refuse(401, 'bad_code');
    if (noun === 'orgs') return this.#clouds.get(id!)?.handle(method, path.replace(id!, ORG), body, ifMatch) ?? refuse(404, 'not_found');
    if (noun === 'sessions') return this.#devices(method, id);
    if (noun === 'invitation-lookups') {
      const seen = { organization_name: INVITED.name, role: 'host', invited_by: 'Elif Kaya', email: 'studio@demo.example' };
      return json['token']!.endsWith('old') ? refuse(410, 'link_expired') : ok(seen);
    }
    if (noun !== 'me') return refuse(404, 'not_found');
    if (id === 'invitations') return ok({ organization: this.#join(INVITED.name, INVITED.slug, 'host') });
    if (id === 'email' && more === 'verification') return this.#letter('confirm');
    if (id === 'password') return this.#password(json);
    if (id && id !== 'email') return this.factors.handle(method, id, more, json);
    if (method === 'PATCH') return this.#change(json);
    const password = json['password'] ?? '';
    if ((method === 'DELETE' || id === 'email') && password.length >= 6 && !this.#proves(json)) return refuse(401, 'bad_code');
    if (method === 'DELETE') return this.factors.leave(password);
    if (id === 'email') return password.length < 6 ? refuse(401, 'bad_credentials') : this.#letter('change');
    return ok(this.#me());
  }

  /** The second factor is there, where there is one. */
  #proves = (json: Record<string, string>) => !this.factors.on || this.factors.fits(json['code'], json['recovery_code']);

  #me = () => ({ user: this.user, locale: this.locale, organizations: this.#now() });

  #change(json: Record<string, string>): CloudAnswer {
    this.user = { ...this.user, name: json['name'] ?? this.user.name };
    this.locale = (json['locale'] as Me['locale'] | undefined) ?? this.locale;
    return ok(this.#me());
  }

  /** All but this device are signed out. */
  #password(json: Record<string, string>): CloudAnswer {
    if (json['password']!.length < 6) return refuse(401, 'bad_credentials');
    if (!this.#proves(json)) return refuse(401, 'bad_code');
    this.sessions = this.sessions.filter((one) => one.current);
    return this.#letter('password');
  }

  #letter(of: string): CloudAnswer {
    this.letters.push(of);
    return empty(202);
  }

  #join(name: string, slug: string, role: 'owner' | 'host'): Place {
    const place = { id: newId(), name, slug, role, roleName: '', permissions: permissionsOf(role) };
    this.#places.push(place);
    const cloud = new FakeCloud(true, Date.now());
    this.#clouds.set(place.id, cloud);
    this.#staff(place.id, cloud, true);
    return place;
  }

  #devices(method: string, id: string | undefined): CloudAnswer {
    if (method !== 'DELETE') return ok({ items: this.sessions });
    this.sessions = this.sessions.filter((one) => (id ? one.id !== id : one.current));
    return empty();
  }

  #seed(): SignedInDevice[] {
    const one = (agent: string, network: string, used: number, begun: number, current = false): SignedInDevice => ({
      id: newId(), agent, network, used_at: ago(used * HOUR), created_at: ago(begun * HOUR), expires_at: ago(-700 * HOUR), current,
    });
    return [
      one('vitrine-studio/0.1.0 (Linux)', '203.0.113.7', 0.02, 60, true),
      one('', '203.0.113.7', 20, 190),
      one('Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', '2001:db8:71:4200::', 75, 320),
    ];
  }
}
