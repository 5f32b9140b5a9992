/** What can be given to whom: nobody gives, or takes from somebody, what they may not do themselves. */
import type { Role } from '../../lib/ipc/backend.ts';
import type { Member, Permission, RoleTable } from '../../lib/cloud/people.ts';
import { permissionWord, roleName } from '../../lib/text/people.ts';
import { t, type Word } from '../../lib/text/words.ts';

/** A role that somebody can have. */
export interface RoleOption {
  /** Tells it from every other. */
  key: string;
  role: Role;
  /** Of the organisation's own roles. */
  roleId: string | null;
  name: string;
  /** What it lets people do, in a line. */
  about: string;
  permissions: readonly string[];
}

/** Those of {@link GROUPS} that exist, in the order that a person looks for them. */
export const GROUPS: readonly { name: Word; permissions: readonly Permission[] }[] = [
  {
    name: 'permission_group.organization',
    permissions: [
      'view_organization', 'edit_organization', 'manage_members', 'manage_roles', 'manage_api_keys', 'view_audit', 'manage_jobs',
      'view_plan', 'manage_plan', 'manage_webhooks', 'transfer_ownership', 'export_organization', 'delete_organization',
    ],
  },
  {
    name: 'permission_group.catalogue',
    permissions: ['view_catalog', 'edit_catalog', 'import_catalog', 'manage_stock', 'edit_coupons'],
  },
  { name: 'permission_group.orders', permissions: ['view_orders', 'record_orders', 'refund_orders'] },
  {
    name: 'permission_group.shows',
    permissions: ['view_shows', 'edit_shows', 'run_shows', 'highlight', 'manage_publish_keys', 'view_health', 'view_timeline'],
  },
  { name: 'permission_group.chat', permissions: ['view_chat', 'speak_in_chat', 'moderate_chat'] },
];

/** What somebody has to see for the rest of what they may do: without it the screens for that stay shut. */
const NEEDS: Partial<Record<Permission, Permission>> = {
  edit_organization: 'view_organization', manage_members: 'view_organization', manage_roles: 'view_organization',
  manage_api_keys: 'view_organization', transfer_ownership: 'view_organization', manage_plan: 'view_plan',
  edit_catalog: 'view_catalog', import_catalog: 'view_catalog', manage_stock: 'view_catalog', edit_coupons: 'view_catalog',
  record_orders: 'view_catalog', refund_orders: 'view_orders',
  edit_shows: 'view_shows', run_shows: 'view_shows', highlight: 'view_shows', manage_publish_keys: 'view_shows',
  view_health: 'view_shows', view_timeline: 'view_shows', view_chat: 'view_shows',
  speak_in_chat: 'view_chat', moderate_chat: 'view_chat',
};

/** What `chosen` lacks so that all of it can be used, in the order of need. */
export function lacking(chosen: readonly string[]): Permission[] {
  const found: Permission[] = [];
  for (const one of chosen as Permission[]) {
    for (let need = NEEDS[one]; need; need = NEEDS[need]) if (!chosen.includes(need) && !found.includes(need)) found.push(need);
  }
  return found;
}

/** The groups with what is offered alone; empty ones are left out. */
export function groupsOf(offered: readonly string[]) {
  return GROUPS.map(({ name, permissions }) => ({ name, permissions: permissions.filter((one) => offered.includes(one)) })).filter(
    ({ permissions }) => permissions.length > 0,
  );
}

export const within = (some: readonly string[], all: readonly string[]): boolean =>
  some.every((one) => all.includes(one));

/** What tells the role of a member or an invitation from others. */
export const keyOf = ({ role, role_id }: { role: Role; role_id?: string | null }): string => role_id ?? role;

/** Every role of the organisation, those that are the same everywhere first. */
export function rolesOf(table: RoleTable): RoleOption[] {
  return [
    ...table.builtin.map(({ role, permissions }) => ({
      key: role,
      role,
      roleId: null,
      name: roleName(role),
      about: t(`role_about.${role === 'custom' ? 'unknown' : role}`),
      permissions,
    })),
    ...table.items.map(({ id, name, permissions }) => ({
      key: id,
      role: 'custom' as const,
      roleId: id,
      name,
      about: summary(permissions),
      permissions,
    })),
  ];
}

/** The roles that somebody who may do `own` can give. */
export const rolesToGive = (table: RoleTable, own: readonly string[]): RoleOption[] =>
  rolesOf(table).filter(({ permissions }) => within(permissions, own));

/** Whether somebody who may do `own` can give this member another role, or let them go. */
export const canChange = (member: Member, own: readonly string[]): boolean => within(member.permissions, own);

/** Whether the organisation would be left without an owner. */
export const isLastOwner = (members: readonly Member[], user: string): boolean =>
  members.every(({ role, user: { id } }) => (role === 'owner') === (id === user));

/** What someone may do, in a line: the first few, and how many more. */
export function summary(permissions: readonly string[], first = 3): string {
  const known = GROUPS.flatMap((group) => group.permissions).filter((one) => permissions.includes(one));
  const words = known.map(permissionWord);
  const left = permissions.length - Math.min(first, words.length);
  if (left === 1 && words.length > first) return inLine(words.slice(0, first + 1));
  return inLine([...words.slice(0, first), ...(left > 0 ? [t('team.more', { n: left })] : [])]);
}

/** With a dot between each two, that begins no line. */
export const inLine = (words: readonly string[]): string => words.join('\u00a0· ');
