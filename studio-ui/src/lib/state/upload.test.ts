import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Imports } from '../cloud/imports.ts';
import { FakeBackend } from '../ipc/fake.ts';
import { ORG } from '../ipc/fake/seed.ts';
import { Upload } from './upload.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function line() {
  const backend = new FakeBackend({ crowd: false, latencyMs: 1 });
  backend.files.tenthMs = 1_000;
  const list = { name: 'spring.csv', sizeBytes: 1_000, head: '' };
  backend.files.list = list;
  const imports = new Imports(backend, ORG);
  const upload = new Upload(backend);
  const send = () => upload.send(list, () => imports.send('csv', { source: 'main', options: { stock: 'keep' } }));
  return { backend, upload, send };
}

it('tells how far a list is until it has arrived', async () => {
  const { upload, send } = line();
  const sent = send();
  await vi.advanceTimersByTimeAsync(5_700);
  expect(upload.now).toEqual({ name: 'spring.csv', size: 1_000, sent: 500, problem: '' });
  expect(await send(), 'one at a time').toBeNull();
  await vi.advanceTimersByTimeAsync(6_000);
  expect((await sent)!.source).toBe('main');
  expect(upload.now).toBeNull();
});

it('is stopped, and nothing is left of it', async () => {
  const { backend, upload, send } = line();
  const sent = send();
  await vi.advanceTimersByTimeAsync(2_000);
  const before = backend.cloud.imports.list.length;
  await upload.stop();
  expect(await sent).toBeNull();
  expect([upload.now, backend.cloud.imports.list.length]).toEqual([null, before]);
});

it('says why it did not arrive until that was read', async () => {
  const { backend, upload, send } = line();
  backend.files.loses = true;
  const sent = send();
  await vi.advanceTimersByTimeAsync(11_000);
  expect(await sent).toBeNull();
  expect(upload.now!.problem).not.toBe('');
  expect(upload.sending).toBe(false);
  upload.dismiss();
  expect(upload.now).toBeNull();
});
