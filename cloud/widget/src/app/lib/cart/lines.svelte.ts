import type { CartResult } from './adapter.ts';

/** The shop is said to be slow after this long, in milliseconds. */
export const SLOW_MS = 4_000;
/** After this long the shopper is sent to look into the cart; the answer still counts when it comes. */
export const SILENT_MS = 20_000;
/** How long a button says what became of it. */
export const RESTS_MS = 8_000;

/** How far one variant is on its way into the cart. `handed`: the shop took it and did not say more. */
export type LineStep = 'idle' | 'busy' | 'slow' | 'silent' | 'added' | 'handed' | 'elsewhere' | 'failed';

export interface LineView {
  step: LineStep;
  /** Which button was pressed. */
  doing: 'add' | 'buy';
  errors?: CartResult['errors'];
}

/** Knows nothing by itself: a shop may call a variant `constructor`. */
const bare = <T>() => Object.create(null) as Record<string, T>;

const IDLE: LineView = { step: 'idle', doing: 'add' };

/** What the buttons of each variant say: the same on the pin, on the shelf and in the list, and still so when a card comes back. */
export class Lines {
  /** Whether the shop's cart can be shown from here; a page that only listens is believed until nobody hears. Reactive. */
  cartOpens = $state(true);
  #views = $state.raw(bare<LineView>());
  readonly #timers = bare<ReturnType<typeof setTimeout>[]>();

  of(variantRef: string): LineView {
    return this.#views[variantRef] ?? IDLE;
  }

  /** True while the shop has not answered for this variant. */
  busy(variantRef: string): boolean {
    return ['busy', 'slow', 'silent'].includes(this.of(variantRef).step);
  }

  /** Tells how `answer` comes along, to the end. */
  async follow(variantRef: string, doing: LineView['doing'], answer: Promise<CartResult>): Promise<CartResult> {
    this.#say(variantRef, { step: 'busy', doing }, [
      [SLOW_MS, { step: 'slow', doing }],
      [SILENT_MS, { step: 'silent', doing }],
    ]);
    const result = await answer.catch((): CartResult => ({ ok: false, errors: [{ code: 'network', message: '' }] }));
    const { ok, errors } = result;
    // Why not stands until the next press: a sentence that goes by itself moves what is under a thumb.
    if (!ok) this.#say(variantRef, { step: 'failed', doing, ...(errors ? { errors } : {}) });
    else this.#say(variantRef, { step: result.elsewhere ? 'elsewhere' : result.unconfirmed ? 'handed' : 'added', doing }, [[RESTS_MS, IDLE]]);
    return result;
  }

  /** What is said now, and later if nothing else is. */
  #say(variantRef: string, view: LineView, later: [number, LineView][] = []): void {
    this.#timers[variantRef]?.forEach(clearTimeout);
    const show = (next: LineView) => (this.#views = Object.assign(bare<LineView>(), this.#views, { [variantRef]: next }));
    show(view);
    this.#timers[variantRef] = later.map(([ms, next]) => setTimeout(show, ms, next));
  }
}
