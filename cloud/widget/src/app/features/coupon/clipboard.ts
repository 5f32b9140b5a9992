/** What copying needs of the page. */
export interface CopyDoor {
  /** The browser's clipboard; absent on insecure pages and in frames without the permission. */
  write?: ((text: string) => Promise<void>) | undefined;
  /** Selects the text on screen and tries the old command; true when it worked. */
  command: () => boolean;
}

/** Copies a code; `false` means that the shopper has to do it by hand, with the text selected. */
export async function copyCode(code: string, door: CopyDoor): Promise<boolean> {
  try {
    if (door.write) {
      await door.write(code);
      return true;
    }
  } catch {
    // Not allowed here: the old way.
  }
  try {
    return door.command();
  } catch {
    return false;
  }
}
