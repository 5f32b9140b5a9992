// One tab of an engine that Playwright does not drive: Debian's Firefox ESR and WebKitGTK.

/** What the stories need of any engine. Selectors pierce open shadow roots with ` >> `, as Playwright's do. */
export interface Tab {
  readonly engine: EngineName;
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  back(): Promise<void>;
  forward(): Promise<void>;
  /** Runs a function in the page, as JSON in and out; it may be async. It sees nothing of its surroundings here. */
  evaluate<T, A extends unknown[]>(fn: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
  /** Presses the pointer for real in the middle of the element. */
  click(selector: string): Promise<void>;
  /** Presses and lets go one key: a character, or a WebDriver key such as KEYS.enter. */
  press(key: string): Promise<void>;
  /** Types into whatever has the focus. */
  type(text: string): Promise<void>;
  /** Moves the pointer in steps with the button down; CSS pixels of the viewport. */
  drag(from: Point, to: Point): Promise<void>;
  /** Sets the size of the viewport; false when this engine cannot be made that small. */
  resize(width: number, height: number): Promise<boolean>;
  /** The viewport as a PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

export type EngineName = 'firefox' | 'webkit';
export interface Point {
  x: number;
  y: number;
}

/** WebDriver's code points for keys without a character. Source: W3C WebDriver, section 17.4.2. */
export const KEYS = { enter: '\uE007', escape: '\uE00C', tab: '\uE004', left: '\uE012', up: '\uE013', right: '\uE014', down: '\uE015' } as const;

/** The pointer's way as WebDriver actions; both engines take the same form. */
export function pointer(path: Point[]): object[] {
  const [first, ...rest] = path.map(({ x, y }) => ({ type: 'pointerMove', duration: 60, x: Math.round(x), y: Math.round(y), origin: 'viewport' }));
  return [
    {
      type: 'pointer',
      id: 'mouse',
      actions: [first, { type: 'pointerDown', button: 0 }, ...rest, { type: 'pointerUp', button: 0 }],
    },
  ];
}

/** Keys one after another as WebDriver actions. */
export function keys(text: string): object[] {
  const actions = [...text].flatMap((value) => [
    { type: 'keyDown', value },
    { type: 'keyUp', value },
  ]);
  return [{ type: 'key', id: 'keyboard', actions }];
}

/** Where the middle of an element is, once it is there and stands still. Runs in the page. */
export async function middleOf(selector: string): Promise<Point> {
  const [first = '', ...deeper] = selector.split(' >> ');
  const find = () => {
    let found: Element | null = document.querySelector(first);
    for (const step of deeper) found = (found?.shadowRoot ?? found)?.querySelector(step) ?? null;
    return found;
  };
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    const element = find();
    const box = element?.getBoundingClientRect();
    if (element && box && box.width > 0) {
      if (box.bottom < 0 || box.top > innerHeight) element.scrollIntoView({ block: 'center' });
      await new Promise((resolve) => setTimeout(resolve, 120));
      const now = element.getBoundingClientRect();
      if (element.isConnected && now.x === box.x && now.y === box.y) return { x: now.x + now.width / 2, y: now.y + now.height / 2 };
      continue;
    }
    await new Promise((resolve) => setTimeout(resolve, 120));
  }
  throw new Error(`nothing stands still at ${selector}`);
}
