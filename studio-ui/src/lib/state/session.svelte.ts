import type { Schemas } from '@vitrine/client';
import { Account, type Place } from '../cloud/account.ts';
import type { Backend, Bootstrap, Organization, RegisterRequest, Session } from '../ipc/backend.ts';

export type Permission = Schemas['Permission'];

/** A second factor: one of the two. */
export interface Proof {
  /** The authenticator's six digits. */
  code?: string;
  recoveryCode?: string;
}

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
  /** Who was signed in before, and where: what the next sign-in begins with. */
  last = $state.raw<{ cloudUrl: string; email: string } | null>(null);
  /** Their address while nobody has confirmed it: a letter with a link is there. */
  unconfirmed = $state.raw<string | null>(null);
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
    backend.listen('sessionChanged', (session) => this.#take(session));
  }

  async start() {
    this.boot = await this.#backend.bootstrap();
    this.#take(this.boot.session);
  }

  #take(session: Session | null) {
    const before = this.session;
    const same = before !== null && session?.user.id === before.user.id && session.cloudUrl === before.cloudUrl;
    if (session?.lapsed && same) {
      // The desk tells what it heard at the sign-in: places may have changed since.
      this.session = { ...session, user: before.user, organizations: before.organizations };
      return;
    }
    this.session = session;
  }

  /** Whether the person may do that in the organisation they work for. */
  may(permission: Permission): boolean {
    return this.organization?.permissions.includes(permission) ?? false;
  }

  /** Asks the cloud anew where this person belongs and what they may do there. */
  async refresh() {
    const { user, organizations } = await new Account(this.#backend).me();
    const now = this.session;
    if (now?.user.id !== user.id) return; // somebody else signed in meanwhile
    const { id, email, name } = user;
    this.unconfirmed = user.email_verified ? null : email;
    this.session = { ...now, user: { id, email, name }, organizations: organizations.map(placeOf) };
  }

  /** The same, where what was asked for is done already: a cloud that does not answer now is asked again later. */
  async refreshIfCan() {
    await this.refresh().catch(() => {});
  }

  /** They were taken in there, or made it. */
  entered(place: Place) {
    this.#place((others) => [...others, placeOf(place)], place.id);
  }

  /** They belong there no more. */
  left(org: string) {
    this.#place((others) => others, org);
  }

  #place(change: (others: Organization[]) => Organization[], org: string) {
    const now = this.session;
    if (now) this.session = { ...now, organizations: change(now.organizations.filter((one) => one.id !== org)) };
  }

  async signIn(cloudUrl: string, email: string, password: string, remember: boolean) {
    this.#take(await this.#backend.signIn(cloudUrl, email, password, remember));
  }

  /** The same person at the same cloud, whose session has ended. What they left open stays as it is. */
  async signInAgain(password: string) {
    const { cloudUrl, user, remembered } = this.session!;
    await this.signIn(cloudUrl, user.email, password, remembered);
  }

  /** Goes on with a sign-in that asked for a second factor. */
  async prove({ code, recoveryCode }: Proof) {
    this.#take(await this.#backend.answerSecondFactor(code ?? null, recoveryCode ?? null));
  }

  /** Has the browser opened for a sign-in there. */
  beginInBrowser = (cloudUrl: string, remember: boolean) => this.#backend.beginBrowserSignIn(cloudUrl, remember);
  openPage = () => this.#backend.openSignInPage();
  openAccountPage = (url: string) => this.#backend.openAccountPage(url);
  leaveBrowser = () => this.#backend.cancelBrowserSignIn();
  async waitForBrowser() {
    this.#take(await this.#backend.awaitBrowserSignIn());
  }

  async askNewPassword(cloudUrl: string, email: string) {
    await this.#backend.askNewPassword(cloudUrl, email);
  }

  async register(request: RegisterRequest) {
    this.#take(await this.#backend.register(request));
  }

  /** `gone`: with the account. */
  async signOut(gone = false) {
    const now = this.session;
    // Before it is told: the form for the next sign-in begins at once, and with this.
    if (now) this.last = { cloudUrl: now.cloudUrl, email: gone ? '' : now.user.email };
    await this.#backend.signOut();
    [this.session, this.unconfirmed] = [null, null];
  }

  choose(org: string) {
    this.#chosen = org;
    localStorage.setItem(ORG_KEY, org);
  }
}

/** As the desk has them. */
function placeOf(place: Place): Organization {
  const { id, name, slug, role, permissions } = place;
  return { id, name, slug, role, roleName: place.role_name ?? '', permissions };
}
