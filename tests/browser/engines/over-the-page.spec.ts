// Beside Chromium too: every window has its still and whole layout, and no theme reaches the widget.
import { test } from '@playwright/test';
import { lookAround, PARTS } from '../boxes.ts';
import { pretend, type Pretended } from '../pretended.ts';
import { portrait, serveThemes } from '../theme.ts';
import { expect, inEachEngine, KEYS, type Tab } from './engines.ts';

let show: Pretended;
let themes: Awaited<ReturnType<typeof serveThemes>>;
test.beforeAll(async () => {
  show = await pretend('wide');
  themes = await serveThemes(show.cloudUrl);
  await show.set({ pin: 0, chat: [['Ana', 'does it shrink in the wash?'], ['Lena', 'Yes, within three days!', 'host']] });
});
test.afterAll(async () => {
  await themes.end();
  await show.end();
});

/** Whether something in the element is there and has a size. */
const there = (tab: Tab, selector: string) =>
  tab.evaluate((wanted) => (document.querySelector('vitrine-show')?.shadowRoot?.querySelector(wanted)?.getBoundingClientRect().width ?? 0) > 0, selector);
const shows = (tab: Tab, selector: string) => expect.poll(() => there(tab, selector), { message: `${selector} is there`, timeout: 60_000 }).toBe(true);

/** Waits until what came in stands where it stays: no box moves, nothing is half there, nothing rests. */
async function arrived(tab: Tab): Promise<void> {
  const moves = () =>
    tab.evaluate(() => {
      const parts = [...(document.querySelector('vitrine-show')?.shadowRoot?.querySelectorAll('.teaser, .stage, [data-highlight], [data-for] :is(button, select)') ?? [])];
      return parts.some((part) => getComputedStyle(part).opacity !== '1' || part.getAnimations().length > 0);
    });
  await expect.poll(moves, { message: 'all has arrived' }).toBe(false);
}

async function open(tab: Tab, url: string): Promise<void> {
  await tab.goto(url);
  await shows(tab, '.teaser');
  await tab.evaluate(() => scrollTo({ top: 700, behavior: 'instant' })); // the nasty theme's head sticks now
  await tab.click('vitrine-show >> .teaser .open');
  await shows(tab, '.stage .controls');
}
/** Waits until the mini player or the teaser stays so far from the window's edges: WebKit without a graphics card draws the nasty theme slowly. */
async function standsOff(tab: Tab, selector: string, wanted: Partial<Record<'top' | 'end' | 'bottom' | 'start', number>>, how = ''): Promise<void> {
  await expect.poll(() => edges(tab, selector), { message: how }).toMatchObject(wanted);
}
function edges(tab: Tab, selector: string): Promise<{ top: number; end: number; bottom: number; start: number }> {
  return tab.evaluate((wanted) => {
    const box = document.querySelector('vitrine-show')?.shadowRoot?.querySelector(wanted)?.getBoundingClientRect() ?? new DOMRect();
    const round = Math.round;
    return { top: round(box.top), end: round(document.documentElement.clientWidth - box.right), bottom: round(innerHeight - box.bottom), start: round(box.left) };
  }, selector);
}

inEachEngine('in every window the stage stands still and whole', async (tab) => {
  test.setTimeout(240_000);
  await open(tab, show.shopUrl);
  await shows(tab, '[data-highlight]');
  let sizes = 0;
  for (const [width, height] of [[390, 844], [844, 390], [911, 430], [768, 1024], [1024, 600], [1440, 900]] as const) {
    if (!(await tab.resize(width, height))) continue; // an engine's own window may have a least size
    sizes += 1;
    await tab.evaluate(() => new Promise((rest) => setTimeout(rest, 600)));
    const seen = await tab.evaluate(lookAround, [PARTS, 30] as const);
    expect.soft(seen, `${width}x${height}`).toEqual({ moved: [], cut: [], covered: [] });
  }
  expect(sizes).toBeGreaterThan(2);
});

inEachEngine('nothing of the nastiest theme reaches the widget', async (tab) => {
  test.setTimeout(240_000);
  const seen: Record<string, string[][]> = {};
  for (const path of ['/plain', '/nasty']) {
    await tab.goto(themes.origin + path);
    await shows(tab, '.teaser');
    await arrived(tab);
    seen[path] = [await tab.evaluate(portrait)];
    if (path === '/nasty') await standsOff(tab, '.teaser', { end: 16, bottom: 88 }, 'off the buy bar');
    await tab.click('vitrine-show >> .teaser .open');
    await shows(tab, '.stage .controls');
    await shows(tab, '[data-highlight]');
    await arrived(tab);
    seen[path].push(await tab.evaluate(portrait));
    await tab.click('vitrine-show >> .tools button:last-child'); // else the show comes along to the next page
    await shows(tab, '.teaser');
  }
  expect(seen['/nasty']?.[0], 'teaser').toEqual(seen['/plain']?.[0]);
  expect(seen['/nasty']?.[1], 'stage').toEqual(seen['/plain']?.[1]);
});

inEachEngine('the mini player is dragged and sent to its corners, and the page scrolls again', async (tab) => {
  test.setTimeout(240_000);
  await open(tab, `${themes.origin}/nasty`);
  const before = await tab.evaluate(() => scrollY);
  await tab.click('vitrine-show >> .tools button');
  await shows(tab, '.stage.mini');
  await standsOff(tab, '.mini', { end: 16, bottom: 88 });
  expect(await tab.evaluate(() => [scrollY, document.documentElement.hasAttribute('style'), getComputedStyle(document.body).overflowY])).toEqual([before, false, 'auto']);
  const box = await tab.evaluate(() => {
    const { x, y, width, height } = document.querySelector('vitrine-show')?.shadowRoot?.querySelector('.mini')?.getBoundingClientRect() ?? new DOMRect();
    return { x: x + width / 2, y: y + height / 2 };
  });
  await tab.drag(box, { x: 200, y: 220 });
  await standsOff(tab, '.mini', { start: 16, top: 76 }, 'under the sticky head');
  await tab.click('vitrine-show >> .mover button');
  await standsOff(tab, '.mini', { end: 16, top: 76 }, 'by its button');
  await tab.press(KEYS.down);
  await standsOff(tab, '.mini', { end: 16, bottom: 88 }, 'by a key');
});
