import { createContext } from 'svelte';
import { Cloud, failureOf } from '../cloud/cloud.ts';
import { Imports } from '../cloud/imports.ts';
import { Organizations, type OrganizationView } from '../cloud/organization.ts';
import { Plans, type PlanView } from '../cloud/plan.ts';
import type { Backend } from '../ipc/backend.ts';
import { day, dayAndTime, ownZone, timeOfDay } from '../text/format.ts';
import { t } from '../text/words.ts';
import { Closing } from './closing.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { Keyboard } from './keyboard.svelte.ts';
import { Router } from './router.svelte.ts';
import { SessionState } from './session.svelte.ts';
import { TakeUp } from './take-up.svelte.ts';
import { ThemeChoice } from './theme.svelte.ts';
import { Toasts } from './toasts.svelte.ts';
import { Upload } from './upload.svelte.ts';

/** What the whole window shares, built once and handed down by context. */
export class Studio {
  readonly backend: Backend;
  readonly session: SessionState;
  readonly router = new Router();
  readonly toasts = new Toasts();
  readonly theme = new ThemeChoice();
  readonly keyboard = new Keyboard();
  readonly clock = new Clock();
  readonly closing: Closing;
  readonly takeUp: TakeUp;
  readonly upload: Upload;
  cloud = $derived.by(() => {
    const org = this.session.organization;
    return org ? new Cloud(this.backend, org.id) : null;
  });

  organizations = $derived.by(() => {
    const org = this.session.organization;
    return org ? new Organizations(this.backend, org.id) : null;
  });
  imports = $derived.by(() => {
    const org = this.session.organization;
    return org ? new Imports(this.backend, org.id) : null;
  });
  #view = $state.raw<OrganizationView | null>(null);
  /** What the organisation that they work for chose; null: not known yet. */
  settings = $derived.by(() => (this.#view?.id === this.session.organization?.id ? (this.#view?.settings ?? null) : null));
  /** The time zone of every time that is shown or typed: the organisation's where it chose one, else this machine's. */
  zone = $derived(this.settings?.time_zone ?? ownZone());

  constructor(backend: Backend) {
    this.backend = backend;
    this.session = new SessionState(backend);
    this.closing = new Closing(backend);
    this.takeUp = new TakeUp(backend);
    this.toasts.wayOut = this.wayOut;
    this.upload = new Upload(backend);
  }

  /** Where whoever is signed in can go to mend what failed; null: nowhere. */
  wayOut = (code: string) =>
    code === 'plan_limit' && this.session.may('view_plan')
      ? { label: t('plan.see'), run: () => this.router.go({ name: 'settings', tab: 'plan' }) }
      : null;

  /** What whoever runs the cloud says about the organisation that may do nothing now; null: it may, or that is not known. */
  suspension = $state.raw<{ org: string; reason: string } | null>(null);
  async loadSuspension() {
    const org = this.session.organization?.id;
    if (!org || !this.session.may('view_plan')) return;
    this.knowPlan(org, await new Plans(this.backend, org).plan());
  }

  knowPlan = (org: string, { suspended }: PlanView) => {
    this.suspension = suspended ? { org, reason: suspended.reason } : null;
  };

  /** They could not be asked for yet: the cloud did not answer. */
  unsettled = $state(false);
  /** Asks what the organisation chose; what does not answer is done without. */
  loadSettings = async () => {
    if (!this.session.may('view_organization')) return;
    try {
      this.know(await this.organizations!.view());
    } catch (thrown) {
      this.unsettled = failureOf(thrown).code === 'cloud_unreachable';
    }
  };

  know = (view: OrganizationView) => {
    [this.#view, this.unsettled] = [view, false];
  };

  /** A moment as people of the organisation say it. */
  when = (at: string | number): string => dayAndTime(at, this.clock.now, this.zone);
  /** Its day alone. */
  day = (at: string | number): string => day(at, this.zone);
  /** Its time of day alone. */
  time = (at: string | number): string => timeOfDay(at, this.zone);

  /** Who changed that last; null: that is not known, or theirs to know. */
  whoChanged = async (id: string): Promise<string | null> =>
    this.session.may('view_audit') ? ((await this.organizations?.whoChanged(id)) ?? null) : null;

  openDesk(org: string, show: string): Desk {
    const sees = { orders: this.session.may('view_orders'), catalogue: this.session.may('view_catalog') };
    return new Desk(this.backend, this.clock, org, show, sees);
  }
}

export const [getStudio, setStudio] = createContext<Studio>();
export const [getDesk, setDesk] = createContext<Desk>();
