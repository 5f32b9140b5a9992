/** What the system's buttons do. */
export interface SystemPlayer {
  play(): void;
  pause(): void;
}

/** How each player of the page takes the system's buttons. The last one has them: that which was heard last, else the first. */
const players: (() => void)[] = [];

/** What a player says of itself to the system. */
export interface SystemTold {
  /** What the system shows, first of all and whenever it changes; `artist`: whose show it is. */
  shows(title: string, artist: string, picture: string | null): void;
  paused(paused: boolean): void;
  /** It is heard now: the buttons are its own. */
  heard(): void;
  /** It goes, and leaves the buttons to the next one; those of another's player stay as they are. */
  clear(): void;
}

/** Headset, lock screen and keyboard speak to the show that is heard. */
export function tellSystem(player: SystemPlayer, session: MediaSession | undefined = globalThis.navigator?.mediaSession): SystemTold {
  const nothing = () => undefined;
  if (!session || typeof MediaMetadata === 'undefined') return { shows: nothing, paused: nothing, heard: nothing, clear: nothing };
  const handlers: [MediaSessionAction, () => void][] = [
    ['play', () => player.play()],
    ['pause', () => player.pause()],
    ['stop', () => player.pause()],
    ['seekto', nothing], // live is live
  ];
  const answer = (action: MediaSessionAction, act: (() => void) | null) => {
    try {
      session.setActionHandler(action, act);
    } catch {
      // This browser has no such button.
    }
  };
  let metadata: MediaMetadata | null = null;
  const ours = () => session.metadata === metadata;
  let state: MediaSessionPlaybackState = 'none';
  const take = () => {
    [session.metadata, session.playbackState] = [metadata, state];
    for (const [action, act] of handlers) answer(action, act);
  };
  const leave = () => void players.splice(players.indexOf(take), 1);
  players.unshift(take);
  return {
    shows(title, artist, picture) {
      const has = metadata ? ours() : players.length === 1;
      metadata = new MediaMetadata({ title, artist, artwork: picture ? [{ src: new URL(picture, location.href).href }] : [] });
      if (has) take();
    },
    paused(paused) {
      state = paused ? 'paused' : 'playing';
      if (ours()) session.playbackState = state;
    },
    heard() {
      leave();
      players.push(take);
      take();
    },
    clear() {
      leave();
      if (!ours()) return;
      const next = players.at(-1);
      if (next) return next();
      [session.metadata, session.playbackState] = [null, 'none'];
      for (const [action] of handlers) answer(action, null);
    },
  };
}
