/** The programme's picture from a loopback WebSocket onto a canvas; `PreviewEndpoint` has the wire. */
import type { PreviewEndpoint, PreviewSink, PreviewState } from './backend.ts';

const HEADER_BYTES = 8;
/** More at once would only queue behind the screen. */
const DECODES_AT_ONCE = 2;
/** Playing, and then nothing for this long, is lost. */
const SILENT_MS = 3_000;
const RETRY_MS = [250, 500, 1_000, 2_000];

export interface Picture extends ImageBitmapSize {
  close(): void;
}
interface ImageBitmapSize {
  width: number;
  height: number;
}

/**
 * Decodes at most two pictures at once and always the newest: what arrives meanwhile waits in one
 * slot, where a newer picture replaces it. Pictures come out in the order in which they came, whatever
 * their own numbers: a programme that is built anew counts from one. A late one is dropped.
 */
export class FrameGate<P extends Picture> {
  #decode: (jpeg: Uint8Array) => Promise<P>;
  #show: (picture: P) => void;
  #waiting: { turn: number; jpeg: Uint8Array } | null = null;
  #decoding = 0;
  #taken = 0;
  #shown = 0;

  constructor(decode: (jpeg: Uint8Array) => Promise<P>, show: (picture: P) => void) {
    this.#decode = decode;
    this.#show = show;
  }

  take(message: ArrayBuffer) {
    if (message.byteLength <= HEADER_BYTES) return;
    this.#waiting = { turn: ++this.#taken, jpeg: new Uint8Array(message, HEADER_BYTES) };
    void this.#next();
  }

  /** A new connection: what waited of the last one is of no use. */
  restart() {
    this.#waiting = null;
  }

  async #next(): Promise<void> {
    const next = this.#waiting;
    if (!next || this.#decoding >= DECODES_AT_ONCE) return;
    this.#waiting = null;
    this.#decoding++;
    try {
      const picture = await this.#decode(next.jpeg);
      if (next.turn > this.#shown) {
        this.#shown = next.turn;
        this.#show(picture);
      }
      picture.close();
    } catch {
      // A broken picture: the next one is on its way.
    } finally {
      this.#decoding--;
    }
    return this.#next();
  }
}

/** Plays into `sink`, and connects again by itself, until the returned function is called. */
export function playPreview(endpoint: () => Promise<PreviewEndpoint>, sink: PreviewSink): () => void {
  let socket: WebSocket | null = null;
  let stopped = false;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setTimeout> | undefined;
  let state: PreviewState | null = null;

  const tell = (next: PreviewState) => {
    if (state !== next) sink.state((state = next));
  };
  const gate = new FrameGate(
    (jpeg) => createImageBitmap(new Blob([jpeg as BlobPart], { type: 'image/jpeg' })),
    (picture) => {
      if (stopped) return;
      tries = 0;
      clearTimeout(watch);
      watch = setTimeout(() => tell('lost'), SILENT_MS);
      tell('playing');
      sink.frame(picture, picture.width, picture.height);
    },
  );

  function again() {
    if (stopped) return;
    if (state === 'playing') tell('lost');
    timer = setTimeout(connect, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
  }

  async function connect() {
    try {
      const { url, token } = await endpoint();
      if (stopped) return;
      gate.restart();
      socket = new WebSocket(url);
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => socket?.send(token);
      socket.onmessage = (event) => event.data instanceof ArrayBuffer && gate.take(event.data);
      socket.onclose = again;
    } catch {
      again();
    }
  }

  tell('waiting');
  void connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    clearTimeout(watch);
    socket?.close();
  };
}
