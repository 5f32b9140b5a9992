/** What the shopper wants of the picture, not what the browser allows; the player keeps it true. */
export interface PlayWishes {
  muted: boolean;
  paused: boolean;
}
