/**
 * The fields of `now` that are not as they were: a change says only what it changes, for the rest may have moved on since the form
 * opened (stock that was sold, a colleague's price).
 */
export function changed<T extends object>(before: T, now: T): Partial<T> {
  const differs = ([name, value]: [string, unknown]) => !same(value, before[name as keyof T]);
  return Object.fromEntries(Object.entries(now).filter(differs)) as Partial<T>;
}

/** Lists are the same when what is in them is. */
const same = (a: unknown, b: unknown): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, n) => one === b[n]));
