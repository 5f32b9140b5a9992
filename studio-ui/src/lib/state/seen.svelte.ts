import { Overtaken } from '../cloud/stale.ts';

/** What a form changes, as its person saw it, and what somebody else made of it meanwhile. */
export class Seen<T> {
  /** The version that is changed. */
  now = $state.raw() as T;
  /** What somebody made of it meanwhile, until it is answered. */
  newer = $state.raw<T | null>(null);
  who = $state<string | null>(null);
  #whose: (thing: T) => Promise<string | null>;

  /** `whose`: who changed it last, as far as that is known. */
  constructor(first: T, whose: (thing: T) => Promise<string | null>) {
    this.now = first;
    this.#whose = whose;
  }

  /** Whether that was thrown because somebody was faster: then it is asked about. */
  missed = (thrown: unknown): boolean => {
    if (!(thrown instanceof Overtaken)) return false;
    const fresh = thrown.fresh as T;
    [this.newer, this.who] = [fresh, null];
    this.#whose(fresh).then(
      (who) => this.newer === fresh && (this.who = who),
      () => {},
    );
    return true;
  };

  /** What is sent from now on is sent knowing the newer version. Gives it. */
  accept = (): T => {
    if (this.newer !== null) [this.now, this.newer] = [this.newer, null];
    return this.now;
  };
}
