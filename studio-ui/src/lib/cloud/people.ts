/** Who belongs to an organisation and who may do what in it: members, invitations, roles, keys. */
import type { Schemas } from '@vitrine/client';
import type { Backend } from '../ipc/backend.ts';
import type { Intent } from './intent.ts';
import { Lane } from './lane.ts';
import type { SecondProof } from './second.ts';

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

const member = ({ user }: Member, keepKeys: boolean) => `/members/${user.id}${keepKeys ? '?keep_keys=true' : ''}`;

/** Typed calls for one organisation's people. */
export class People {
  #lane: Lane;

  constructor(backend: Backend, org: string) {
    this.#lane = new Lane(backend, `/v1/orgs/${org}`);
  }

  members = () => this.#lane.list<Member>('/members');
  /** Keys that they made and that may more end, unless `keepKeys`. Fails with `conflict` when they have another role than was `seen`. */
  changeRole = (seen: Member, choice: RoleChoice, keepKeys = false) =>
    this.#lane.call<Member>('PATCH', member(seen, keepKeys), choice, { seen });
  /** Lets somebody go; keys that they made end, unless `keepKeys`. Fails with `conflict` when they have another role than was `seen`. */
  removeMember = (seen: Member, keepKeys = false) =>
    this.#lane.call<void>('DELETE', member(seen, keepKeys), undefined, { seen });
  leave = (user: string) => this.#lane.call<void>('DELETE', `/members/${user}`);
  handOver = (user_id: string, password: string, second: SecondProof = {}) =>
    this.#lane.call<Member>('POST', '/ownership', { user_id, password, ...second });

  invitations = () => this.#lane.list<Invitation>('/invitations');
  /** An invitation that waits for the same address ends. */
  invite = (invitation: NewInvitation, intent: Intent) =>
    this.#lane.call<Invited>('POST', '/invitations', invitation, { intent });
  revokeInvitation = (id: string) => this.#lane.call<void>('DELETE', `/invitations/${id}`);

  roles = () => this.#lane.call<RoleTable>('GET', '/roles');
  createRole = (draft: RoleDraft) => this.#lane.call<CustomRole>('POST', '/roles', draft);
  /** Fails with `conflict` when it is no longer as `seen`. */
  saveRole = (seen: CustomRole, draft: RoleDraft) => this.#lane.call<CustomRole>('PUT', `/roles/${seen.id}`, draft, { seen });
  deleteRole = (seen: CustomRole) => this.#lane.call<void>('DELETE', `/roles/${seen.id}`, undefined, { seen });

  keys = () => this.#lane.list<ApiKey>('/api-keys');
  createKey = (key: NewApiKey, intent: Intent) => this.#lane.call<CreatedApiKey>('POST', '/api-keys', key, { intent });
  revokeKey = (id: string) => this.#lane.call<void>('DELETE', `/api-keys/${id}`);
}
