import { describe, expect, it } from 'vitest';
import type { Backend, CloudHeaders } from '../ipc/backend.ts';
import { invitationToken } from './account.ts';
import { People, type CustomRole, type Member } from './people.ts';

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

describe('a role or a member that somebody else changed', () => {
  const seen: CustomRole = { id: 'r', name: 'Stock', permissions: [], lacks: [], created_at: '', version: 3 };
  const answering = (status: number) => {
    const asked: (string | null)[][] = [];
    const cloudFetch = (method: string, _path: string, _body: string | null, { ifMatch }: CloudHeaders) => {
      asked.push([method, ifMatch]);
      return Promise.resolve({ status, body: JSON.stringify({ ...seen, version: 4 }) });
    };
    return { asked, people: new People({ cloudFetch } as unknown as Backend, 'o') };
  };

  it('is not written over', async () => {
    const { asked, people } = answering(412);
    await expect(people.saveRole(seen, { name: 'Stock', permissions: [] })).rejects.toMatchObject({ code: 'conflict' });
    await expect(people.deleteRole(seen)).rejects.toMatchObject({ code: 'conflict' });
    const member = { user: { id: 'u' }, version: 7 } as Member;
    await expect(people.changeRole(member, { role: 'host' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(people.removeMember(member)).rejects.toMatchObject({ code: 'conflict' });
    expect(asked).toEqual([['PUT', '"3"'], ['DELETE', '"3"'], ['PATCH', '"7"'], ['DELETE', '"7"']]);
  });

  it('goes with the keys that they made, unless somebody keeps those', async () => {
    const asked: string[] = [];
    const cloudFetch = (method: string, path: string) => {
      asked.push(`${method} ${path}`);
      return Promise.resolve({ status: 200, body: '{}' });
    };
    const people = new People({ cloudFetch } as unknown as Backend, 'o');
    const member = { user: { id: 'u' }, version: 7 } as Member;
    for (const keep of [false, true]) {
      await people.changeRole(member, { role: 'host' }, keep);
      await people.removeMember(member, keep);
    }
    const [plain, kept] = ['/v1/orgs/o/members/u', '/v1/orgs/o/members/u?keep_keys=true'];
    expect(asked).toEqual([`PATCH ${plain}`, `DELETE ${plain}`, `PATCH ${kept}`, `DELETE ${kept}`]);
  });

  it('is changed as it was seen, in one request', async () => {
    const { asked, people } = answering(200);
    expect((await people.saveRole(seen, { name: 'Stock', permissions: [] })).version).toBe(4);
    expect(asked).toEqual([['PUT', '"3"']]);
  });
});
