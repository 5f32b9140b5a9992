/** What an organisation may use, what it uses of it, and what it pays for that. */
import type { Schemas } from '@vitrine/client';
import type { Backend } from '../ipc/backend.ts';
import type { Intent } from './intent.ts';
import { Lane } from './lane.ts';

export type PlanView = Schemas['PlanView'];
export type Plan = Schemas['Plan'];
export type AddOn = Schemas['AddOn'];
export type Limit = Schemas['Limit'];
export type Limits = Schemas['Limits'];
export type BillingView = Schemas['BillingView'];
export type BillingChoice = Schemas['BillingChoice'];
export type Invoice = Schemas['Invoice'];

/** Typed calls for one organisation's plan. */
export class Plans {
  #lane: Lane;

  constructor(backend: Backend, org: string) {
    this.#lane = new Lane(backend, `/v1/orgs/${org}`);
  }

  plan = () => this.#lane.call<PlanView>('GET', '/plan');
  billing = () => this.#lane.call<BillingView>('GET', '/billing');
  /** The address of a page where it is paid for the first time. */
  checkout = async (choice: BillingChoice, intent: Intent) =>
    (await this.#lane.call<{ url: string }>('POST', '/billing/checkout', choice, { intent })).url;
  /** Changes what is paid for. */
  subscribe = (choice: BillingChoice) => this.#lane.call<BillingView>('PATCH', '/billing/subscription', choice);
  /** The address of a page where the card is changed. */
  portal = async (intent: Intent) => (await this.#lane.call<{ url: string }>('POST', '/billing/portal', undefined, { intent })).url;

  invoices = (after: string | null) => this.#lane.page<Invoice>('/invoices', { after, limit: '20' });
  invoice = (id: string) => this.#lane.call<Invoice>('GET', `/invoices/${id}`);
}
