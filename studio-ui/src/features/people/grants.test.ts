import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Member, RoleTable } from '../../lib/cloud/people.ts';
import { BUILTIN } from '../../lib/ipc/fake/person.ts';
import { words } from '../../lib/text/words.ts';
import { canChange, GROUPS, groupsOf, isLastOwner, lacking, rolesOf, rolesToGive, summary } from './grants.ts';

const document = JSON.parse(readFileSync(new URL('../../../../cloud/openapi.json', import.meta.url), 'utf8')) as {
  components: { schemas: Record<'Permission' | 'Role', { enum: string[] }> };
};
const { Permission, Role } = document.components.schemas;

const table: RoleTable = {
  items: [
    { id: 'r1', name: 'Stock keeper', permissions: ['view_catalog', 'manage_stock'], lacks: [], created_at: '', version: 1 },
    { id: 'r2', name: 'Deputy', permissions: ['transfer_ownership'], lacks: ['view_organization'], created_at: '', version: 1 },
  ],
  builtin: BUILTIN,
  key_permissions: [],
};
const may = (role: string) => BUILTIN.find((one) => one.role === role)!.permissions;
const member = (id: string, role: Member['role']): Member => ({
  user: { id, email: '', email_verified: true, name: id },
  role,
  permissions: may(role),
  created_at: '',
  version: 0,
});

describe('permissions', () => {
  it('has a word and one group for each that the cloud knows', () => {
    for (const one of Permission.enum) expect(words).toHaveProperty([`permission.${one}`]);
    const grouped = GROUPS.flatMap(({ permissions }) => permissions);
    expect([...grouped].sort()).toEqual([...Permission.enum].sort());
  });

  it('has a word, and a line about it, for each role', () => {
    for (const one of Role.enum) {
      expect(words).toHaveProperty([`role.${one}`]);
      if (one !== 'custom') expect(words).toHaveProperty([`role_about.${one}`]);
    }
  });

  it('shows no empty group', () => {
    expect(groupsOf(['view_chat', 'of_a_later_version'])).toEqual([
      { name: 'permission_group.chat', permissions: ['view_chat'] },
    ]);
  });

  it('are told in a line that ends with how many more there are', () => {
    expect(summary(['manage_stock', 'view_catalog'])).toBe('See products and coupons\u00a0· Count and correct stock');
    expect(summary(may('moderator'))).toMatch(/^See the organisation.*\u00a0· .*\u00a0· .*\u00a0· \d+ more$/);
    expect(summary(['view_catalog', 'of_a_later_version'])).toBe('See products and coupons\u00a0· 1 more');
    expect(summary(['view_catalog', 'edit_catalog', 'manage_stock', 'view_orders'], 3).split('\u00a0· ')).toHaveLength(4);
  });
});

describe('what can be given', () => {
  it('an owner gives every role', () => {
    expect(rolesToGive(table, may('owner'))).toEqual(rolesOf(table));
  });

  it('an admin gives all that do not reach above', () => {
    const names = rolesToGive(table, may('admin')).map((one) => one.key);
    expect(names).toEqual(['admin', 'host', 'moderator', 'analyst', 'r1']);
  });

  it('nobody gives a role with something that they have never heard of', () => {
    const later = { ...table, builtin: [{ role: 'host' as const, permissions: ['walk_on_water' as 'view_chat'] }] };
    expect(rolesToGive(later, may('owner')).map((one) => one.key)).toEqual(['r1', 'r2']);
  });

  it('nobody takes from who may more', () => {
    expect(canChange(member('ada', 'owner'), may('admin'))).toBe(false);
    expect(canChange(member('ada', 'host'), may('admin'))).toBe(true);
  });

  it('the last owner is known for one', () => {
    const [ada, ben, cy] = [member('ada', 'owner'), member('ben', 'admin'), member('cy', 'owner')];
    expect(isLastOwner([ada, ben], 'ada')).toBe(true);
    expect(isLastOwner([ada, ben, cy], 'ada')).toBe(false);
    expect(isLastOwner([ada, ben], 'ben')).toBe(false);
  });
});

describe('what the screens need', () => {
  it('is named as long as it is missing, with what that needs in turn', () => {
    expect(lacking(['manage_stock'])).toEqual(['view_catalog']);
    expect(lacking(['moderate_chat', 'manage_stock', 'view_catalog'])).toEqual(['view_chat', 'view_shows']);
    expect(lacking(['view_organization', 'refund_orders', 'view_orders'])).toEqual([]);
    expect(lacking(['walk_on_water'])).toEqual([]);
  });

  it('no role that is the same everywhere lacks anything', () => {
    for (const { role, permissions } of BUILTIN) expect(lacking(permissions), role).toEqual([]);
  });
});
