import type { Schemas } from '@vitrine/client';
import type { Backend, Bootstrap, Organization, RegisterRequest, Session } from '../ipc/backend.ts';

export type Permission = Schemas['Permission'];

const ORG_KEY = 'vitrine.organization';

/** Who is signed in, and for which of their organisations they work now. */
export class SessionState {
  boot = $state.raw<Bootstrap | null>(null);
  session = $state.raw<Session | null>(null);
  #chosen = $state(localStorage.getItem(ORG_KEY));
  organization = $derived<Organization | null>(
    this.session?.organizations.find((org) => org.id === this.#chosen) ??
      this.session?.organizations[0] ??
      null,
  );
  canRunShows = $derived(this.may('run_shows'));
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
    backend.listen('sessionChanged', (session) => (this.session = session));
  }

  async start() {
    this.boot = await this.#backend.bootstrap();
    this.session = this.boot.session;
  }

  /** Whether the person may do that in the organisation they work for. */
  may(permission: Permission): boolean {
    return this.organization?.permissions.includes(permission) ?? false;
  }

  async signIn(cloudUrl: string, email: string, password: string, remember: boolean) {
    this.session = await this.#backend.signIn(cloudUrl, email, password, remember);
  }

  /** The same person at the same cloud, whose session has ended. What they left open stays as it is. */
  async signInAgain(password: string) {
    const { cloudUrl, user, remembered } = this.session!;
    await this.signIn(cloudUrl, user.email, password, remembered);
  }

  async askNewPassword(cloudUrl: string, email: string) {
    await this.#backend.askNewPassword(cloudUrl, email);
  }

  async register(request: RegisterRequest) {
    this.session = await this.#backend.register(request);
  }

  async signOut() {
    await this.#backend.signOut();
    this.session = null;
  }

  choose(org: string) {
    this.#chosen = org;
    localStorage.setItem(ORG_KEY, org);
  }
}
