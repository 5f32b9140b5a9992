/** How people come into the fake's world: by password, with a second factor, or in a browser. */
import { CommandFailure, type BrowserSignIn, type Role, type Session } from '../backend.ts';
import type { FakeFactors } from './factors.ts';
import type { FakeOptions } from './options.ts';

type Enter = (role: Role, cloudUrl: string, email: string, remember: boolean) => Session;
/** What somebody says in the browser: yes, no, nothing in time, or yes as somebody else. */
type Word = 'yes' | 'no' | 'late' | 'other';

const refuse = (code: string): never => {
  throw new CommandFailure({ code, message: code, retryable: false });
};

export class FakeEntry {
  #options: FakeOptions;
  #factors: FakeFactors;
  #now: () => Session | null;
  #enter: Enter;
  /** A sign-in that waits for its second factor. */
  #challenge: (() => Session) | null = null;
  #wrong = 0;
  #browser: { enter: () => Session; said: Promise<Word>; say: (word: Word) => void } | null = null;

  constructor(options: FakeOptions, factors: FakeFactors, now: () => Session | null, enter: Enter) {
    this.#options = options;
    this.#factors = factors;
    this.#now = now;
    this.#enter = enter;
  }

  /** A right password was given. */
  opens(cloudUrl: string, email: string, remember: boolean): Session {
    const role: Role = email.startsWith('mod') ? 'moderator' : 'owner';
    const enter = () => this.#enter(role, cloudUrl, email, remember);
    if (!this.#factors.on) return enter();
    [this.#challenge, this.#wrong] = [enter, 0];
    return refuse('second_factor_required');
  }

  /** `999999`: too many came before; after five wrong ones it is over. */
  prove(code: string | null, recoveryCode: string | null): Session {
    const enter = this.#challenge ?? refuse('challenge_over');
    if (this.#options.cloudDown) refuse('cloud_unreachable');
    if (code === '999999') refuse('rate_limited');
    if (!this.#factors.fits(code, recoveryCode)) {
      if (++this.#wrong < 5) refuse('bad_code');
      this.#challenge = null;
      refuse('challenge_over');
    }
    this.#challenge = null;
    return enter();
  }

  /** The challenge is too old. */
  expire() {
    this.#challenge = null;
  }

  browser(cloudUrl: string, remember: boolean): BrowserSignIn {
    if (this.#options.cloudDown) refuse('cloud_unreachable');
    let say: (word: Word) => void = () => {};
    const said = new Promise<Word>((resolve) => (say = resolve));
    const email = this.#now()?.user.email ?? 'owner@demo.example';
    this.#browser = { enter: () => this.#enter('owner', cloudUrl, email, remember), said, say };
    // Nobody sits in a browser here.
    if (this.#options.crowd) setTimeout(() => say('yes'), 6_000);
    const url = 'https://live.example.com/account/studio?request=0199f0a0-0000-7000-8000-00000000ab12';
    return { code: 'BCDF-GHJK', url, expiresAtMs: Date.now() + 600_000, opened: this.#options.browser };
  }

  async wait(): Promise<Session> {
    const { said, enter } = this.#browser ?? refuse('challenge_over');
    const word = await said;
    if (word === 'yes') return enter();
    return refuse(word === 'no' ? 'sign_in_refused' : word === 'late' ? 'challenge_over' : 'forbidden');
  }

  say(word: Word) {
    this.#browser?.say(word);
  }
}
