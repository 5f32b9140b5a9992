/** The servers that are told what happens. */
import type { Schemas } from '@vitrine/client';
import type { Backend } from '../ipc/backend.ts';
import type { Intent } from './intent.ts';
import { Lane } from './lane.ts';
import { change } from './stale.ts';

export type Webhook = Schemas['Webhook'];
export type CreatedWebhook = Schemas['CreatedWebhook'];
export type WebhookEvent = Schemas['WebhookEvent'];
export type WebhookPatch = Schemas['WebhookPatch'];
export type WebhookSecret = Schemas['WebhookSecret'];
export type Delivery = Schemas['WebhookDelivery'];

/** What a form about a webhook asks. */
export interface WebhookDraft {
  url: string;
  events: WebhookEvent[];
}

/** Typed calls for one organisation's webhooks. */
export class Webhooks {
  #lane: Lane;

  constructor(backend: Backend, org: string) {
    this.#lane = new Lane(backend, `/v1/orgs/${org}/webhooks`);
  }

  list = () => this.#lane.list<Webhook>('');
  one = (id: string) => this.#lane.call<Webhook>('GET', `/${id}`);
  create = (draft: WebhookDraft, intent: Intent) => this.#lane.call<CreatedWebhook>('POST', '', draft, { intent });
  /** How it does moves with each message: only what a form asks matters. */
  change = (seen: Webhook, patch: WebhookPatch) =>
    change(
      seen,
      (base) => this.#lane.call<Webhook>('PATCH', `/${seen.id}`, patch, { seen: base }),
      () => this.one(seen.id),
      (was, now) => was.url === now.url && was.active === now.active && String(was.events) === String(now.events),
    );
  remove = (id: string) => this.#lane.call<void>('DELETE', `/${id}`);
  newSecret = (id: string, intent: Intent) => this.#lane.call<WebhookSecret>('POST', `/${id}/secret`, undefined, { intent });
  test = (id: string, intent: Intent) => this.#lane.call<Delivery>('POST', `/${id}/test`, undefined, { intent });

  deliveries = (id: string, after: string | null) => this.#lane.page<Delivery>(`/${id}/deliveries`, { after, limit: '30' });
  sendAgain = (id: string, delivery: string, intent: Intent) =>
    this.#lane.call<void>('POST', `/${id}/deliveries/${delivery}/redelivery`, undefined, { intent });
}
