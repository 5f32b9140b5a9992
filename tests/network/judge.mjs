// Judges what run.sh saw: facts about what arrived, with room for a busy machine.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const read = (name) =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));

const sent = read('sent.jsonl');
const received = read('received.jsonl');
const at = Object.fromEntries(read('phases.jsonl').map((phase) => [phase.phase, phase.at]));

const within = (list, from, to) => list.filter((one) => one.at >= from && one.at < to);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const most = (numbers) => numbers.reduce((a, b) => Math.max(a, b), -Infinity);
const least = (numbers) => numbers.reduce((a, b) => Math.min(a, b), Infinity);
const kbps = (tags, from, to) => Math.round((within(tags, from, to).reduce((sum, tag) => sum + tag.bytes, 0) * 8) / (to - from));

// Time 0 of the stream on the wall: the newest picture was composed just before its sample.
const zero = least(sent.filter((s) => s.air !== null).map((s) => s.at - s.air));
const media = received.filter((tag) => tag.kind !== 'config' && tag.kind !== 'script');
const late = (tags) => median(tags.map((tag) => tag.at - zero - tag.ts));
const last = sent.at(-1).at;
const chosen = most(sent.map((s) => s.chosen_kbps));
const aims = (from, to) => within(sent, from, to).map((s) => s.aim_kbps);

let passed = 0;
let failed = 0;
function check(name, fine, saw) {
  if (fine) passed += 1;
  else failed += 1;
  console.log(`${fine ? 'ok   ' : 'FAIL '} ${name}\n        ${saw}`);
}

const publishes = [...new Set(media.map((tag) => tag.publish))];
for (const publish of publishes) {
  const sound = media.filter((tag) => tag.publish === publish && tag.kind === 'sound').map((tag) => tag.ts);
  const steps = sound.slice(1).map((ts, n) => ts - sound[n]);
  check(
    `connection ${publishes.indexOf(publish) + 1}: no sound is lost`,
    sound.length > 200 && steps.every((step) => step >= 20 && step <= 23),
    `${sound.length} AAC frames, ${least(steps)} to ${most(steps)} ms apart`,
  );
}

const before = kbps(media, at.slow - 5000, at.slow);
check('the picture needs its bitrate', before > 0.7 * chosen, `${before} kb/s of ${chosen} arrive on the good line`);

const fell = sent.find((s) => s.at > at.slow && s.aim_kbps < chosen);
check('the bitrate falls within a second', fell && fell.at - at.slow <= 1400, `${fell ? fell.at - at.slow : '?'} ms after the line slowed (looked at every 200 ms)`);
const fits = sent.find((s) => s.at > at.slow && s.aim_kbps <= 800);
check('it fits the slow line soon', fits && fits.at - at.slow <= 3000, `at or below 800 kb/s after ${fits ? fits.at - at.slow : '?'} ms`);
const worst = most(within(media, at.slow, at.cut).map((tag) => tag.at - zero - tag.ts));
const settled = late(within(media, at.cut - 3000, at.cut));
check('what arrives is in time again on the slow line', settled < 2000, `${settled} ms late at its end, ${worst} ms at worst`);
const used = kbps(media, at.slow + 4000, at.cut);
check('the slow line is used', used > 350, `${used} kb/s arrive`);

check('a connection lost while it adapts is made again', publishes.length === 2, `${publishes.length} connections brought media`);
const second = media.filter((tag) => tag.publish === publishes[1]);
const back = second.length ? second[0].at - at.mended : Infinity;
check('soon', back < 8000, `${back} ms after the line was mended`);
check('with a key frame', second.find((tag) => tag.kind !== 'sound')?.kind === 'key', `first: ${second[0]?.kind}`);
const after = aims(at.mended, at.good);
check('going on with what was learned', most(after) < chosen / 2, `${least(after)} to ${most(after)} kb/s until the line is good`);

const climbed = aims(last - 2000, last + 1);
check('the bitrate comes back', median(climbed) > 0.75 * chosen, `${median(climbed)} kb/s of ${chosen} at the end`);
const rises = aims(at.good, last).slice(1).map((aim, n) => aim - aims(at.good, last)[n]);
check('step by step', most(rises) <= chosen / 10, `at most ${most(rises)} kb/s in 200 ms`);
check('never above what was chosen', most(sent.map((s) => s.aim_kbps)) <= chosen, `at most ${most(sent.map((s) => s.aim_kbps))}`);
const end = late(within(media, last - 3000, last));
check('in time at the end', end < 2000, `${end} ms late`);
const configs = received.filter((tag) => tag.kind === 'config').length;
check('decoders need no new configuration', configs === 2 * publishes.length, `${configs} configurations in ${publishes.length} connections`);
const { dropped, skipped } = sent.at(-1);
console.log(`        pictures left out: ${dropped} for the line, ${skipped} for the machine; half rate in ${sent.filter((s) => s.half).length} of ${sent.length} looks`);
console.log(`network: ${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed ? 1 : 0);
