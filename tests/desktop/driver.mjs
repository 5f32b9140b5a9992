// A WebDriver client, as small as one story needs (W3C WebDriver, sections 8 to 15).

export class Window {
  constructor(base, session) {
    this.base = `${base}session/${session}`;
  }

  static async open(base, application) {
    const body = { capabilities: { alwaysMatch: { browserName: 'wry', 'tauri:options': { application, args: [] } } } };
    const value = await call('POST', `${base}session`, body);
    return new Window(base, value.sessionId);
  }

  close() {
    return call('DELETE', this.base);
  }

  /** Runs an async function's body in the page; its arguments are `a`. */
  run(body, ...args) {
    const script = `const done = arguments[arguments.length - 1]; const a = [...arguments].slice(0, -1);
      (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error?.message ?? error) }));`;
    return call('POST', `${this.base}/execute/async`, { script, args }).then((answer) => {
      if (answer?.error) throw new Error(`in the page: ${answer.error}`);
      return answer?.value;
    });
  }

  /** The element with this test id, once it is there. */
  find(testid, seconds = 20) {
    const using = { using: 'css selector', value: `[data-testid="${testid}"]` };
    return until(`[${testid}] is there`, seconds, async () => {
      const found = await call('POST', `${this.base}/elements`, using);
      return found[0] && new Element(this, Object.values(found[0])[0]);
    });
  }

  /** Presses it, once it takes a press: a dialog that has just opened takes none. */
  async press(testid, seconds = 20) {
    const button = await this.find(testid, seconds);
    await until(`[${testid}] takes a press`, 5, () =>
      this.run(`return getComputedStyle(document.querySelector('[data-testid="' + a[0] + '"]')).pointerEvents !== 'none'`, testid));
    await button.click();
  }

  /** Whether an element with this test id holds these words. */
  shows(testid, words) {
    return this.run(
      `return [...document.querySelectorAll('[data-testid="' + a[0] + '"]')].some((one) => one.textContent.includes(a[1]));`,
      testid, words);
  }

  async css(selector) {
    const found = await call('POST', `${this.base}/elements`, { using: 'css selector', value: selector });
    return found.map((one) => new Element(this, Object.values(one)[0]));
  }

  /** Writes into a field as the page expects it: value, then an input event. */
  fill(name, value) {
    return this.run(
      `const field = document.querySelector('input[name="' + a[0] + '"]');
       field.focus(); field.value = a[1]; field.dispatchEvent(new Event('input', { bubbles: true }));`,
      name, value);
  }

  /** A pointer pressed on an element for so long. */
  async hold(element, ms) {
    const origin = { 'element-6066-11e4-a52e-4f735466cecf': element.id };
    const actions = [
      { type: 'pointerMove', duration: 0, x: 0, y: 0, origin },
      { type: 'pointerDown', button: 0 },
      { type: 'pause', duration: ms },
      { type: 'pointerUp', button: 0 },
    ];
    await call('POST', `${this.base}/actions`, { actions: [{ type: 'pointer', id: 'mouse', actions }] });
    await call('DELETE', `${this.base}/actions`);
  }
}

class Element {
  constructor(window, id) {
    this.window = window;
    this.id = id;
    this.base = `${window.base}/element/${id}`;
  }
  click() { return call('POST', `${this.base}/click`, {}); }
  text() { return call('GET', `${this.base}/text`); }
  attribute(name) { return call('GET', `${this.base}/attribute/${name}`); }
  enabled() { return call('GET', `${this.base}/enabled`); }
}

/** Asks until the answer is truthy. */
export async function until(what, seconds, ask) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = undefined;
    } catch (error) { last = error; }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`not within ${seconds} s: ${what}${last ? ` (last: ${last.message})` : ''}`);
}

async function call(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value?.error}: ${value?.message}`);
  return value;
}
