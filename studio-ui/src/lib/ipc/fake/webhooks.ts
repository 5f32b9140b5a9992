/** The fake's webhooks: servers that are told, and how they answered. */
import type { Delivery, Webhook, WebhookDraft } from '../../cloud/webhooks.ts';
import type { CloudAnswer } from '../backend.ts';
import { empty, ok, page, refuse, stale } from './answers.ts';
import { newId } from './seed.ts';

const MOST = 10;
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const secret = () => `whsec_${'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'.slice(0, 24)}${newId().slice(-6)}`;

export class FakeWebhooks {
  list: Webhook[] = [];
  deliveries: Record<string, Delivery[]> = {};

  constructor(none: boolean) {
    if (none) return;
    const shop = this.#hook({ url: 'https://shop.example.com/hooks/vitrine', events: ['show_went_live', 'show_ended', 'order_recorded'] });
    const books = this.#hook({ url: 'https://books.example.com/in', events: ['order_recorded', 'order_cancelled', 'order_refunded'] });
    Object.assign(shop, { waiting: 1, failing_since: null });
    Object.assign(books, { active: false, off_reason: 'It took nothing for three days: books.example.com did not answer within ten seconds.', failing_since: at(-5000), missed: 3 });
    this.list = [shop, books];
    this.deliveries = {
      [shop.id]: [
        this.#delivery('order_recorded', { state: 'waiting', attempts: 2, status: 503, reason: 'shop.example.com answered 503.', next_at: at(4), tried_at: at(-1), created_at: at(-2) }),
        this.#delivery('order_recorded', { created_at: at(-44) }),
        this.#delivery('show_ended', { created_at: at(-900) }),
        this.#delivery('show_went_live', { state: 'failed', attempts: 10, status: 500, reason: 'shop.example.com answered 500.', created_at: at(-4000) }),
      ],
      [books.id]: [],
    };
  }

  #hook = ({ url, events }: WebhookDraft): Webhook => ({
    id: newId(), url, events, active: true, created_at: at(-9000), version: 1, waiting: 0, missed: 0, failing_since: null, off_reason: null, old_secret_until: null,
  });

  #delivery = (event: Delivery['event'], more: Partial<Delivery> = {}): Delivery => ({
    id: newId(), event, state: 'delivered', attempts: 1, status: 204, reason: null, seq: event === 'webhook_test' ? null : 4711,
    created_at: at(0), tried_at: more.created_at ?? at(0), next_at: null, ...more,
  });

  handle(method: string, [id, verb, delivery, last]: (string | undefined)[], json: Record<string, unknown>, query: URLSearchParams, ifMatch: string | null): CloudAnswer {
    if (!id) return method === 'POST' ? this.#create(json as unknown as WebhookDraft) : ok(page(this.list, query));
    const hook = this.list.find((one) => one.id === id);
    if (!hook) return refuse(404, 'not_found');
    const sent = (this.deliveries[id] ??= []);
    if (verb === 'deliveries') {
      if (last === 'redelivery') Object.assign(sent.find((one) => one.id === delivery)!, { state: 'delivered', status: 204, reason: null, tried_at: at(0), next_at: null });
      return last === 'redelivery' ? empty(202) : ok(page(sent, query));
    }
    if (verb === 'secret') {
      hook.old_secret_until = at(24 * 60);
      return ok({ secret: secret(), old_secret_until: hook.old_secret_until });
    }
    if (verb === 'test') {
      if (!hook.active) return refuse(409, 'webhook_off');
      const test = this.#delivery('webhook_test');
      sent.unshift(test);
      return ok(test, 202);
    }
    if (method === 'DELETE') {
      this.list = this.list.filter((one) => one !== hook);
      return empty();
    }
    if (method === 'PATCH') {
      if (stale(hook, ifMatch)) return refuse(412, 'conflict');
      if (json['url'] && !reachable(String(json['url']))) return refuse(422, 'invalid_request');
      Object.assign(hook, json, { version: hook.version + 1 });
      if ('active' in json) Object.assign(hook, { off_reason: null, failing_since: null, missed: 0 });
    }
    return ok(hook);
  }

  #create(draft: WebhookDraft): CloudAnswer {
    if (!reachable(draft.url)) return refuse(422, 'invalid_request');
    if (this.list.length >= MOST) return refuse(409, 'limit_reached');
    const made = { ...this.#hook(draft), created_at: at(0) };
    this.list = [...this.list, made];
    return ok({ ...made, secret: secret() }, 201);
  }
}

const reachable = (url: string): boolean => !/^https:\/\/(10|127|192\.168)\./.test(url);
