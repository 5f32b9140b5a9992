import { describe, expect, it } from 'vitest';
import { BUILTIN } from '../../lib/ipc/fake/person.ts';
import { KEYED } from '../../lib/ipc/fake/people.ts';
import { endsAt, keyable, PRESETS, presetsFor, stateOf } from './keys.ts';

const may = (role: string) => BUILTIN.find((one) => one.role === role)!.permissions;
const now = new Date(2026, 10, 28, 12).getTime();

describe('presets', () => {
  it('give nothing that a key cannot have', () => {
    for (const permissions of Object.values(PRESETS)) expect(keyable(permissions, KEYED)).toEqual(permissions);
  });

  it('are offered when all of one can be given', () => {
    expect(presetsFor(keyable(KEYED, may('owner')))).toEqual(['shop', 'catalogue', 'reporting']);
    expect(presetsFor(keyable(KEYED, may('analyst')))).toEqual(['reporting']);
    expect(presetsFor([])).toEqual([]);
  });

  it('and what a person may do that no key may is offered for none', () => {
    expect(may('owner')).toContain('manage_members');
    expect(keyable(KEYED, may('owner'))).not.toContain('manage_members');
  });
});

describe('the end of a key', () => {
  it('is never, or some days from now', () => {
    expect(endsAt('never', '', now)).toBeNull();
    expect(Date.parse(endsAt('month', '', now)!)).toBe(now + 30 * 86_400_000);
    expect(Date.parse(endsAt('year', '', now)!)).toBe(now + 365 * 86_400_000);
  });

  it('is the end of the day that was chosen', () => {
    expect(endsAt('date', '2026-11-28', now)).toBe(new Date(2026, 10, 29).toISOString());
    expect(endsAt('date', '2026-11-27', now)).toBeUndefined();
    expect(endsAt('date', '', now)).toBeUndefined();
    expect(endsAt('date', '2029-11-27', now)).toBe(new Date(2029, 10, 28).toISOString());
    expect(endsAt('date', '2029-11-28', now), 'more than three years').toBeUndefined();
    expect(endsAt('date', '2027-01-31', now, 'Europe/Berlin'), 'in the zone that the form names').toBe('2027-01-31T23:00:00.000Z');
  });

  it('makes it one that opens nothing', () => {
    const past = new Date(now - 1).toISOString();
    expect(stateOf({}, now)).toBe('good');
    expect(stateOf({ expires_at: past }, now)).toBe('ended');
    expect(stateOf({ expires_at: past, revoked_at: past }, now)).toBe('revoked');
    expect(stateOf({ expires_at: new Date(now + 1).toISOString() }, now)).toBe('good');
  });
});
