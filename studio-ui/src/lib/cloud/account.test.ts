import { describe, expect, it } from 'vitest';
import type { Backend } from '../ipc/backend.ts';
import { invitationToken } from './account.ts';
import { People, type CustomRole } from './people.ts';

const TOKEN = 'vti_b3Zl4mTq7Hk2cXw9RfYdS1aJ8gNu5eVo';

describe('the link of an invitation', () => {
  it.each([
    `https://live.example.com/account/invitation?token=${TOKEN}&lang=de`,
    `  https://live.example.com/account/invitation?lang=de&token=${TOKEN}\n`,
    TOKEN,
  ])('gives its secret: %s', (text) => expect(invitationToken(text)).toBe(TOKEN));

  it.each(['', 'https://live.example.com', 'vti_', `vtl_${TOKEN.slice(4)}`, `x${TOKEN}`, `${TOKEN}/..`])(
    'is none: %s',
    (text) => expect(invitationToken(text)).toBeNull(),
  );
});

describe('a role that somebody else changed', () => {
  it('is not written over', async () => {
    const asked: string[] = [];
    const seen: CustomRole = { id: 'r', name: 'Stock', permissions: [], created_at: '', version: 3 };
    const backend = {
      cloudFetch: (method: string) => {
        asked.push(method);
        return Promise.resolve({ status: 200, body: JSON.stringify({ ...seen, version: 4 }) });
      },
    } as unknown as Backend;
    const people = new People(backend, 'o');
    await expect(people.saveRole(seen, { name: 'Stock', permissions: [] })).rejects.toMatchObject({ code: 'conflict' });
    expect(asked).toEqual(['GET']);
    await people.saveRole({ ...seen, version: 4 }, { name: 'Stock', permissions: [] });
    expect(asked).toEqual(['GET', 'GET', 'PUT']);
  });
});
