import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tellSystem } from '../src/app/features/player/media-session.ts';

/** The system's side of a browser. */
class System {
  metadata: { title: string } | null = null;
  playbackState = 'none';
  readonly acts = new Map<string, (() => void) | null>();
  setActionHandler(name: string, act: (() => void) | null): void {
    this.acts.set(name, act);
  }
}

const pressed: string[] = [];
let system: System;
const player = (title: string) => {
  const told = tellSystem({ play: () => pressed.push(`play ${title}`), pause: () => pressed.push(`pause ${title}`) }, system as unknown as MediaSession);
  told.shows(title, '', null);
  return told;
};
/** What the headset's button does now. */
function press(button = 'pause'): string | undefined {
  system.acts.get(button)?.();
  return pressed.pop();
}

beforeEach(() => {
  system = new System();
  vi.stubGlobal('MediaMetadata', class {
    title: string;
    constructor({ title }: { title: string }) {
      this.title = title;
    }
  });
});
afterEach(() => void vi.unstubAllGlobals());

test('the headset speaks to the show that is heard, not to the one that came last', () => {
  const heard = player('heard');
  heard.paused(false);
  heard.heard();
  const silent = player('silent'); // a view in the page, scrolled into sight
  silent.paused(false);
  expect([press(), system.metadata?.title]).toEqual(['pause heard', 'heard']);
  heard.paused(true); // by the headset: playing on is its own, too
  silent.paused(false);
  expect([press(), system.playbackState]).toEqual(['pause heard', 'paused']);
  silent.heard();
  expect([press(), system.metadata?.title, system.playbackState]).toEqual(['pause silent', 'silent', 'playing']);
  heard.paused(false);
  heard.heard();
  heard.clear();
  expect([press(), system.playbackState]).toEqual(['pause silent', 'playing']);
  silent.clear();
  expect([system.metadata, system.playbackState, press()]).toEqual([null, 'none', undefined]);
});

test("a player of the shop's own keeps the buttons when ours goes", () => {
  const ours = player('ours');
  const another = { title: "the shop's film" };
  system.metadata = another;
  ours.paused(false);
  ours.clear();
  expect([system.metadata, system.playbackState]).toEqual([another, 'none']);
});

test('new words change what the system shows, and not whose the buttons are', () => {
  const heard = player('heard');
  heard.paused(false);
  heard.heard();
  const silent = player('silent');
  silent.paused(false);
  heard.paused(true); // by the headset
  heard.shows('heard, part two', '', null);
  silent.shows('silent, part two', '', null);
  expect([press('play'), system.metadata?.title, system.playbackState]).toEqual(['play heard', 'heard, part two', 'paused']);
  heard.clear();
  expect([press('play'), system.metadata?.title]).toEqual(['play silent', 'silent, part two']);
  silent.clear();
});
