// Plays one stream, reads the clock off the picture that is on screen and counts when it stands.
import Hls from '/hls.mjs';
import { Ahead } from '/ahead.ts';
import { hlsConfig } from '/policies.ts';
import { Pace } from '/pace.ts';
import { Slack } from '/slack.ts';
import { ageMs, read, ROW } from '/lib/clock.mjs';

const EVERY_MS = 100;
const [WIDTH, HEIGHT] = [640, 2 * ROW];
/** A picture that stands for longer is a stall. */
const STANDS_MS = 300;

const PLAYERS = {
  /** The widget's settings. */
  widget: () => hlsConfig(() => false),
  /** The same, as far behind as three parts of 0.334 s. */
  behind: () => ({ ...hlsConfig(() => false), maxLiveSyncPlaybackRate: 1.5, liveSyncDuration: 3 * 0.334 }),
  /** As it comes. */
  plain: () => ({}),
};

/** As the widget's driver does: further from live after a stall, closer again on a good line, and always there. */
function keepBack(hls, video) {
  const [pace, slack] = [new Pace(), new Slack()];
  video.addEventListener('timeupdate', () => pace.look(video, hls.liveSyncPosition, slack.seconds(performance.now())));
  hls.on(Hls.Events.ERROR, (_name, error) => error.details === Hls.ErrorDetails.BUFFER_STALLED_ERROR && slack.stalled(performance.now()));
  hls.on(Hls.Events.LEVEL_UPDATED, (_name, { details }) => {
    const asked = details.partHoldBack || details.holdBack;
    const target = asked + slack.seconds(performance.now());
    if (asked > 0 && target !== hls.targetLatency) hls.targetLatency = target;
  });
}

/**
 * Plays `url` for `seconds` and answers `{startup, samples: [seconds of latency], unread, errors, height, played, stalls, stood}`:
 * from the first movement on, `played` seconds in all, in which the picture stood `stalls` times and `stood` seconds together.
 */
window.play = async (url, seconds, player) => {
  const video = document.getElementById('video');
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const out = { startup: null, samples: [], unread: 0, errors: [], height: 0, played: 0, stalls: 0, stood: 0 };
  const start = performance.now();

  const ahead = player === 'widget' ? new Ahead() : null;
  const hls = new Hls({ ...PLAYERS[player](), ...(ahead && { fLoader: ahead.Loader }) });
  ahead?.attach(hls);
  hls.on(Hls.Events.ERROR, (_name, error) => out.errors.push(`${error.details}${error.fatal ? ' (fatal)' : ''}`));
  if (player === 'widget') keepBack(hls, video);
  hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
  hls.loadSource(url);
  hls.attachMedia(video);

  const look = () => {
    if (video.readyState < 2 || !video.videoWidth) return;
    context.drawImage(video, 0, 0, video.videoWidth, (video.videoHeight * HEIGHT) / 360, 0, 0, WIDTH, HEIGHT);
    const ms = read(context.getImageData(0, 0, WIDTH, HEIGHT).data, WIDTH, HEIGHT);
    out.startup ??= (performance.now() - start) / 1_000;
    out.height = video.videoHeight;
    if (ms === null) out.unread += 1;
    else out.samples.push({ at: (performance.now() - start) / 1_000, latency: ageMs(ms, Date.now()) / 1_000 });
  };
  let [moving, at, movedAt, stalled] = [null, video.currentTime, 0, false];
  const watch = () => {
    const now = performance.now();
    if (video.currentTime !== at && !video.paused) {
      if (moving === null) moving = now;
      else if (stalled) out.stood += (now - movedAt) / 1_000;
      [at, movedAt, stalled] = [video.currentTime, now, false];
    } else if (moving !== null && !stalled && now - movedAt > STANDS_MS) {
      stalled = true;
      out.stalls += 1;
    }
  };
  const timers = [setInterval(look, EVERY_MS), setInterval(watch, EVERY_MS / 2)];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  timers.forEach(clearInterval);
  const now = performance.now();
  if (stalled) out.stood += (now - movedAt) / 1_000;
  if (moving !== null) out.played = (now - moving) / 1_000;
  hls.destroy();
  return out;
};
window.ready = true;
