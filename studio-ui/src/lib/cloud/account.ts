/** A person's own account: where they belong, their address, their sessions. */
import type { Schemas } from '@vitrine/client';
import type { Backend } from '../ipc/backend.ts';
import { Lane } from './lane.ts';

export type Me = Schemas['Me'];
export type Place = Schemas['OrganizationOfUser'];
/** One device that is signed in. */
export type SignedInDevice = Schemas['Session'];
export type InvitationSeen = Schemas['InvitationSeen'];

/** Typed calls for whoever is signed in. */
export class Account {
  #lane: Lane;

  constructor(backend: Backend) {
    this.#lane = new Lane(backend, '/v1');
  }

  me = () => this.#lane.call<Me>('GET', '/me');
  /** Mails the link again that shows the address to be theirs. */
  confirmAddress = () => this.#lane.call<void>('POST', '/me/email/verification');
  /** Mails a link to the new address; the account has it once that is used. */
  changeAddress = (email: string, password: string) =>
    this.#lane.call<void>('POST', '/me/email', { email, password });

  sessions = () => this.#lane.list<SignedInDevice>('/sessions');
  endSession = (id: string) => this.#lane.call<void>('DELETE', `/sessions/${id}`);
  endOtherSessions = () => this.#lane.call<void>('DELETE', '/sessions');

  seeInvitation = (token: string) =>
    this.#lane.call<InvitationSeen>('POST', '/invitation-lookups', { token });
  acceptInvitation = async (token: string) =>
    (await this.#lane.call<{ organization: Place }>('POST', '/me/invitations', { token })).organization;
  createOrganization = (name: string) => this.#lane.call<Place>('POST', '/orgs', { name });
}

/** The secret in a link of an invitation, or the secret itself; null when there is none. */
export function invitationToken(text: string): string | null {
  return /(?:^|[?&#]token=)(vti_[A-Za-z0-9_-]{8,96})(?:$|[&#\s])/.exec(text.trim())?.[1] ?? null;
}
