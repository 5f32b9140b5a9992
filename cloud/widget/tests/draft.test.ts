import { CloudError } from '@vitrine/client';
import { afterEach, expect, test, vi } from 'vitest';
import { Draft } from '../src/app/lib/state/draft.svelte.ts';

/** A room that answers when the test says so. */
function room() {
  const said: { mark: string; text: string; resolve: (id: string) => void; reject: (error: unknown) => void }[] = [];
  const draft = new Draft((mark, text) => new Promise((resolve, reject) => said.push({ mark, text, resolve, reject })));
  return { said, draft };
}
afterEach(() => void vi.useRealTimers());
const settled = () => new Promise((resolve) => setTimeout(resolve));

test('what is typed while a message is on its way stays', async () => {
  const { said, draft } = room();
  draft.text = ' first ';
  draft.send();
  expect(said.map(({ text }) => text)).toEqual(['first']);
  draft.text = 'the next thou';
  expect(draft.sending).toBe(true);
  said[0]!.resolve('id');
  await settled();
  expect(draft.text).toBe('the next thou');
  expect(draft.sending).toBe(false);
  expect(draft.outgoing).toEqual([]);
});

test('a failure keeps the message, and it is sent again under its own mark', async () => {
  const { said, draft } = room();
  draft.text = 'hello';
  draft.send();
  said[0]!.reject(CloudError.unreachable());
  await settled();
  expect(draft.failed).toMatchObject([{ text: 'hello', error: { code: 'cloud_unreachable' } }]);
  draft.again(said[0]!.mark);
  draft.again(said[0]!.mark); // a double press is one message
  expect(said.map(({ mark, text }) => [mark, text])).toEqual([[said[0]!.mark, 'hello'], [said[0]!.mark, 'hello']]);
  said[1]!.resolve('id');
  await settled();
  expect(draft.outgoing).toEqual([]);
});

test('each message has a mark of its own', () => {
  const { said, draft } = room();
  for (const text of ['same', 'same']) {
    draft.text = text;
    draft.send();
  }
  expect(new Set(said.map(({ mark }) => mark)).size).toBe(2);
});

test('only so many wait at once, and the next stays in the field', () => {
  const { said, draft } = room();
  for (let n = 0; n < 9; n += 1) {
    draft.text = `n${n}`;
    draft.send();
  }
  expect(said).toHaveLength(4);
  expect(draft.text).toBe('n8');
});

test('a new page goes on where the old one was', async () => {
  const before = room();
  before.draft.text = 'on its way';
  before.draft.send();
  before.draft.text = 'half a thou';
  const kept = JSON.parse(JSON.stringify(before.draft.keep())) as ReturnType<Draft['keep']>;
  const after = room();
  after.draft.restore(kept, true);
  expect(after.draft.text).toBe('half a thou');
  expect(after.said).toMatchObject([{ mark: before.said[0]!.mark, text: 'on its way' }]);
});

/** One message on its way, one that failed, and a field that is half full, as a page leaves them. */
async function left() {
  const { said, draft } = room();
  for (const text of ['refused', 'on its way']) {
    draft.text = text;
    draft.send();
  }
  said[0]!.reject(CloudError.unreachable());
  await settled();
  draft.text = 'half a thou';
  return JSON.parse(JSON.stringify(draft.keep())) as ReturnType<Draft['keep']>;
}

test('a message that had failed is not sent by itself on the next page: its author decides', async () => {
  const { said, draft } = room();
  draft.restore(await left(), true);
  expect(said.map(({ text }) => text)).toEqual(['on its way']);
  expect(draft.failed.map(({ text }) => text)).toEqual(['refused']);
  draft.again(draft.failed[0]!.mark);
  expect(said.map(({ text }) => text)).toEqual(['on its way', 'refused']);
});

test('a message that was on its way for too long is not said out of the blue: its author decides', async () => {
  const before = await left();
  const { said, draft } = room();
  vi.useFakeTimers({ now: Date.now() + 20_000 });
  draft.restore(before, true);
  expect(said).toEqual([]);
  expect(draft.failed).toMatchObject([{ text: 'refused' }, { text: 'on its way', error: { code: 'cloud_unreachable' } }]);
  draft.again(draft.failed[1]!.mark);
  const after = room();
  after.draft.restore(draft.keep(), true);
  expect(after.said.map(({ text }) => text), 'its time begins with the press').toEqual(['on its way']);
});

test('why a message failed is still known on the next page', async () => {
  const before = room();
  before.draft.text = 'nasty';
  before.draft.send();
  before.said[0]!.reject(new CloudError('banned', 'no', false));
  await settled();
  const after = room();
  after.draft.restore(JSON.parse(JSON.stringify(before.draft.keep())) as ReturnType<Draft['keep']>, true);
  expect(after.draft.failed).toMatchObject([{ error: { code: 'banned', retryable: false } }]);
});

test('into another show goes only what is still being written', async () => {
  const { said, draft } = room();
  draft.restore(await left(), false);
  expect([draft.text, said, draft.outgoing]).toEqual(['half a thou', [], []]);
});

test('what a ban had stopped can be sent again once its author may write', async () => {
  const { said, draft } = room();
  for (const text of ['nasty', 'nice']) {
    draft.text = text;
    draft.send();
  }
  said[0]!.reject(new CloudError('banned', 'no', false));
  await settled();
  const again = () => draft.failed.map(({ error }) => (error as { retryable?: boolean }).retryable !== false);
  expect(again()).toEqual([false]);
  said[1]!.resolve('id'); // without a restored message it is the room's next yes that tells
  await settled();
  expect(again()).toEqual([true]);
});
