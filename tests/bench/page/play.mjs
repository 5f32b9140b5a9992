// Plays one stream and reads the clock off the picture that is on screen.
import Hls from '/hls.mjs';
import { hlsConfig } from '/policies.js';
import { ageMs, read, ROW } from '/lib/clock.mjs';

const EVERY_MS = 100;
const [WIDTH, HEIGHT] = [640, 2 * ROW];

/** Plays `url` for `seconds` and answers `{startup, samples: [seconds of latency], unread, errors, height}`. */
window.play = async (url, seconds, asWidget) => {
  const video = document.getElementById('video');
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const out = { startup: null, samples: [], unread: 0, errors: [], height: 0 };
  const start = performance.now();

  const hls = new Hls(asWidget ? hlsConfig(() => false) : {});
  hls.on(Hls.Events.ERROR, (_name, error) => out.errors.push(`${error.details}${error.fatal ? ' (fatal)' : ''}`));
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
  const timer = setInterval(look, EVERY_MS);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  clearInterval(timer);
  hls.destroy();
  return out;
};
window.ready = true;
