// What the stories do in a page and as staff, in the words of the stories.
import { expect, type BrowserContext, type Locator, type Page, type PlaywrightTestArgs } from '@playwright/test';
import { demo } from './demo.ts';

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 } as const;

/** What the widget told about a pin that came to the screen. */
export interface PinTold {
  id: string | null;
  atMs: number;
  pictureMs: number | null;
}

/** A page of the shop with the show in it. */
export class ShopPage {
  readonly page: Page;
  readonly requests: string[] = [];
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  static async open(context: BrowserContext, path = '/'): Promise<ShopPage> {
    const shop = new ShopPage(await context.newPage());
    await shop.page.addInitScript(() => {
      const told: unknown[] = [];
      Object.assign(window, { pinsTold: told });
      document.addEventListener('vitrine:highlight', (event) => {
        const { pinned, picture_ms } = (event as CustomEvent<{ pinned: { id: string; at: string } | null; picture_ms: number | null }>).detail;
        told.push({ id: pinned?.id ?? null, atMs: pinned ? Date.parse(pinned.at) : 0, pictureMs: picture_ms });
      });
    });
    await shop.page.goto(demo().shop_url + path);
    return shop;
  }

  /** Everything inside the element's shadow root. */
  inside(selector: string): Locator {
    return this.page.locator(`vitrine-show:not([hidden]) >> ${selector}`);
  }

  get teaser(): Locator {
    return this.inside('.teaser .open');
  }

  async openStage(): Promise<void> {
    await this.teaser.click();
    await expect(this.inside('.stage')).toBeVisible();
  }

  /** Waits until the picture moves. */
  async playing(): Promise<void> {
    const time = () => this.inside('video').evaluate((video: HTMLVideoElement) => video.currentTime);
    await expect.poll(time, { message: 'the picture starts', timeout: 60_000 }).toBeGreaterThan(0);
    const before = await time();
    await expect.poll(time, { message: 'the picture moves on' }).toBeGreaterThan(before + 1);
  }

  pinsTold(): Promise<PinTold[]> {
    return this.page.evaluate(() => (window as unknown as { pinsTold: PinTold[] }).pinsTold);
  }

  /** Says something, under a name that is asked for the first time. */
  async say(text: string, name: string): Promise<void> {
    const field = this.inside('.composer input');
    await field.fill(text);
    await field.press('Enter');
    const nameField = this.inside('.composer input[autocomplete=nickname]');
    if (await nameField.isVisible()) {
      await nameField.fill(name);
      await nameField.press('Enter');
    }
    await expect(this.message(text)).toBeVisible();
  }

  message(text: string): Locator {
    return this.inside('.list p').filter({ hasText: text });
  }

  cartCount(): Locator {
    return this.page.getByTestId('cart-count');
  }
}

/** The demo's owner, by the same HTTP that the studio speaks. */
export class Staff {
  readonly #request: PlaywrightTestArgs['request'];
  readonly #token: string;

  private constructor(request: PlaywrightTestArgs['request'], token: string) {
    this.#request = request;
    this.#token = token;
  }

  static async signIn(request: PlaywrightTestArgs['request']): Promise<Staff> {
    const run = demo();
    const owner = run.sign_ins.find((one) => one.role === 'owner') ?? run.sign_ins[0];
    if (!owner) throw new Error('the demo names no sign-in');
    const answer = await request.post(`${run.cloud_url}/v1/sessions`, { data: { email: owner.email, password: owner.password } });
    expect(answer.status()).toBe(201);
    return new Staff(request, ((await answer.json()) as { token: string }).token);
  }

  /** Pins a product or a coupon; returns the transition as the cloud stamped it. */
  async pin(target: { kind: 'product'; product_id: string } | { kind: 'coupon'; coupon_id: string }): Promise<{ id: string; at: string }> {
    return this.#call('POST', `/shows/${demo().show_id}/highlights`, target);
  }

  async orders(): Promise<{ external_ref: string; total_minor: number }[]> {
    return listOf(await this.#call('GET', `/orders?show=${demo().show_id}`));
  }

  async #call<T>(method: string, path: string, data?: unknown): Promise<T> {
    const run = demo();
    const answer = await this.#request.fetch(`${run.cloud_url}/v1/orgs/${run.org_id}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}` },
      ...(data === undefined ? {} : { data }),
    });
    expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
    return (await answer.json()) as T;
  }
}

/** A list, bare or in a page. */
function listOf<T>(answer: unknown): T[] {
  return Array.isArray(answer) ? (answer as T[]) : (((answer as { items?: T[] } | null)?.items ?? []) as T[]);
}

/** The show as everybody may see it. */
export async function publicShow(request: PlaywrightTestArgs['request']): Promise<{
  products: { product_id: string; title: string }[];
  coupons: { id: string }[];
  highlight: { id: string } | null;
}> {
  const run = demo();
  const answer = await request.get(`${run.cloud_url}/v1/public/shows/${run.show_id}`);
  expect(answer.ok()).toBe(true);
  return (await answer.json()) as Awaited<ReturnType<typeof publicShow>>;
}
