import { stylesFor } from '../styles.ts';

/** Document Picture-in-Picture, where the browser has it. Source: https://wicg.github.io/document-picture-in-picture/ */
interface WindowMaker {
  requestWindow(wish: { width: number; height: number }): Promise<Window & typeof globalThis>;
}
const maker = () => (window as { documentPictureInPicture?: WindowMaker }).documentPictureInPicture;

/** CSS pixels: a wide picture with a product below it, and a tall picture with one. */
const WIDE = { width: 384, height: 216 + 128 };
const TALL = { width: 270, height: 480 + 128 };

/** Whether this browser lets a picture out of its page at all. */
export const canLeave = () => maker() !== undefined || document.pictureInPictureEnabled === true;

/** What the new window is to show. */
export interface Content {
  video: HTMLVideoElement;
  /** The page's element: its looks and its language go along. */
  host: HTMLElement;
  title: string;
  /** Draws into the window, the video included; returns the way out. */
  fill(root: ShadowRoot): () => void;
  /** The window was closed, by whomever; the video is in its place in the page again. */
  returned(): void;
}

/**
 * Takes the playing video into a small window over all others. Call it from a press.
 *
 * Returns what closes the window. Null where the browser has only its own window for a video alone: that one it draws
 * itself. Rejects when the browser refuses.
 */
export async function leavePage({ video, host, title, fill, returned }: Content): Promise<(() => void) | null> {
  const windows = maker();
  if (!windows) {
    await video.requestPictureInPicture();
    return null;
  }
  const out = await windows.requestWindow(video.videoHeight > video.videoWidth ? TALL : WIDE);
  const home = video.parentNode;
  const { document: page } = out;
  page.title = title;
  [page.documentElement.lang, page.documentElement.dir] = [document.documentElement.lang, document.documentElement.dir];
  const body = page.createElement('div');
  const root = body.attachShadow({ mode: 'open' });
  const { css, sheet } = stylesFor(out);
  root.adoptedStyleSheets = [sheet];
  const looks = getComputedStyle(host);
  for (const name of new Set(css.match(/--vt-[\w-]+/g))) body.style.setProperty(name, looks.getPropertyValue(name));
  page.body.style.margin = '0';
  page.body.append(body);
  const empty = fill(root);
  out.addEventListener('pagehide', () => {
    home?.appendChild(video); // moved at once: a video that is in no page stops
    empty();
    returned();
  });
  return () => out.close();
}
