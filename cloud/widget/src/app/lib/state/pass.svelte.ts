import { CloudError, isFinal, type PublicCloud, type ViewerPass } from '@vitrine/client';
import type { Memory } from './memory.ts';

/** A pass is renewed when less than this is left of it, in milliseconds. */
const RENEW_BEFORE_MS = 60_000;

/** The passports of the page: who takes a name in one show has it in all of them. */
const all: Passport[] = [];

/** The viewer's pass into one show: kept in the shop's own storage, renewed when it runs out. All views of the show have the same. */
export class Passport {
  /** The name that the viewer chose, on this show or an earlier one. */
  name = $state<string | null>(null);
  readonly #cloud: PublicCloud;
  readonly #show: string;
  readonly #memory: Memory;
  readonly #now: () => number;
  #pass: ViewerPass | null;
  #asking: Promise<unknown> = Promise.resolve();
  /** What each room does when the viewer has another name. */
  #greetings: readonly (() => void)[] = [];

  constructor(cloud: PublicCloud, show: string, memory: Memory, now: () => number = Date.now) {
    this.#cloud = cloud;
    this.#show = show;
    this.#memory = memory;
    this.#now = now;
    this.#pass = readPass(memory.read(`viewer:${show}`));
    this.name = memory.read('nickname');
    all.push(this);
  }

  get viewerId(): string | null {
    return this.#pass?.viewer_id ?? null;
  }

  /** A token for the socket; `fresh` when the last one was refused. */
  token(fresh: boolean): Promise<string> {
    return this.#inTurn(() => this.#token(fresh));
  }

  /** Takes a name; every room of the page says hello again. */
  rename(nickname: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#ask({ ...(this.#pass ? { token: this.#pass.token } : {}), nickname });
      this.#memory.write('nickname', nickname);
      for (const one of all) {
        if (one.#memory !== this.#memory) continue;
        one.name = nickname;
        for (const greet of one.#greetings) greet();
      }
    });
  }

  /** Calls `greet` after each new name, until the returned function is called. */
  renamed(greet: () => void): () => void {
    this.#greetings = [...this.#greetings, greet];
    return () => void (this.#greetings = this.#greetings.filter((other) => other !== greet));
  }

  /** One after the other: each builds on the pass that the one before brought, and the last word stays. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#asking.then(work, work);
    this.#asking = turn;
    return turn;
  }

  async #token(fresh: boolean): Promise<string> {
    const [pass, name] = [this.#pass, this.name];
    // One in another name is from before that was taken, in another show.
    if (pass && !fresh && (!name || pass.nickname === name) && Date.parse(pass.expires_at) - this.#now() > RENEW_BEFORE_MS) return pass.token;
    try {
      return await this.#ask({ ...(pass && !fresh ? { token: pass.token } : {}), ...(name ? { nickname: name } : {}) });
    } catch (error) {
      // A pass or a name that the cloud no longer takes: begin again without it.
      if (error instanceof CloudError && !error.retryable && !isFinal(error.code) && (pass || name)) return this.#ask({});
      throw error;
    }
  }

  async #ask(wish: { token?: string; nickname?: string }): Promise<string> {
    this.#pass = await this.#cloud.viewer(this.#show, wish);
    this.#memory.write(`viewer:${this.#show}`, JSON.stringify(this.#pass));
    return this.#pass.token;
  }
}

function readPass(text: string | null): ViewerPass | null {
  try {
    const pass = JSON.parse(text ?? 'null') as Partial<ViewerPass> | null;
    return typeof pass?.token === 'string' && typeof pass.expires_at === 'string' ? (pass as ViewerPass) : null;
  } catch {
    return null;
  }
}
