/** What an organisation chose, what was done in it, and what failed. */
import type { Schemas } from '@vitrine/client';
import type { Backend } from '../ipc/backend.ts';
import type { Intent } from './intent.ts';
import { Lane } from './lane.ts';
import { change } from './stale.ts';

export type OrganizationView = Schemas['OrganizationView'];
export type OrganizationPatch = Schemas['OrganizationPatch'];
export type Deed = Schemas['Deed'];
export type DeadFact = Schemas['DeadFact'];
export type DeadJob = Schemas['DeadJob'];

/** Typed calls for one organisation as a whole. */
export class Organizations {
  #lane: Lane;

  constructor(backend: Backend, org: string) {
    this.#lane = new Lane(backend, `/v1/orgs/${org}`);
  }

  view = () => this.#lane.call<OrganizationView>('GET', '');
  change = (seen: OrganizationView, patch: OrganizationPatch) =>
    change(
      seen,
      (base) => this.#lane.call<OrganizationView>('PATCH', '', patch, { seen: base }),
      () => this.view(),
    );

  /** What people and keys did, newest first: all of them, or `person` (`user:ID`) alone. */
  deeds = (after: string | null, person?: string) =>
    this.#lane.page<Deed>('/audit', { after, limit: '50', ...(person === undefined ? {} : { person }) });
  /** Who changed that last, as far as the newest deeds tell. */
  whoChanged = async (id: string) => {
    const { items } = await this.deeds(null);
    const of = (deed: Deed) => Object.values(deed.event as unknown as Record<string, unknown>).includes(id);
    return items.find((deed) => of(deed) || (deed.event.kind === 'organization_changed' && deed.org_id === id))?.actor_name ?? null;
  };

  deadJobs = (after: string | null) => this.#lane.page<DeadJob>('/jobs/dead', { after, limit: '50' });
  replayJob = (id: string, intent: Intent) => this.#lane.call<void>('POST', `/jobs/dead/${id}/replay`, undefined, { intent });
  deadFacts = (after: string | null) => this.#lane.page<DeadFact>('/events/dead', { after, limit: '50' });
  replayFact = ({ listener, fact }: DeadFact, intent: Intent) =>
    this.#lane.call<void>('POST', `/events/dead/${encodeURIComponent(listener)}/${fact.seq}/replay`, undefined, { intent });
}
