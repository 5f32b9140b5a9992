/** Many small requests, a few at a time. */

/** `all` in pieces of at most `most`. */
export function batches<T>(all: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, n) => all.slice(n * most, (n + 1) * most));
}

/** What `ask` answers for each of them, in their order; no more than `most` are asked for at once. The first failure ends it. */
export async function eachOf<T, R>(all: readonly T[], most: number, ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  let failed = false;
  const go = async () => {
    while (next < all.length && !failed) {
      const at = next++;
      try {
        answers[at] = await ask(all[at]!);
      } catch (thrown) {
        failed = true;
        throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, go));
  return answers;
}
