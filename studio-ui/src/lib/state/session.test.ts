import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Account } from '../cloud/account.ts';
import { Cloud } from '../cloud/cloud.ts';
import { People } from '../cloud/people.ts';
import { FakeBackend } from '../ipc/fake.ts';
import type { FakeOptions } from '../ipc/fake/options.ts';
import { ORG, SHOW } from '../ipc/fake/seed.ts';
import { Clock } from './clock.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { SessionState } from './session.svelte.ts';

let clock: Clock;
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} });
  clock = new Clock();
});
afterEach(() => {
  clock.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function done<T>(work: Promise<T>): Promise<T> {
  const settled = work.catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(2_000);
  await settled;
  return work;
}

/** A host in mid-show whose session has just ended. */
async function lapsed(options: Partial<FakeOptions> = {}) {
  const backend = new FakeBackend({ crowd: false, latencyMs: 1, liveForMs: 60_000, ...options });
  const session = new SessionState(backend);
  await done(session.start());
  const desk = new Desk(backend, clock, ORG, SHOW);
  await done(desk.open());
  backend.lapse();
  return { backend, session, desk };
}

describe('a session that ends in mid-show', () => {
  it('keeps who it was, their organisation and the show on air', async () => {
    const { session, desk } = await lapsed();
    expect(session.session).toMatchObject({ lapsed: true, user: { email: 'owner@demo.example' } });
    expect(session.organization?.id).toBe(ORG);
    expect(session.canRunShows).toBe(true);
    expect(desk.air.view.phase).toBe('live');
    expect(desk.canEnd).toBe(true);
    expect(desk.connection.state).toBe('offline');
    desk.stop();
  });

  it('is still there after a reload of the window', async () => {
    const { backend, desk } = await lapsed();
    const reloaded = new SessionState(backend);
    await done(reloaded.start());
    expect(reloaded.session?.lapsed).toBe(true);
    desk.stop();
  });

  it('asks for the password only, and goes on with the same person and keyring choice', async () => {
    const { backend, session, desk } = await lapsed();
    const asked = vi.spyOn(backend, 'signIn');
    await expect(done(session.signInAgain('no'))).rejects.toMatchObject({ code: 'bad_credentials' });
    expect(session.session?.lapsed).toBe(true);
    const waiting = desk.cloud.shows();
    await done(session.signInAgain('demo-owner-password'));
    expect(asked).toHaveBeenLastCalledWith('http://127.0.0.1:8080', 'owner@demo.example', 'demo-owner-password', true);
    expect(session.session?.lapsed).toBe(false);
    expect(desk.connection.state).toBe('connected');
    expect((await done(waiting)).length).toBeGreaterThan(0);
    expect(desk.air.view.phase).toBe('live');
    desk.stop();
  });

  it('refuses a pin at once, and nothing is pinned later', async () => {
    const { backend, session, desk } = await lapsed();
    const before = desk.card;
    await expect(done(desk.togglePin(desk.run.entries[2]!))).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(desk.pinning).toBeNull();
    await expect(done(desk.unpin())).rejects.toMatchObject({ code: 'unauthenticated' });
    const told = vi.fn();
    backend.listen('highlightChanged', told);
    await done(session.signInAgain('demo-owner-password'));
    expect(told).not.toHaveBeenCalled();
    expect(desk.card).toEqual(before);
    desk.stop();
  });

  it('lets the host end the show: off air at once, over once signed in again', async () => {
    const { session, desk } = await lapsed();
    await expect(done(desk.end())).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(desk.air.sending).toBe(false);
    expect(desk.faults.list[0]?.code).toBe('end_waits');
    await done(session.signInAgain('demo-owner-password'));
    expect(desk.show?.state).toBe('ended');
    expect(desk.faults.list).toEqual([]);
    desk.stop();
  });
});

describe('where a person belongs', () => {
  async function signedIn(options: Partial<FakeOptions> = {}) {
    const backend = new FakeBackend({ crowd: false, latencyMs: 1, ...options });
    const session = new SessionState(backend);
    await done(session.start());
    return { backend, session, account: new Account(backend) };
  }

  it('is asked anew after a place was made, and the desk opens its shows at once', async () => {
    const { backend, session, account } = await signedIn();
    const place = await done(account.createOrganization('Atelier'));
    await done(session.refresh());
    session.choose(place.id);
    expect(session.organization).toMatchObject({ name: 'Atelier', role: 'owner' });
    expect(session.may('transfer_ownership')).toBe(true);
    const show = await done(new Cloud(backend, place.id).createShow({ title: 'First light', scheduled_at: null, planned_end_at: null }));
    await done(backend.openShow(place.id, show.id));
    expect((await done(backend.snapshot())).show?.title).toBe('First light');
    await expect(done(backend.openShow('nobodys', SHOW))).rejects.toMatchObject({ code: 'not_found' });
    await done(session.signInAgain('demo-owner-password'));
    expect(session.organization?.id).toBe(place.id);
  });

  it('is kept when the session ends, though the desk tells what it heard before', async () => {
    const { backend, session, account } = await signedIn();
    const place = await done(account.createOrganization('Atelier'));
    session.entered(place);
    session.choose(place.id);
    backend.lapse();
    expect(session.session?.lapsed).toBe(true);
    expect(session.organization?.id).toBe(place.id);
  });

  it('changes by what was just done, though the cloud cannot be asked', async () => {
    const { backend, session, account } = await signedIn();
    const place = await done(account.createOrganization('Atelier'));
    vi.spyOn(backend, 'cloudFetch').mockRejectedValue(new Error('away'));
    session.entered(place);
    session.entered(place);
    await done(session.refreshIfCan());
    expect(session.session?.organizations.map((one) => one.name)).toEqual(['Maison Demo', 'Atelier']);
    session.left(ORG);
    expect(session.organization).toMatchObject({ name: 'Atelier', role: 'owner' });
  });

  it('follows a role that was changed, and a place that was left', async () => {
    const { backend, session } = await signedIn({ second: true });
    const people = backend.cloud.people!;
    const ada = people.members.find((one) => one.user.name === 'Ada Okafor')!;
    await done(new People(backend, ORG).handOver(ada.user.id, 'demo-owner-password'));
    await done(session.refresh());
    expect(session.organization).toMatchObject({ id: ORG, role: 'admin' });
    expect(session.may('transfer_ownership')).toBe(false);
    await done(new People(backend, ORG).leave(session.session!.user.id));
    await done(session.refresh());
    expect(session.organization).toMatchObject({ name: 'Atelier Nord', role: 'owner' });
  });

  it('is nowhere for who left the last one, and nothing is taken from another person', async () => {
    const { backend, session } = await signedIn({ as: 'moderator' });
    await done(new People(backend, ORG).leave(session.session!.user.id));
    const asked = session.refresh();
    await done(asked);
    expect(session.organization).toBeNull();
    expect(session.may('view_shows')).toBe(false);
    backend.account.user = { ...backend.account.user, id: 'somebody-else' };
    await done(session.refresh());
    expect(session.session?.user.name).toBe('Tom Ruiz');
  });
});

describe('a line to the room that is refused', () => {
  it('is a fault with a button that connects again', async () => {
    const { desk, session } = await lapsed({ trouble: 'chat_refused' });
    await done(session.signInAgain('demo-owner-password'));
    const fault = desk.faults.list.find((one) => one.code === 'chat_refused')!;
    expect(fault.actions).toEqual(['connect_again']);
    await done(desk.faults.act(fault, 'connect_again'));
    expect(desk.connection.state).toBe('connected');
    expect(desk.faults.list).toEqual([]);
    desk.stop();
  });

  it('says why a message was not taken', async () => {
    const { desk, session } = await lapsed({ trouble: 'chat_busy' });
    await expect(done(desk.chat.send('hello'))).rejects.toMatchObject({ code: 'cloud_unreachable' });
    await done(session.signInAgain('demo-owner-password'));
    await expect(done(desk.chat.send('hello'))).rejects.toMatchObject({ code: 'rate_limited' });
    desk.stop();
  });
});
