// OBS Studio's settings as it writes them itself: a film, and a lower third of a plate with two lines, sent at 720p30.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `home`: a folder that becomes its home. */
export function writeObs({ home, server, key, film, lines }) {
  const root = join(home, '.config/obs-studio');
  const profile = join(root, 'basic/profiles/Bench');
  const scenes = join(root, 'basic/scenes');
  for (const folder of [profile, scenes]) mkdirSync(folder, { recursive: true });
  const ini = (sections) => Object.entries(sections).map(([name, keys]) => `[${name}]\n${Object.entries(keys).map(([k, v]) => `${k}=${v}\n`).join('')}`).join('\n');
  writeFileSync(join(root, 'global.ini'), ini({
    General: { FirstRun: true, LastVersion: (29 << 24) | 2, EnableAutoUpdates: false, ConfirmOnExit: false },
    Basic: { Profile: 'Bench', ProfileDir: 'Bench', SceneCollection: 'Bench', SceneCollectionFile: 'Bench' },
    BasicWindow: { WarnBeforeStartingStream: false, WarnBeforeStoppingStream: false },
  }));
  writeFileSync(join(profile, 'basic.ini'), ini({
    General: { Name: 'Bench' },
    Video: { BaseCX: 1280, BaseCY: 720, OutputCX: 1280, OutputCY: 720, FPSType: 0, FPSCommon: 30 },
    Output: { Mode: 'Simple' },
    SimpleOutput: { VBitrate: 3000, ABitrate: 128, StreamEncoder: 'x264', UseAdvanced: true, Preset: 'veryfast' },
    Audio: { SampleRate: 48000, ChannelSetup: 'Stereo' },
  }));
  writeFileSync(join(profile, 'service.json'), JSON.stringify({ type: 'rtmp_custom', settings: { server, key, use_auth: false } }));

  const source = (id, name, settings, versioned = id) => ({ id, versioned_id: versioned, name, settings, mixers: 255, enabled: true, volume: 1, sync: 0, flags: 0, hotkeys: {}, filters: [] });
  const item = (id, name, x, y) => ({
    id, name, visible: true, locked: false, rot: 0, align: 5, bounds_type: 0, bounds_align: 0, crop_left: 0, crop_right: 0, crop_top: 0, crop_bottom: 0,
    pos: { x, y }, scale: { x: 1, y: 1 }, bounds: { x: 0, y: 0 }, group_item_backup: false, scale_filter: 'disable', blend_method: 'default', blend_type: 'normal',
  });
  const font = (size, style) => ({ face: 'DejaVu Sans', flags: 0, size, style });
  writeFileSync(join(scenes, 'Bench.json'), JSON.stringify({
    name: 'Bench', current_scene: 'Scene', current_program_scene: 'Scene', scene_order: [{ name: 'Scene' }], groups: [], transitions: [], transition_duration: 300,
    sources: [
      source('ffmpeg_source', 'Film', { local_file: film, is_local_file: true, looping: true, hw_decode: false }),
      source('color_source', 'Plate', { color: 0xd9181410, width: 460, height: 104 }, 'color_source_v3'),
      source('text_ft2_source', 'Title', { text: lines[0], font: font(34, 'Bold') }, 'text_ft2_source_v2'),
      source('text_ft2_source', 'Price', { text: lines[1], font: font(28, 'Book') }, 'text_ft2_source_v2'),
      source('scene', 'Scene', { custom_size: false, id_counter: 4, items: [item(1, 'Film', 0, 0), item(2, 'Plate', 64, 540), item(3, 'Title', 88, 552), item(4, 'Price', 88, 598)] }),
    ],
  }));
}
