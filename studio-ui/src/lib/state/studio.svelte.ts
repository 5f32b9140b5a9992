import { createContext } from 'svelte';
import { Cloud } from '../cloud/cloud.ts';
import type { Backend } from '../ipc/backend.ts';
import { Closing } from './closing.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { Keyboard } from './keyboard.svelte.ts';
import { Router } from './router.svelte.ts';
import { SessionState } from './session.svelte.ts';
import { TakeUp } from './take-up.svelte.ts';
import { ThemeChoice } from './theme.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

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
  cloud = $derived.by(() => {
    const org = this.session.organization;
    return org ? new Cloud(this.backend, org.id) : null;
  });

  constructor(backend: Backend) {
    this.backend = backend;
    this.session = new SessionState(backend);
    this.closing = new Closing(backend);
    this.takeUp = new TakeUp(backend);
  }

  openDesk(org: string, show: string): Desk {
    return new Desk(this.backend, this.clock, org, show, this.session.may('view_orders'));
  }
}

export const [getStudio, setStudio] = createContext<Studio>();
export const [getDesk, setDesk] = createContext<Desk>();
