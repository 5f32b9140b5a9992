import { CloudError, type PublicCloud, type ViewerPass } from '@vitrine/client';
import { expect, test } from 'vitest';
import { Passport } from '../src/app/lib/state/pass.svelte.ts';

/** A cloud that answers when the test says so, and a memory of what the passport wrote. */
function cloud() {
  const asked: { wish: { token?: string; nickname?: string }; resolve: (pass: ViewerPass) => void; reject: (error: unknown) => void }[] = [];
  const viewer = (_show: string, wish: { token?: string; nickname?: string }) => new Promise((resolve, reject) => asked.push({ wish, resolve, reject }));
  const kept = new Map<string, string>();
  const memory = { read: (key: string) => kept.get(key) ?? null, write: (key: string, value: string) => void kept.set(key, value) };
  const of = (show: string) => new Passport({ viewer } as unknown as PublicCloud, show, memory);
  return { asked, kept, of, passport: of('s1') };
}
const pass = (token: string, nickname: string): ViewerPass => ({ token, viewer_id: 'v1', nickname, expires_at: '2099-01-01T00:00:00Z' }) as ViewerPass;
const settled = () => new Promise((resolve) => setTimeout(resolve));

test('a name that is taken while the first pass is on its way belongs to the same viewer, and stays', async () => {
  const { asked, kept, passport } = cloud();
  const first = passport.token(false);
  const renamed = passport.rename('Ada');
  await settled();
  expect(asked.map(({ wish }) => wish)).toEqual([{}]);
  asked[0]!.resolve(pass('t-guest', 'Guest'));
  expect(await first).toBe('t-guest');
  await settled();
  expect(asked[1]!.wish).toEqual({ token: 't-guest', nickname: 'Ada' });
  const again = passport.token(false); // the room is greeted again
  asked[1]!.resolve(pass('t-ada', 'Ada'));
  await renamed;
  expect(await again).toBe('t-ada');
  expect(asked).toHaveLength(2);
  expect(kept.get('viewer:s1')).toContain('t-ada');
});

test('a pass that did not come does not hold the name back', async () => {
  const { asked, passport } = cloud();
  const first = passport.token(false);
  const renamed = passport.rename('Ada');
  await settled();
  asked[0]!.reject(CloudError.unreachable());
  await expect(first).rejects.toMatchObject({ code: 'cloud_unreachable' });
  await settled();
  expect(asked[1]!.wish).toEqual({ nickname: 'Ada' });
  asked[1]!.resolve(pass('t-ada', 'Ada'));
  await renamed;
  expect(await passport.token(false)).toBe('t-ada');
});

test('a name that is taken in one show of the page is the name in all of them', async () => {
  const { asked, of, passport } = cloud();
  const first = passport.token(false);
  await settled();
  asked[0]!.resolve(pass('t-guest', 'Guest'));
  await first;
  let greeted = 0;
  passport.renamed(() => (greeted += 1));
  const renamed = of('s2').rename('Ada');
  await settled();
  asked[1]!.resolve(pass('t-other', 'Ada'));
  await renamed;
  expect([passport.name, greeted]).toEqual(['Ada', 1]);
  const again = passport.token(false);
  await settled();
  expect(asked[2]?.wish, 'a pass in another name is renewed').toEqual({ token: 't-guest', nickname: 'Ada' });
  asked[2]!.resolve(pass('t-ada', 'Ada'));
  expect(await again).toBe('t-ada');
  void passport.token(true);
  await settled();
  expect(asked[3]!.wish).toEqual({ nickname: 'Ada' });
});
