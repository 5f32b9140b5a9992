import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AirPhase, Backend, FaultView } from '../ipc/backend.ts';
import { FakeBackend } from '../ipc/fake.ts';
import { ORG, SHOW } from '../ipc/fake/seed.ts';
import { Clock } from './clock.svelte.ts';
import { Closing } from './closing.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { TakeUp } from './take-up.svelte.ts';

let clock: Clock;
beforeEach(() => {
  vi.useFakeTimers();
  clock = new Clock();
});
afterEach(() => {
  clock.stop();
  vi.useRealTimers();
});

async function done<T>(work: Promise<T>): Promise<T> {
  const settled = work.catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(2_000);
  await settled;
  return work;
}

async function open(trouble: 'none' | 'many' | 'unreachable', liveForMs: number | null = null) {
  const backend = new FakeBackend({ crowd: false, latencyMs: 1, trouble, liveForMs });
  const desk = new Desk(backend, clock, ORG, SHOW);
  await done(desk.open());
  return { backend, desk };
}

describe('what is wrong', () => {
  it('is all there after a reload, and follows the desk from then on', async () => {
    const { backend, desk } = await open('many', 60_000);
    expect(desk.faults.list.map((fault) => fault.code)).toEqual([
      'camera_lost',
      'microphone_lost',
      'chat_away',
      'sleep_allowed',
    ]);
    // The desk tells nothing anew of a show that is open already.
    vi.spyOn(backend, 'openShow').mockResolvedValue();
    const reloaded = new Desk(backend, clock, ORG, SHOW);
    await done(reloaded.open());
    expect(reloaded.faults.list).toEqual(desk.faults.list);
    reloaded.stop();
    backend.emit('faultsChanged', []);
    expect(desk.faults.list).toEqual([]);
    desk.stop();
  });

  it('opens the menu that chooses another, and asks the desk for all else', async () => {
    const { backend, desk } = await open('many', 60_000);
    const asked = vi.spyOn(backend, 'actOnFault');
    const [camera, microphone] = desk.faults.list as [FaultView, FaultView];
    await desk.faults.act(camera, 'choose_source');
    expect(desk.stage.choosing).toBe('source');
    await desk.faults.act(microphone, 'choose_microphone');
    expect(desk.stage.choosing).toBe('microphone');
    expect(asked).not.toHaveBeenCalled();
    await done(desk.faults.act(camera, 'try_again'));
    expect(asked).toHaveBeenCalledWith('camera_lost', 'try_again');
    desk.stop();
  });

  it('says why a show did not go live, and leads back to where it can be tried again', async () => {
    const { desk } = await open('unreachable');
    await done(desk.air.goLive(false));
    expect(desk.air.view.phase).toBe('preview');
    expect(desk.faults.list[0]).toMatchObject({ code: 'no_answer', severity: 'bad' });
    expect(desk.air.canStart).toBe(true);
    desk.stop();
  });

  it('is nothing about picture, sound or line once the show is over, here or by a colleague', async () => {
    const { backend, desk } = await open('many', 60_000);
    const codes = () => desk.faults.list.map((fault) => fault.code);
    const now = (phase: AirPhase) => backend.emit('airChanged', { phase, liveAtMs: 0, sinceAtMs: 0 });
    now('ended');
    expect(codes()).toEqual(['chat_away']);
    now('live');
    expect(codes()).toContain('microphone_lost');
    desk.show = { ...desk.show!, state: 'ended' };
    expect(codes()).toEqual(['chat_away']);
    desk.stop();
  });

  it('lets go while connecting', async () => {
    const { desk } = await open('none');
    const going = desk.air.goLive(false);
    expect(desk.air.view.phase).toBe('connecting');
    await desk.air.cancel();
    await done(going);
    expect(desk.air.view.phase).toBe('preview');
    desk.stop();
  });
});

describe('leaving and coming back', () => {
  it('asks before it closes, and stays when the show could not be ended', async () => {
    const quit = vi.fn(() => Promise.reject(new Error('cloud_unreachable')));
    const backend = Object.assign(new FakeBackend({ latencyMs: 1 }), { quit }) as Backend & FakeBackend;
    const closing = new Closing(backend);
    backend.emit('closeAsked', { title: 'Autumn drop', viewers: 7, phase: 'live' });
    await expect(closing.quit('end')).rejects.toThrow();
    expect(closing.asked?.viewers).toBe(7);
    closing.stay();
    expect(closing.asked).toBeNull();
  });

  it('says that it asks, once the question is drawn: the system asks where a page does not', async () => {
    const closeSeen = vi.fn(async () => {});
    const backend = Object.assign(new FakeBackend({ latencyMs: 1 }), { closeSeen });
    void new Closing(backend);
    backend.emit('closeAsked', { title: 'Autumn drop', viewers: 7, phase: 'live' });
    expect(closeSeen).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0);
    expect(closeSeen).toHaveBeenCalledOnce();
  });

  it('speaks of the show as it is by now, and asks no more when a colleague has ended it', () => {
    const backend = new FakeBackend({ latencyMs: 1 });
    const closing = new Closing(backend);
    const now = (phase: AirPhase) => backend.emit('airChanged', { phase, liveAtMs: null, sinceAtMs: 0 });
    now('live');
    expect(closing.asked).toBeNull();
    backend.emit('closeAsked', { title: 'Autumn drop', viewers: 7, phase: 'live' });
    now('ending');
    expect(closing.asked).toEqual({ title: 'Autumn drop', viewers: 7, phase: 'ending' });
    now('ended');
    expect(closing.asked).toBeNull();

    backend.emit('closeAsked', { title: 'Autumn drop', viewers: 0, phase: 'connecting' });
    now('preview');
    expect(closing.asked, 'it did not get on air').toBeNull();
    backend.emit('closeAsked', { title: 'Autumn drop', viewers: 7, phase: 'live' });
    now('ending');
    now('preview');
    expect(closing.asked?.phase, 'its end is owed').toBe('preview');
  });

  it('goes live once with the show that was taken up, and with no other', async () => {
    const takeUp = new TakeUp(new FakeBackend({ latencyMs: 1, takeUp: true }));
    await done(takeUp.find('lena'));
    expect(takeUp.offer?.showId).toBe(SHOW);
    takeUp.accept();
    expect(takeUp.offer).toBeNull();
    expect(takeUp.claim('another')).toBe(false);
    expect(takeUp.claim(SHOW)).toBe(true);
    expect(takeUp.claim(SHOW)).toBe(false);
    await done(takeUp.find('lena'));
    expect(takeUp.offer).toBeNull();
  });
});
