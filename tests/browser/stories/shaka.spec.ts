// A player that is not ours: Shaka, on both kinds of playlists.
import { createRequire } from 'node:module';
import { expect, test } from '@playwright/test';
import { demo } from '../demo.ts';

const script = createRequire(import.meta.url).resolve('shaka-player/dist/shaka-player.compiled.js');
/** The part of its interface that the story uses. */
interface Shaka {
  polyfill: { installAll(): void };
  Player: new () => {
    attach(video: HTMLVideoElement): Promise<void>;
    configure(setting: string, value: unknown): void;
    addEventListener(kind: 'error', hear: (event: Event & { detail: { code: number; severity: number } }) => void): void;
    load(address: string): Promise<void>;
    getVariantTracks(): { height: number }[];
    destroy(): Promise<void>;
  };
}

for (const playlist of ['index.m3u8', 'plain.m3u8']) {
  test(`Shaka plays ${playlist} without a stop`, async ({ page, request }) => {
    const address = `${demo().cloud_url}/live/${demo().show_id}/${playlist}`;
    await expect.poll(async () => (await request.get(address)).text(), 'the ladder is there').toContain('480p');
    await page.goto(`${demo().cloud_url}/widget/vitrine.js`);
    await page.setContent('<video muted playsinline></video>');
    await page.addScriptTag({ path: script });
    const played = await page.evaluate(async (list) => {
      const { shaka } = window as unknown as { shaka: Shaka };
      shaka.polyfill.installAll();
      const video = document.querySelector('video');
      if (!video) throw new Error('no video');
      const player = new shaka.Player();
      await player.attach(video);
      const errors: number[] = [];
      player.addEventListener('error', ({ detail }) => detail.severity === 2 && errors.push(detail.code));
      player.configure('streaming.lowLatencyMode', list.endsWith('index.m3u8'));
      await player.load(list);
      await video.play();
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const [from, since] = [video.currentTime, performance.now()];
      let stalls = 0;
      video.addEventListener('waiting', () => (stalls += 1));
      await new Promise((resolve) => setTimeout(resolve, 8_000));
      const pace = (video.currentTime - from) / ((performance.now() - since) / 1_000);
      const rungs = player.getVariantTracks().map((track) => track.height);
      const { width, height } = { width: video.videoWidth, height: video.videoHeight };
      await player.destroy();
      return { pace, stalls, errors, rungs, width, height };
    }, address);
    expect(played.errors).toEqual([]);
    expect(played.pace, JSON.stringify(played)).toBeGreaterThan(0.8);
    expect(played.width * played.height).toBeGreaterThan(0);
    expect(played.rungs.length, 'it knows the ladder').toBeGreaterThan(1);
    expect(played.stalls).toBeLessThan(3);
  });
}
