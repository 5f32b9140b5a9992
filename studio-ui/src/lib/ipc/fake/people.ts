/** Who works for the fake's shop: members, invitations, roles and keys, with the cloud's refusals. */
import type { Schemas } from '@vitrine/client';
import type { ApiKey, CustomRole, Invitation, Member, NewInvitation, Permission, RoleChoice, RoleDraft } from '../../cloud/people.ts';
import type { CloudAnswer } from '../backend.ts';
import { empty, ok, refuse, stale } from './answers.ts';
import { BUILTIN, HOST, MODERATOR, permissionsOf } from './person.ts';
import { newId } from './seed.ts';

type User = Schemas['User'];
type Json = Record<string, unknown>;

/** What only a person may do, no key may. */
const PEOPLE_ONLY: readonly Permission[] = [
  'edit_organization', 'manage_members', 'manage_roles', 'manage_api_keys', 'transfer_ownership',
  'speak_in_chat', 'manage_jobs', 'manage_webhooks', 'manage_plan', 'export_organization', 'delete_organization',
];
/** What can be given to a key. */
export const KEYED = permissionsOf('owner').filter((one) => !PEOPLE_ONLY.includes(one));

const DAY = 86_400_000;
const days = (n: number) => new Date(Date.now() + n * DAY).toISOString();
const person = (name: string, email: string, email_verified = true): User => ({ id: newId(), name, email, email_verified });
const TOKEN = 'vtk_Zk3pQ8sW1nXe7Lr5TbYhVd2Gc9Jf4Mua';

export class FakePeople {
  members: Member[] = [];
  roles: CustomRole[] = [];
  invitations: Invitation[] = [];
  keys: ApiKey[] = [];
  /** Who asks. */
  #me: () => User;

  /** `mine`: the role of who asks; `alone`: with nobody and nothing else. */
  constructor(me: () => User, mine: RoleChoice['role'], alone: boolean) {
    this.#me = me;
    if (!alone) this.#seed(mine);
    this.members.unshift(this.#member(me(), { role: mine }, -120));
  }

  #seed(mine: RoleChoice['role']) {
    const stock = ['view_organization', 'view_catalog', 'edit_catalog', 'manage_stock'] as const;
    this.roles = [
      { id: newId(), name: 'Stock keeper', permissions: [...stock], lacks: [], created_at: days(-40), version: 1 },
      { id: newId(), name: 'Support', permissions: ['view_organization', 'view_orders', 'refund_orders'], lacks: [], created_at: days(-9), version: 1 },
    ];
    const lena = { ...HOST, email: 'owner@demo.example', email_verified: true };
    const tom = { ...MODERATOR, email: 'mod@demo.example', email_verified: true };
    const others: [User, RoleChoice, number][] = [
      [lena, { role: 'owner' }, -120],
      [person('Ada Okafor', 'ada@demo.example'), { role: 'admin' }, -96],
      [person('Noé Martin', 'noe@demo.example'), { role: 'host' }, -60],
      [tom, { role: 'moderator' }, -58],
      [person('Ines Duarte', 'ines.duarte@warehouse.example', false), { role: 'custom', role_id: this.roles[0]!.id }, -12],
      [person('Jon Berg', 'jon@demo.example'), { role: 'analyst' }, -3],
    ];
    this.members = others
      .filter(([user]) => user.id !== this.#me().id || (mine !== 'owner' && user === lena))
      // Whoever asks may sit in Lena's place: then somebody else owns it.
      .map(([user, choice, since]) =>
        this.#member(user.id === this.#me().id ? { ...user, id: newId(), name: 'Mara Lind' } : user, choice, since),
      );
    const by = this.members[0]?.user.id ?? null;
    this.invitations = [
      { id: newId(), email: 'sam@demo.example', role: 'moderator', invited_by: this.#me().id, created_at: days(-1), expires_at: days(6) },
      { id: newId(), email: 'priya@agency.example', role: 'host', invited_by: by, created_at: days(-5), expires_at: days(2) },
    ];
    const key = (name: string, hint: string, permissions: Permission[], more: Partial<ApiKey>): ApiKey => ({
      id: newId(), name, hint, permissions, created_at: days(-50), created_by: by, ...more,
    });
    this.keys = [
      key('Server of our shop', 'vtk_Zk3pQ8', ['view_catalog', 'view_orders', 'record_orders', 'refund_orders'], { used_at: new Date(Date.now() - 240_000).toISOString() }),
      key('Warehouse sync', 'vtk_m1Lw0c', ['view_catalog', 'edit_catalog', 'import_catalog', 'manage_stock', 'edit_coupons'], { used_at: days(-1), expires_at: days(200) }),
      key('Old reporting', 'vtk_9sDf2k', ['view_orders', 'view_shows'], { used_at: days(-31), revoked_at: days(-30) }),
    ];
  }

  /** What a choice lets people do; null: there is no such role. */
  #standing({ role, role_id }: RoleChoice): Pick<Member, 'role' | 'role_id' | 'role_name' | 'permissions'> | null {
    if (role !== 'custom') return { role, role_id: null, role_name: null, permissions: permissionsOf(role) };
    const own = this.roles.find((one) => one.id === role_id);
    return own ? { role, role_id: own.id, role_name: own.name, permissions: own.permissions } : null;
  }

  #member(user: User, choice: RoleChoice, since: number): Member {
    return { user, ...this.#standing(choice)!, created_at: days(since), version: 0 };
  }

  /** What this organisation's members may do now. */
  of(user: string): Member | undefined {
    return this.members.find((one) => one.user.id === user);
  }

  #reaches(permissions: readonly Permission[]): boolean {
    const own = this.of(this.#me().id)?.permissions ?? [];
    return permissions.every((one) => own.includes(one));
  }

  handle(
    method: string,
    noun: string,
    id: string | undefined,
    json: Json,
    ifMatch: string | null,
    query: URLSearchParams,
  ): CloudAnswer {
    const seen = noun === 'members' ? this.of(id ?? '') : noun === 'roles' ? this.roles.find((one) => one.id === id) : undefined;
    if (method !== 'GET' && seen && stale(seen, ifMatch)) return refuse(412, 'conflict');
    switch (noun) {
      case 'members':
        if (!id) return ok({ items: this.members });
        return this.#oneMember(method, id, json as unknown as RoleChoice, query.get('keep_keys') === 'true');
      case 'ownership':
        return this.#handOver(String(json['user_id']), String(json['password']));
      case 'invitations':
        if (method === 'POST') return this.#invite(json as unknown as NewInvitation);
        if (method === 'DELETE') this.invitations = this.invitations.filter((one) => one.id !== id);
        return method === 'DELETE' ? empty() : ok({ items: this.invitations });
      case 'roles':
        if (!id && method === 'GET') return ok({ items: this.roles, next: null, builtin: BUILTIN, key_permissions: KEYED });
        return this.#role(method, id, json as unknown as RoleDraft);
      case 'api-keys':
        return this.#key(method, id, json);
      default:
        return refuse(404, 'not_found');
    }
  }

  #oneMember(method: string, id: string, choice: RoleChoice, keep: boolean): CloudAnswer {
    const member = this.of(id);
    if (!member) return refuse(404, 'not_found');
    const last = member.role === 'owner' && this.members.filter((one) => one.role === 'owner').length < 2;
    if (method === 'DELETE') {
      if (last) return refuse(409, 'last_owner');
      if (id !== this.#me().id && !this.#reaches(member.permissions)) return refuse(403, 'above_you');
      this.members = this.members.filter((one) => one !== member);
      if (!keep) this.#endKeys(id, []);
      return empty();
    }
    if (method === 'PATCH') {
      const standing = this.#standing(choice);
      if (!standing) return refuse(404, 'not_found');
      if (!this.#reaches(member.permissions) || !this.#reaches(standing.permissions)) return refuse(403, 'above_you');
      if (last && standing.role !== 'owner') return refuse(409, 'last_owner');
      if (!keep) this.#endKeys(id, standing.permissions);
      this.members = this.members.map((one) => (one === member ? { ...one, ...standing, version: one.version + 1 } : one));
    }
    return ok(this.of(id));
  }

  /** Ends the keys that somebody made and that may more than `left`. */
  #endKeys(maker: string, left: readonly Permission[]) {
    const ends = ({ created_by, permissions, revoked_at }: ApiKey) =>
      created_by === maker && !revoked_at && permissions.some((one) => !left.includes(one));
    this.keys = this.keys.map((one) => (ends(one) ? { ...one, revoked_at: days(0) } : one));
  }

  #handOver(to: string, password: string): CloudAnswer {
    if (password.length < 6) return refuse(401, 'bad_credentials');
    if (!this.of(to)) return refuse(404, 'not_found');
    const me = this.#me().id;
    this.members = this.members.map((one) =>
      one.user.id === to ? { ...one, ...this.#standing({ role: 'owner' })! } : one.user.id === me ? { ...one, ...this.#standing({ role: 'admin' })! } : one,
    );
    return ok(this.of(to));
  }

  #invite({ email, role, role_id }: NewInvitation): CloudAnswer {
    const standing = this.#standing({ role, role_id });
    if (!standing) return refuse(404, 'not_found');
    if (!this.#reaches(standing.permissions)) return refuse(403, 'above_you');
    if (this.members.some((one) => one.user.email === email)) return refuse(409, 'already_member');
    const invitation: Invitation = {
      id: newId(), email, role, role_id: standing.role_id, role_name: standing.role_name, invited_by: this.#me().id, created_at: days(0), expires_at: days(7),
    };
    this.invitations = [invitation, ...this.invitations.filter((one) => one.email !== email)];
    const link = 'https://live.example.com/account/invitation?token=vti_b3Zl4mTq7Hk2cXw9RfYdS1aJ8gNu5eVo&lang=en';
    return ok({ ...invitation, link, mailed: this.#me().email_verified }, 201);
  }

  #role(method: string, id: string | undefined, draft: RoleDraft): CloudAnswer {
    const role = this.roles.find((one) => one.id === id);
    if (id && !role) return refuse(404, 'not_found');
    if (method === 'GET') return ok(role);
    if (role && !this.#reaches(role.permissions)) return refuse(403, 'above_you');
    if (method === 'DELETE') {
      const used = [...this.members, ...this.invitations].some((one) => one.role_id === id);
      if (used) return refuse(409, 'role_in_use');
      this.roles = this.roles.filter((one) => one !== role);
      return empty();
    }
    if (!this.#reaches(draft.permissions)) return refuse(403, 'above_you');
    if (this.roles.some((one) => one !== role && one.name.toLowerCase() === draft.name.toLowerCase())) return refuse(409, 'name_taken');
    const saved: CustomRole = { id: role?.id ?? newId(), created_at: role?.created_at ?? days(0), ...draft, lacks: [], version: (role?.version ?? 0) + 1 };
    this.roles = [...this.roles.filter((one) => one !== role), saved].sort((a, b) => a.name.localeCompare(b.name));
    this.members = this.members.map((one) => (one.role_id === saved.id ? { ...one, role_name: saved.name, permissions: saved.permissions } : one));
    return ok(saved, role ? 200 : 201);
  }

  #key(method: string, id: string | undefined, json: Json): CloudAnswer {
    if (method === 'DELETE') {
      this.keys = this.keys.map((one) => (one.id === id ? { ...one, revoked_at: days(0) } : one));
      return empty();
    }
    if (method !== 'POST') return ok({ items: this.keys });
    const { name, permissions, expires_at } = json as Pick<ApiKey, 'name' | 'permissions' | 'expires_at'>;
    if (!this.#reaches(permissions)) return refuse(403, 'above_you');
    const key: ApiKey = { id: newId(), name, hint: TOKEN.slice(0, 10), permissions, expires_at, created_at: days(0), created_by: this.#me().id };
    this.keys = [key, ...this.keys];
    return ok({ ...key, token: TOKEN }, 201);
  }
}
