import { ask } from './ask.ts';

/** Where each part lay when this script was built, below `/widget/`; filled in by scripts/build.mjs. */
declare const __VITRINE_PARTS__: Record<string, string>;

/** What loading needs of the page; tests bring their own. */
export interface World {
  /** Names that the build knew: the first try costs no extra request. */
  known: Record<string, string>;
  load(url: string): Promise<unknown>;
  fetch(url: string): Promise<Response>;
  wait(ms: number): Promise<void>;
}

/** Loads a part by its name: `app`, `engine`, `words-de`, … */
export type LoadPart = <T>(name: string) => Promise<T>;

/** The cloud's present names are asked for this often; replicas of two builds may answer while a deploy rolls. */
const ASK_TIMES = 3;
const ASK_AGAIN_MS = 700;

const browser: World = {
  known: typeof __VITRINE_PARTS__ === 'undefined' ? {} : __VITRINE_PARTS__,
  load: (url) => import(/* @vite-ignore */ url),
  fetch: ask,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * Makes the loader of the parts below `folder` (the address of `/widget/`, with its slash at the end).
 *
 * A part is one self-contained ES module, built from `src/parts/NAME.ts` into `assets/NAME-HASH.js`, which is kept
 * for good and goes away with the next deploy. A tab may be older than that: an import that fails asks
 * `parts.json`, which always has the present names, and is tried again under them. So a part may be newer than
 * the script that asks for it: **exports keep their names and meaning**, and new fields of what is handed over are
 * optional on both sides.
 *
 * Each part loads once; a promise that failed is forgotten, so that the next call tries anew. It rejects when the
 * cloud is out of reach or has no such part.
 */
export function partsAt(folder: string, world: World = browser): LoadPart {
  const loading = new Map<string, Promise<unknown>>();
  const tries = new Map<string, number>();

  /** Browsers keep a failed import under its address for as long as the page lives: each try has its own. */
  function load(file: string): Promise<unknown> {
    const before = tries.get(file) ?? 0;
    tries.set(file, before + 1);
    return world.load(folder + file + (before > 0 ? `?again=${before}` : ''));
  }

  async function find(name: string): Promise<unknown> {
    const known = world.known[name];
    if (known) {
      try {
        return await load(known);
      } catch {
        // Gone with a deploy, or a moment without a network: ask where it is now.
      }
    }
    for (let asked = 1; ; asked += 1) {
      try {
        return await load(await present(name));
      } catch (error) {
        if (asked >= ASK_TIMES) throw error;
      }
      await world.wait(ASK_AGAIN_MS * asked * (0.7 + Math.random() * 0.6));
    }
  }

  async function present(name: string): Promise<string> {
    const answer = await world.fetch(`${folder}parts.json`);
    if (!answer.ok) throw new Error(`parts.json: ${answer.status}`);
    const { parts } = (await answer.json()) as { parts?: Record<string, { file?: unknown }> };
    const file = parts?.[name]?.file;
    if (typeof file !== 'string' || !/^assets\/[\w.-]+\.js$/.test(file)) throw new Error(`The cloud has no part "${name}".`);
    return file;
  }

  return <T>(name: string) => {
    let part = loading.get(name);
    if (!part) {
      part = find(name);
      loading.set(name, part);
      part.catch(() => loading.delete(name));
    }
    return part as Promise<T>;
  };
}
