import { describe, expect, it } from 'vitest';
import type { FaultView, StageView, UplinkView } from '../../lib/ipc/backend.ts';
import { t } from '../../lib/text/words.ts';
import { faultWords } from './fault.ts';

const uplink = { verdict: 'fair', aimKbps: 780, chosenKbps: 3128, queueMs: 40, halfRate: false } as UplinkView;
const fault = (code: FaultView['code'], more: Partial<FaultView> = {}): FaultView => ({
  code,
  source: 'microphone',
  severity: 'warn',
  subject: null,
  detail: null,
  sinceAtMs: 0,
  actions: [],
  ...more,
});
const camera = { source: { kind: 'camera', id: 'c' }, sourceName: 'Studio camera' } as StageView;
const film = { source: { kind: 'file', path: '/films/teaser.mp4' }, sourceName: 'teaser.mp4' } as StageView;

describe('a fault in words', () => {
  it('never says that nothing is heard while a film has sound of its own', () => {
    for (const code of ['no_microphone', 'microphone_lost'] as const) {
      const { title, todo } = faultWords(fault(code), uplink, film);
      expect(todo).toMatch(/^Viewers hear nothing but teaser\.mp4/);
      expect(title).toBe(faultWords(fault(code), uplink, camera).title);
    }
    expect(faultWords(fault('no_microphone'), uplink, camera).todo).toMatch(/without sound/);
    expect(faultWords(fault('microphone_lost'), uplink, null).todo).toMatch(/^Silence is sent/);
    expect(faultWords(fault('sound_gaps'), uplink, film).todo).toMatch(/^Viewers hear gaps/);
  });

  it('says of sound that is away that it is tried again, as it is: nobody has to choose', () => {
    for (const code of ['no_microphone', 'microphone_lost'] as const) {
      for (const shown of [camera, film]) expect(faultWords(fault(code), uplink, shown).todo).toMatch(/by itself/);
    }
    expect(faultWords(fault('microphone_lost'), uplink, camera).todo).toMatch(/plug it in, close what else uses it, or choose another/);
  });

  it('names what it is about, or what stands for it', () => {
    expect(faultWords(fault('microphone_lost', { subject: 'Lavalier' }), uplink, camera).title).toBe(
      'Lavalier cannot be heard',
    );
    expect(faultWords(fault('microphone_lost'), uplink, camera).title).toBe('The microphone cannot be heard');
  });

  it('gives a cause that adds something, and none that says the title again', () => {
    const cause = (more: Partial<FaultView>) => faultWords(fault('microphone_lost', more), uplink, camera).cause;
    expect(cause({ detail: 'the device is busy' })).toBe('the device is busy');
    expect(cause({ code: 'no_microphone', detail: 'there is no microphone' })).toBeNull();
    expect(cause({ severity: 'info', detail: 'the device is busy' })).toBeNull();
  });

  it('says which pictures are meant: those this computer leaves out, or those lost on the way', () => {
    const slow = faultWords(fault('encoder_overload', { source: 'encoder', detail: '183 pictures left out' }), uplink, camera);
    expect(slow.todo).toMatch(/left out by this computer/);
    expect(t('uplink.dropped')).toBe('Lost on the way');
    const poor = { ...uplink, verdict: 'poor', droppedFrames: 7 } as UplinkView;
    expect(faultWords(fault('uplink_slow', { source: 'uplink' }), poor, camera).todo).toMatch(/7 pictures were lost on the way/);
  });

  it('speaks of the line with its figures of now', () => {
    expect(faultWords(fault('uplink_slow', { source: 'uplink' }), uplink, camera).title).toMatch(/780 kb\/s/);
  });
});
