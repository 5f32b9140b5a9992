/** Who belongs to an organisation and who may do what in it: members, invitations, roles, keys. */
import type { Schemas } from '@vitrine/client';
import { CommandFailure, type Backend } from '../ipc/backend.ts';
import type { Intent } from './intent.ts';
import { Lane } from './lane.ts';

export type Permission = Schemas['Permission'];
export type Member = Schemas['Member'];
export type Invitation = Schemas['Invitation'];
export type Invited = Schemas['Invited'];
export type NewInvitation = Schemas['NewInvitation'];
export type RoleTable = Schemas['RoleTable'];
export type RoleChoice = Schemas['RoleChoice'];
export type RoleDraft = Schemas['RoleDraft'];
export type CustomRole = Schemas['CustomRole'];
export type ApiKey = Schemas['ApiKey'];
export type NewApiKey = Schemas['NewApiKey'];
export type CreatedApiKey = Schemas['CreatedApiKey'];
export type Locale = Schemas['Locale'];

/** Typed calls for one organisation's people. */
export class People {
  #lane: Lane;

  constructor(backend: Backend, org: string) {
    this.#lane = new Lane(backend, `/v1/orgs/${org}`);
  }

  members = () => this.#lane.list<Member>('/members');
  changeRole = (user: string, choice: RoleChoice) =>
    this.#lane.call<Member>('PATCH', `/members/${user}`, choice);
  /** Lets somebody go; oneself: leaves. */
  removeMember = (user: string) => this.#lane.call<void>('DELETE', `/members/${user}`);
  handOver = (user_id: string, password: string) =>
    this.#lane.call<Member>('POST', '/ownership', { user_id, password });

  invitations = () => this.#lane.list<Invitation>('/invitations');
  /** An invitation that waits for the same address ends. */
  invite = (invitation: NewInvitation, intent: Intent) =>
    this.#lane.call<Invited>('POST', '/invitations', invitation, { intent });
  revokeInvitation = (id: string) => this.#lane.call<void>('DELETE', `/invitations/${id}`);

  roles = () => this.#lane.call<RoleTable>('GET', '/roles');
  createRole = (draft: RoleDraft) => this.#lane.call<CustomRole>('POST', '/roles', draft);
  /**
   * Fails with `conflict` when it is no longer as `seen`. The cloud takes no `If-Match` for a role: it is looked at just before, so a
   * change that falls between the two requests is not noticed.
   */
  async saveRole(seen: CustomRole, draft: RoleDraft): Promise<CustomRole> {
    const now = await this.#lane.call<CustomRole>('GET', `/roles/${seen.id}`);
    if (now.version !== seen.version) {
      throw new CommandFailure({ code: 'conflict', message: 'the role has changed', retryable: false });
    }
    return this.#lane.call<CustomRole>('PUT', `/roles/${seen.id}`, draft);
  }
  deleteRole = (id: string) => this.#lane.call<void>('DELETE', `/roles/${id}`);

  keys = () => this.#lane.list<ApiKey>('/api-keys');
  createKey = (key: NewApiKey, intent: Intent) => this.#lane.call<CreatedApiKey>('POST', '/api-keys', key, { intent });
  revokeKey = (id: string) => this.#lane.call<void>('DELETE', `/api-keys/${id}`);
}
