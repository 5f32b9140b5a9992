import { t, words, type Word } from './words.ts';

/** What a permission lets people do; one of a later version by its own name. */
export function permissionWord(permission: string): string {
  const word = `permission.${permission}`;
  return word in words ? t(word as Word) : permission.replaceAll('_', ' ');
}

/** A role by its name; `own` is that of the organisation's own role. */
export function roleName(role: string, own?: string | null): string {
  if (role === 'custom' && own) return own;
  const word = `role.${role}`;
  return word in words ? t(word as Word) : t('role.unknown');
}
