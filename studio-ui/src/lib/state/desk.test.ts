import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeBackend } from '../ipc/fake.ts';
import type { FakeOptions } from '../ipc/fake/options.ts';
import { ORG, SHOW } from '../ipc/fake/seed.ts';
import type { ChatMessage } from '../ipc/backend.ts';
import { Clock } from './clock.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { isPinned } from './run-of-show.svelte.ts';

let clock: Clock;
beforeEach(() => {
  vi.useFakeTimers();
  clock = new Clock();
});
afterEach(() => {
  clock.stop();
  vi.useRealTimers();
});

/** Lets a command of the fake run to its end. */
async function done<T>(work: Promise<T>): Promise<T> {
  const settled = work.catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(2_000);
  await settled;
  return work;
}

async function openDesk(options: Partial<FakeOptions> = {}) {
  const backend = new FakeBackend({ crowd: false, latencyMs: 1, ...options });
  const desk = new Desk(backend, clock, ORG, SHOW);
  await done(desk.open());
  return { backend, desk };
}

const message = (id: string, author: string, text = 'hello', role: 'viewer' | 'host' = 'viewer'): ChatMessage => ({
  id,
  at: new Date(clock.now).toISOString(),
  author: { id: author, name: author, role },
  text,
});
const added = (...messages: ChatMessage[]) => ({
  reset: false,
  added: messages,
  removed: [],
  removedAuthors: [],
});

describe('the desk', () => {
  it('is not set back by an answer that an event overtook', async () => {
    const backend = new FakeBackend({ crowd: false, latencyMs: 1 });
    const desk = new Desk(backend, clock, ORG, SHOW);
    const whole = backend.snapshot.bind(backend);
    vi.spyOn(backend, 'snapshot').mockImplementationOnce(async () => {
      const stale = { ...(await whole()), connection: { state: 'connecting' as const, retryAtMs: null } };
      backend.emit('connectionChanged', { state: 'connected', retryAtMs: null });
      return stale;
    });
    await done(desk.open());
    expect(desk.connection.state).toBe('connected');
    desk.stop();
  });

  it('opens ready, with the line-up joined to its products', async () => {
    const { desk } = await openDesk();
    expect(desk.air.canStart).toBe(true);
    expect(desk.run.entries.map((entry) => entry.kind)).toContain('coupon');
    expect(desk.run.entries[0]?.title).toBe('Linen shirt');
    desk.stop();
  });

  it('goes live and ends as the desk tells, never by itself', async () => {
    const { desk } = await openDesk();
    const going = desk.air.goLive(false);
    expect(desk.air.view.phase).toBe('connecting');
    await done(going);
    expect(desk.air.view.phase).toBe('live');
    expect(desk.show?.state).toBe('live');
    expect(desk.air.history.length).toBeGreaterThan(0);
    await done(desk.air.end());
    expect(desk.air.view.phase).toBe('ended');
    desk.stop();
  });

  it('pins, unpins with the same key, and pins another instead', async () => {
    const { desk } = await openDesk();
    const [first, second] = desk.run.entries;
    await done(desk.togglePin(first!));
    expect(desk.card?.title).toBe('Linen shirt');
    await done(desk.togglePin(second!));
    expect(desk.card?.title).toBe('Canvas weekender');
    await done(desk.togglePin(second!));
    expect(desk.card).toBeNull();
    expect(desk.pinning).toBeNull();
    desk.stop();
  });

  it('loads the line-up again when the desk says that it changed', async () => {
    const { backend, desk } = await openDesk();
    const show = backend.cloud.shows.find((one) => one.id === SHOW)!;
    show.lineup = show.lineup.slice(0, 2);
    backend.emit('showChanged', { ...desk.show!, lineupRevision: 99 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(desk.run.entries).toHaveLength(2);
    desk.stop();
  });

  it('asks once a second however fast it sells, and shows the last of it', async () => {
    const { backend, desk } = await openDesk({ latencyMs: 400 });
    const asked = vi.spyOn(backend, 'cloudFetch');
    const [first] = backend.cloud.shows.find((one) => one.id === SHOW)!.lineup;
    const product = backend.cloud.products.find((one) => first!.kind === 'product' && one.id === first!.product_id)!;
    product.stock = 500;
    const shown = new Set<number>();
    for (let sale = 1; sale <= 300; sale++) {
      product.stock--;
      backend.emit('showChanged', { ...desk.show!, lineupRevision: 1_000 + sale });
      await vi.advanceTimersByTimeAsync(20);
      const [entry] = desk.run.entries;
      if (entry?.kind === 'product') shown.add(entry.product.stock);
    }
    // Six seconds of sales.
    const shows = asked.mock.calls.filter(([, path]) => path.endsWith(`/shows/${SHOW}`));
    expect(shows.length).toBeLessThanOrEqual(6);
    expect(shown.size, 'it is seen while it sells').toBeGreaterThan(1);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(desk.run.entries[0]).toMatchObject({ product: { stock: 200 } });
    const settled = asked.mock.calls.length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(asked.mock.calls.length).toBe(settled);
    desk.stop();
  });

  it('pins products of a catalogue that the role does not show', async () => {
    const backend = new FakeBackend({ crowd: false, latencyMs: 1 });
    const desk = new Desk(backend, clock, ORG, SHOW, { catalogue: false });
    const asked = vi.spyOn(backend, 'cloudFetch');
    await done(desk.open());
    expect(asked.mock.calls.filter(([, path]) => /products|coupons/.test(path))).toEqual([]);
    expect(new Set(desk.run.entries.map(({ kind }) => kind))).toEqual(new Set(['unseen']));
    await done(desk.togglePin(desk.run.entries[0]!));
    expect(desk.card?.title).toBe('Linen shirt');
    expect(isPinned(desk.run.entries[0]!, desk.card)).toBe(true);
    desk.stop();
  });

  it('bans an author with all of their messages, and takes it back', async () => {
    const { backend, desk } = await openDesk({ liveForMs: 60_000 });
    const before = desk.chat.messages.map((message) => message.id);
    const one = desk.chat.messages[0]!;
    await done(desk.chat.ban(one));
    expect(desk.chat.by(one.author.id)).toEqual([]);
    expect(backend.cloud.bans).toHaveLength(1);
    await done(desk.unban(one));
    expect(backend.cloud.bans).toEqual([]);
    expect(desk.chat.messages.map((message) => message.id), 'all of it, in its order').toEqual(before);
    desk.stop();
  });

  it('refuses a moderator to go live', async () => {
    const { desk } = await openDesk({ as: 'moderator' });
    await expect(done(desk.air.goLive(false))).rejects.toMatchObject({ code: 'forbidden' });
    desk.stop();
  });

  it('ends a show that is sent from elsewhere', async () => {
    const { desk } = await openDesk({ liveForMs: 60_000, elsewhere: true });
    expect(desk.air.view.phase).toBe('preview');
    expect(desk.canEnd).toBe(true);
    await done(desk.end());
    expect(desk.show?.state).toBe('ended');
    expect(desk.canEnd).toBe(false);
    desk.stop();
  });

  it('is over when a colleague ends the show, and has nothing left to press', async () => {
    const { backend, desk } = await openDesk({ liveForMs: 60_000, trouble: 'colleague_ends' });
    const ended = vi.spyOn(backend, 'endShow');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(desk.air.view.phase).toBe('ended');
    expect(desk.show?.state).toBe('ended');
    expect([desk.canEnd, desk.air.sending, desk.air.canStart]).toEqual([false, false, false]);
    expect(ended).not.toHaveBeenCalled();
    desk.stop();
  });

  it('stops listening once it is closed', async () => {
    const { backend, desk } = await openDesk();
    await done(desk.close());
    backend.emit('viewersChanged', 7);
    expect(desk.viewers).toBe(0);
  });
});

describe('the chat', () => {
  it('takes each message once, in order, and forgets what was removed', async () => {
    const { backend, desk } = await openDesk();
    backend.emit('chatChanged', added(message('1', 'ana'), message('2', 'jo')));
    backend.emit('chatChanged', added(message('2', 'jo'), message('3', 'ana')));
    expect(desk.chat.messages.map((one) => one.id)).toEqual(['1', '2', '3']);
    backend.emit('chatChanged', { reset: false, added: [], removed: ['2'], removedAuthors: [] });
    backend.emit('chatChanged', { reset: false, added: [], removed: [], removedAuthors: ['ana'] });
    expect(desk.chat.messages).toEqual([]);
    desk.stop();
  });

  it('starts again after a gap', async () => {
    const { backend, desk } = await openDesk();
    backend.emit('chatChanged', added(message('1', 'ana')));
    backend.emit('chatChanged', { ...added(message('9', 'jo')), reset: true });
    expect(desk.chat.messages.map((one) => one.id)).toEqual(['9']);
    desk.stop();
  });

  it('keeps shoppers’ questions apart and counts the last minute', async () => {
    const { backend, desk } = await openDesk();
    backend.emit(
      'chatChanged',
      added(message('1', 'ana', 'does it shrink?'), message('2', 'lena', 'any questions?', 'host')),
    );
    expect(desk.chat.questions.map((one) => one.id)).toEqual(['1']);
    expect(desk.chat.perMinute).toBe(2);
    vi.advanceTimersByTime(61_000);
    expect(desk.chat.perMinute).toBe(0);
    desk.stop();
  });

  it('lets old messages go', async () => {
    const { backend, desk } = await openDesk();
    backend.emit('chatChanged', added(...Array.from({ length: 620 }, (_, i) => message(`${i}`, 'ana'))));
    expect(desk.chat.messages).toHaveLength(500);
    expect(desk.chat.messages[0]?.id).toBe('120');
    desk.stop();
  });
});
