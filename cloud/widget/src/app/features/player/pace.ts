/** Nearer than this to where it should be, the picture is left alone ... */
const NEAR_S = 0.06;
/** ... and one that is being moved goes on to here. */
const THERE_S = 0.015;
/** What must be loaded ahead of a picture that hurries: the next part may be late. */
const LEAST_AHEAD_S = 0.25;
/** Behind by a second it goes a quarter faster, and never more than half; in steps, so that the sound is left alone. */
const [PER_SECOND, STEP, MOST] = [0.25, 0.05, 1.5];
const SLOWER = 0.95;

/**
 * How fast to play so that the picture comes to be where the playlist wants it, and stays there: a little faster when it began too
 * late or stood, a little slower when more distance is wanted. hls.js hurries only with more than a second loaded, which a
 * picture this close to live never has.
 */
export class Pace {
  #moves = false;

  /** Called a few times a second while it plays: `edge` is its place in the element's time, null when nobody knows; `slackS` that of `Slack`. */
  look(video: HTMLVideoElement, edge: number | null, slackS: number): void {
    const { buffered, currentTime } = video;
    const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : currentTime;
    const rate = edge === null ? 1 : this.rate(edge - currentTime, end - currentTime, slackS);
    if (video.playbackRate !== rate) video.playbackRate = rate;
  }

  /**
   * The rate for a picture `lateS` behind its place (less than 0: ahead of it) with `aheadS` loaded after it. Once it stood, it hurries
   * only to where half of the distance that was added for that is loaded: what does not come in time is not caught up with.
   */
  rate(lateS: number, aheadS: number, slackS = 0): number {
    const far = Math.abs(lateS);
    this.#moves = far > (this.#moves ? THERE_S : NEAR_S);
    if (!this.#moves) return 1;
    if (lateS < 0) return SLOWER;
    if (aheadS < Math.max(LEAST_AHEAD_S, slackS && lateS + slackS / 2)) return 1;
    return Math.min(MOST, 1 + Math.max(STEP, Math.round((lateS * PER_SECOND) / STEP) * STEP));
  }
}
