/** What the system shows of a show, and what its buttons do. */
export interface SystemPlayer {
  title: string;
  /** Whose show it is. */
  artist: string;
  picture: string | null;
  play(): void;
  pause(): void;
}

/** Headset, lock screen and keyboard speak to the show. Returns the way out, which leaves another player's alone. */
export function tellSystem(player: SystemPlayer, session: MediaSession | undefined = globalThis.navigator?.mediaSession): { paused(paused: boolean): void; clear(): void } {
  if (!session || typeof MediaMetadata === 'undefined') return { paused: () => undefined, clear: () => undefined };
  const { title, artist, picture } = player;
  const metadata = new MediaMetadata({ title, artist, artwork: picture ? [{ src: new URL(picture, location.href).href }] : [] });
  const nothing = () => undefined;
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
  session.metadata = metadata;
  for (const [action, act] of handlers) answer(action, act);
  const ours = () => session.metadata === metadata;
  return {
    paused(paused) {
      if (ours()) session.playbackState = paused ? 'paused' : 'playing';
    },
    clear() {
      if (!ours()) return;
      session.metadata = null;
      session.playbackState = 'none';
      for (const [action] of handlers) answer(action, null);
    },
  };
}
