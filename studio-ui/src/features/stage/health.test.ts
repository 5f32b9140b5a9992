import { describe, expect, it } from 'vitest';
import type { ShowHealth } from '../../lib/cloud/types.ts';
import { figures, findings, rungs, summary } from './health.ts';

type Media = NonNullable<ShowHealth['media']>;

const WELL: Media = {
  pictures_per_second: 29.9,
  bits_per_second: 3_128_000,
  key_interval_ms: 2_000,
  sound_ahead_ms: 21,
  silent: false,
  gaps: 4,
  part_delay_ms: 110,
  encoder_behind_ms: 60,
  half_rate: false,
  recording_stopped: null,
};
const health = (change: Partial<Media> = {}): ShowHealth => ({
  show_id: 'x',
  measured_at: '2026-11-27T19:00:00Z',
  media: { ...WELL, ...change },
  rungs: [
    { name: '480p', bits_per_second: 910_000, viewers: 460, left_out: null },
    { name: '720p', bits_per_second: 0, viewers: 1, left_out: null },
    { name: 'source', bits_per_second: 3_050_000, viewers: 1_284, left_out: null },
  ],
  viewers: 1_745,
});
const titles = (change: Partial<Media>, gaps = 0) => findings(health(change), gaps)!.map((one) => one.title);

describe('a show’s health in words', () => {
  it('has nothing to say of a show that is well, and nothing before it was measured', () => {
    expect(findings(health(), 0)).toEqual([]);
    expect(summary(WELL)).toBe('30 fps · 3.1 Mb/s');
    expect(findings(null, 0)).toBeNull();
    expect(findings({ ...health(), media: null }, 0)).toBeNull();
  });

  it('says what is wrong, and what to do', () => {
    expect(findings(health({ key_interval_ms: 8_333 }), 0)).toEqual([
      {
        severity: 'warn',
        title: 'Key frames are 8.3 s apart',
        todo: 'Your picture cannot be passed on as it is: viewers get what the server encodes of it. Set your encoder’s keyframe interval to 2 s.',
      },
    ]);
    expect(titles({ sound_ahead_ms: 600 })).toEqual(['Sound is 0.6 s ahead of the picture']);
    expect(titles({ sound_ahead_ms: -600 })).toEqual(['Sound is 0.6 s behind the picture']);
    expect(titles({ sound_ahead_ms: -30_000 })).toEqual(['No sound arrives at the cloud']);
    expect(titles({ silent: true, sound_ahead_ms: 0 }), 'never any').toEqual(['No sound arrives at the cloud']);
    expect(titles({ encoder_behind_ms: 2_300 })).toEqual(['The server’s encoder is 2.3 s behind']);
    expect(titles({ half_rate: true })).toEqual(['The server’s encoder leaves out every second picture']);
    expect(titles({ part_delay_ms: 1_240 })).toEqual(['Viewers get the picture 1.2 s late']);
    expect(titles({ pictures_per_second: 9.4 })).toEqual(['Only 9 pictures a second arrive']);
    expect(titles({ sound_ahead_ms: -190 }, 2), 'a busy moment is no fault').toEqual([]);
    expect(titles({}, 3)).toEqual(['The picture stood still 3 times in the last minute']);
    const reason = 'The disk is nearly full: the show goes on and is not recorded.';
    expect(findings(health({ recording_stopped: reason }), 0)![0]!.todo).toContain(reason);
  });

  it('says which sizes viewers cannot choose, and why; not that the source is encoded', () => {
    const of = (...left_out: (string | null)[]) => {
      const well = health();
      return { ...well, rungs: well.rungs.map((rung, n) => ({ ...rung, left_out: left_out[n] ?? null })) };
    };
    const slow = of('the server is too slow for it', 'the server is too slow for it');
    expect(findings(slow, 0)).toEqual([
      {
        severity: 'warn',
        title: 'Viewers cannot choose 480p, 720p',
        todo: 'The server is too slow for it. The other sizes go on. Whoever runs the server can give it more to work with.',
      },
    ]);
    const two = findings(of('the server is too slow for it', 'the server has no cores left for it'), 0)!;
    expect(two[0]!.todo).toMatch(/^480p: the server is too slow for it; 720p: the server has no cores left for it\. The/);
    expect(rungs(slow).map((rung) => rung.rate)).toEqual(['3.0 Mb/s', 'left out', '910 kb/s']);
    expect(findings(of(null, null, 'HEVC is not passed through'), 0)).toEqual([]);
  });

  it('says the worst first, and only that there is no picture when there is none', () => {
    const worst = { pictures_per_second: 0, key_interval_ms: 8_333, sound_ahead_ms: -9_000, encoder_behind_ms: 2_000 };
    const found = findings(health(worst), 2)!;
    expect(found.map((one) => one.severity)).toEqual(['bad', 'warn']);
    expect(found[0]!.title).toBe('No picture arrives at the cloud');
  });

  it('gives each figure a verdict, and leaves out an encoder that there is not', () => {
    const of = (change: Partial<Media>) =>
      Object.fromEntries(figures({ ...WELL, ...change }).map(({ name, value, good }) => [name, `${value}${good ? '' : ' !'}`]));
    expect(of({})).toEqual({
      'Pictures a second': '30',
      'Picture and sound': '3.1 Mb/s',
      'Key frames': 'every 2.0 s',
      Sound: 'with the picture',
      'Stood still': '4 times',
      'Reaches viewers': 'on time',
      'Server’s encoder': 'keeps up',
      Recording: 'goes on',
    });
    const ill = of({ key_interval_ms: 0, sound_ahead_ms: -640, encoder_behind_ms: null, recording_stopped: 'Full.', part_delay_ms: 900 });
    expect(ill).toMatchObject({ 'Key frames': '–', Sound: '640 ms behind !', Recording: 'stopped !' });
    expect(ill['Reaches viewers']).toBe('0.9 s late !');
    expect(ill).not.toHaveProperty('Server’s encoder');
  });

  it('lists what viewers get, the largest first', () => {
    expect(rungs(health())).toEqual([
      { name: 'As sent', rate: '3.0 Mb/s', viewers: '1\u2009284' },
      { name: '720p', rate: 'not played', viewers: '1' },
      { name: '480p', rate: '910 kb/s', viewers: '460' },
    ]);
  });
});
