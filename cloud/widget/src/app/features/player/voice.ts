/** Silences the player that speaks now. */
let silence: (() => void) | null = null;

/** One voice in a page: whoever begins to speak silences the one before. Returns how to stop speaking. */
export function speak(hush: () => void): () => void {
  silence?.();
  silence = hush;
  return () => {
    if (silence === hush) silence = null;
  };
}
