import { describe, expect, it } from 'vitest';
import { partsAt, type World } from '../src/shared/parts.ts';

const FOLDER = 'https://cloud.example/widget/';

/** A cloud with these files and this list of names; a failed address stays failed, as in a browser. */
function world(files: string[], names: Record<string, string> | null, known: Record<string, string> = {}) {
  const [tried, asked] = [[] as string[], [] as string[]];
  const failed = new Set<string>();
  const cloud = { files, names, tried, asked };
  const doors: World = {
    known,
    load(url) {
      tried.push(url.slice(FOLDER.length));
      const file = url.slice(FOLDER.length).replace(/\?.*/, '');
      if (failed.has(url) || !cloud.files.includes(file)) {
        failed.add(url);
        return Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
      }
      return Promise.resolve({ file });
    },
    fetch(url) {
      asked.push(url.slice(FOLDER.length));
      if (!cloud.names) return Promise.reject(new TypeError('Failed to fetch'));
      const parts = Object.fromEntries(Object.entries(cloud.names).map(([name, file]) => [name, { file, integrity: '' }]));
      return Promise.resolve(new Response(JSON.stringify({ parts })));
    },
    wait: () => Promise.resolve(),
  };
  return Object.assign(cloud, { part: partsAt(FOLDER, doors) });
}

describe('a part', () => {
  it('loads under the name of its own build, without another request', async () => {
    const cloud = world(['assets/app-1.js'], {}, { app: 'assets/app-1.js' });
    expect(await cloud.part('app')).toEqual({ file: 'assets/app-1.js' });
    expect(cloud.asked).toEqual([]);
  });

  it('is found under its present name after any number of deploys', async () => {
    const cloud = world(['assets/app-9.js'], { app: 'assets/app-9.js' }, { app: 'assets/app-1.js' });
    expect(await cloud.part('app')).toEqual({ file: 'assets/app-9.js' });
    expect(cloud.tried).toEqual(['assets/app-1.js', 'assets/app-9.js']);
  });

  it('loads once for all who ask', async () => {
    const cloud = world(['assets/app-1.js'], {}, { app: 'assets/app-1.js' });
    expect(await cloud.part('app')).toBe(await cloud.part('app'));
    expect(cloud.tried).toHaveLength(1);
  });

  it('that failed in a bad moment is tried under an address that the browser does not remember as failed', async () => {
    const cloud = world([], null, { app: 'assets/app-1.js' });
    await expect(cloud.part('app')).rejects.toThrow();
    cloud.files.push('assets/app-1.js');
    cloud.names = { app: 'assets/app-1.js' };
    expect(await cloud.part('app')).toEqual({ file: 'assets/app-1.js' });
    expect(new Set(cloud.tried).size).toBe(cloud.tried.length);
  });

  it('is asked for again while a deploy rolls and two builds answer', async () => {
    const cloud = world([], { app: 'assets/app-2.js' }, { app: 'assets/app-1.js' });
    const loading = cloud.part('app');
    await Promise.resolve();
    queueMicrotask(() => cloud.files.push('assets/app-2.js'));
    expect(await loading).toEqual({ file: 'assets/app-2.js' });
  });

  it('comes from the folder of parts and from nowhere else', async () => {
    for (const file of ['https://evil.example/x.js', '../../x.js', 'assets/../x.js', 'assets/x.js?y', '']) {
      const cloud = world([file], { app: file });
      await expect(cloud.part('app'), file).rejects.toThrow(/no part/);
      expect(cloud.tried, file).toEqual([]);
    }
  });
});
