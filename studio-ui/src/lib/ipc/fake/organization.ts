/** The fake's organisation as a whole: what it chose, what was done in it, what failed. */
import type { DeadFact, DeadJob, Deed, OrganizationView } from '../../cloud/organization.ts';
import type { CloudAnswer } from '../backend.ts';
import { empty, ok, page, refuse, stale } from './answers.ts';
import { HOST } from './person.ts';
import { newId, ORG } from './seed.ts';

const DEEDS: [minutes: number, who: string, event: Record<string, unknown>, what?: string][] = [
  [4, 'Mo Adeyemi', { kind: 'product_changed', product: 'p' }, 'Linen shirt'],
  [11, 'Lena Vogt', { kind: 'coupon_created', coupon: 'c' }, 'AUTUMN10'],
  [26, 'Shop server', { kind: 'stock_changed', product: 'p', stock: 214 }, 'Canvas bag'],
  [58, 'Lena Vogt', { kind: 'show_changed', show: 's' }, 'Autumn drop'],
  [190, 'Elif Kaya', { kind: 'member_invited', invitation: 'i', role: 'host' }, 'priya@agency.example'],
  [1500, 'Elif Kaya', { kind: 'api_key_created', key: 'k' }, 'Shop server'],
  [1510, 'Mo Adeyemi', { kind: 'publish_key_issued', show: 's' }],
  [2900, 'Lena Vogt', { kind: 'organization_changed', version: 2, fields: ['name', 'imprint_url'] }],
  [4400, 'Lena Vogt', { kind: 'role_created', role: 'r' }, 'Stock keeper'],
  [9000, 'Lena Vogt', { kind: 'from_the_future' }],
];

export class FakeOrganization {
  view: OrganizationView;
  deeds: Deed[];
  jobs: DeadJob[];
  facts: DeadFact[];

  constructor(empty: boolean, now: number) {
    const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
    this.view = {
      id: ORG,
      name: 'Maison Demo',
      slug: 'demo',
      version: 1,
      settings: {
        accent_colour: '#b5553a', allowed_origins: ['https://shop.example.com'], currency: 'EUR', locale: 'en', time_zone: 'Europe/Berlin',
        imprint_url: 'https://shop.example.com/imprint', privacy_url: null, terms_url: null,
        logo_url: null, slate_url: null, slate_text: null, end_after_planned_min: null,
      },
    };
    const fact = (seq: number, at: number, event: Record<string, unknown>) =>
      ({ seq, at: ago(at), org_id: ORG, actor: `user:${HOST.id}`, show_id: null, event }) as unknown as Deed;
    const many = empty ? [] : [...DEEDS, ...Array.from({ length: 60 }, (_, n): (typeof DEEDS)[number] => [10_000 + n * 700, n % 3 ? 'Shop server' : 'Lena Vogt', { kind: 'product_changed', product: newId() }])];
    this.deeds = many.map(([at, actor_name, event, what], n) => ({ ...fact(1000 - n, at, event), subject_name: what ?? null, actor: actor_name === 'Shop server' ? 'key:k' : `user:${actor_name}`, actor_name }));
    this.jobs = empty
      ? []
      : [
          { id: newId(), kind: 'catalog.import', key: 'google', attempts: 6, created_at: ago(1500), died_at: ago(1440), reason: 'shop.example.com did not answer within 30 seconds' },
          { id: newId(), kind: 'mail.send', key: 'invitation', attempts: 8, created_at: ago(400), died_at: ago(320), reason: 'the mail server refused the address new@demo.exmaple' },
        ];
    this.facts = empty
      ? []
      : [{ listener: 'webhooks', reason: 'the shop’s server answered 500', died_at: ago(95), replay_asked_at: null, fact: fact(812, 120, { kind: 'order_recorded', order: newId(), total_minor: 4900, currency: 'EUR', items: 1 }) }];
  }

  handle(method: string, json: Record<string, unknown>, ifMatch: string | null): CloudAnswer {
    if (method === 'GET') return ok(this.view);
    if (stale(this.view, ifMatch)) return refuse(412, 'conflict');
    const { name = this.view.name, slug = this.view.slug, ...settings } = json as { name?: string; slug?: string };
    if (slug === 'taken') return refuse(409, 'name_taken');
    this.view = { ...this.view, name, slug, version: this.view.version + 1, settings: { ...this.view.settings, ...settings } };
    return ok(this.view);
  }

  past(method: string, noun: string, [id, last]: (string | undefined)[], query: URLSearchParams): CloudAnswer {
    if (noun === 'audit') {
      const person = query.get('person');
      return ok(page(person === null ? this.deeds : this.deeds.filter((deed) => deed.actor === person), query));
    }
    if (noun === 'jobs') {
      if (method !== 'POST') return ok(page(this.jobs, query));
      this.jobs = this.jobs.filter((job) => job.id !== id);
      return empty(202);
    }
    if (method !== 'POST') return ok(page(this.facts, query));
    this.facts = this.facts.map((one) => (one.listener === id && String(one.fact.seq) === last ? { ...one, replay_asked_at: new Date().toISOString() } : one));
    return empty(202);
  }
}
