/** Changes that meet a change of somebody else. */
import { CommandFailure } from '../ipc/backend.ts';

/** What is changed is no longer as it was seen; nothing was written. */
export class Stale extends CommandFailure {
  constructor() {
    super({ code: 'conflict', message: 'it is no longer as it was seen', retryable: false });
  }
}

/** The same, with what is there now. */
export class Overtaken<T = unknown> extends Stale {
  readonly fresh: T;

  constructor(fresh: T) {
    super();
    this.fresh = fresh;
  }
}

/** Something that grows a number with each change. */
export interface Versioned {
  version: number;
}

/** The `ETag` of that version. */
export const tagOf = ({ version }: Versioned): string => `"${version}"`;

/** So often a change is repeated on a newer version, when what moved is none of its business. */
const TRIES = 3;

/**
 * Changes what was seen. When it moved meanwhile it is loaded again; `same`: nothing that matters moved, like stock that was sold, and
 * the change is made to the newer version.
 *
 * @throws {Overtaken} something that matters moved
 */
export async function change<T extends Versioned>(
  seen: T,
  send: (seen: T) => Promise<T>,
  load: () => Promise<T>,
  same: (seen: T, fresh: T) => boolean = () => false,
): Promise<T> {
  let base = seen;
  for (let tries = 1; ; tries++) {
    try {
      return await send(base);
    } catch (thrown) {
      if (!(thrown instanceof Stale)) throw thrown;
      const fresh = await load();
      if (tries === TRIES || !same(seen, fresh)) throw new Overtaken(fresh);
      base = fresh;
    }
  }
}
