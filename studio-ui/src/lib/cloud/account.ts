/** A person's own account: where they belong, their address, their sessions. */
import type { Schemas } from '@vitrine/client';
import type { Backend } from '../ipc/backend.ts';
import { Lane } from './lane.ts';
import type { SecondProof } from './second.ts';

export type Me = Schemas['Me'];
export type Place = Schemas['OrganizationOfUser'];
/** One device that is signed in. */
export type SignedInDevice = Schemas['Session'];
/** What the account asks for beside its password. */
export type Factors = Schemas['Factors'];
export type TotpEnrolment = Schemas['TotpEnrolment'];
/** Password and second factor together. */
export type BothFactors = Schemas['BothFactors'];
/** An account elsewhere that opens this one. */
export type Identity = Schemas['Page_Identity']['items'][number];
/** A key, on a device of theirs, that opens the account by itself. */
export type Passkey = Schemas['Passkey'];
export type PasskeyLink = Schemas['PasskeyLink'];
/** The password, and the second factor where there is one. */
export type AllFactors = Schemas['AllFactors'];
export type InvitationSeen = Schemas['InvitationSeen'];

/** Typed calls for whoever is signed in. */
export class Account {
  #lane: Lane;

  constructor(backend: Backend) {
    this.#lane = new Lane(backend, '/v1');
  }

  me = () => this.#lane.call<Me>('GET', '/me');
  /** What is absent stays. */
  change = (patch: Schemas['MePatch']) => this.#lane.call<Me>('PATCH', '/me', patch);
  /** All other devices are signed out. */
  changePassword = (now: string, new_password: string, second: { code?: string; recovery_code?: string } = {}) =>
    this.#lane.call<void>('POST', '/me/password', { password: now, new_password, ...second });
  /** Mails the link again that shows the address to be theirs. */
  confirmAddress = () => this.#lane.call<void>('POST', '/me/email/verification');
  /** Mails a link to the new address; the account has it once that is used. */
  changeAddress = (email: string, password: string, second: SecondProof = {}) =>
    this.#lane.call<void>('POST', '/me/email', { email, password, ...second });

  sessions = () => this.#lane.list<SignedInDevice>('/sessions');
  endSession = (id: string) => this.#lane.call<void>('DELETE', `/sessions/${id}`);
  endOtherSessions = () => this.#lane.call<void>('DELETE', '/sessions');

  factors = () => this.#lane.call<Factors>('GET', '/me/factors');
  /** Makes an authenticator's secret; codes are asked for once its first was confirmed. */
  enrolTotp = (password: string) => this.#lane.call<TotpEnrolment>('POST', '/me/totp', { password });
  /** Ten recovery codes, shown this once. */
  confirmTotp = async (code: string) => this.#codes('/me/totp/confirmation', { code });
  /** Ten others in the place of all that were. */
  renewRecoveryCodes = (both: BothFactors) => this.#codes('/me/recovery-codes', both);
  removeTotp = (both: BothFactors) => this.#lane.call<void>('POST', '/me/totp/removal', both);
  #codes = async (path: string, body: unknown) => (await this.#lane.call<Schemas['RecoveryCodes']>('POST', path, body)).codes;

  passkeys = () => this.#lane.list<Passkey>('/me/passkeys');
  /** The page at which one is added, in the browser. */
  passkeyLink = (all: AllFactors) => this.#lane.call<PasskeyLink>('POST', '/me/passkey-links', all);
  renamePasskey = (id: string, name: string) => this.#lane.call<Passkey>('PATCH', `/me/passkeys/${id}`, { name });
  removePasskey = (id: string, all: AllFactors) => this.#lane.call<void>('POST', `/me/passkeys/${id}/removal`, all);

  identities = () => this.#lane.list<Identity>('/me/identities');
  unlink = (id: string) => this.#lane.call<void>('DELETE', `/me/identities/${id}`);
  /** The account is no more. */
  remove = (password: string, second: SecondProof = {}) => this.#lane.call<void>('DELETE', '/me', { password, ...second });

  seeInvitation = (token: string) =>
    this.#lane.call<InvitationSeen>('POST', '/invitation-lookups', { token });
  acceptInvitation = async (token: string) =>
    (await this.#lane.call<{ organization: Place }>('POST', '/me/invitations', { token })).organization;
  /** `slug`: what its channel is to be called in addresses; without one the cloud makes it of the name. */
  createOrganization = (name: string, slug?: string) => this.#lane.call<Place>('POST', '/orgs', { name, ...(slug && { slug }) });
}

/** The secret in a link of an invitation, or the secret itself; null when there is none. */
export function invitationToken(text: string): string | null {
  return /(?:^|[?&#]token=)(vti_[A-Za-z0-9_-]{8,96})(?:$|[&#\s])/.exec(text.trim())?.[1] ?? null;
}
