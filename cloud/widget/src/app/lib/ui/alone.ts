/** What is said aloud must be heard while all else rests. */
const HEARD = '[aria-live], [role=status], [role=alert], .veil';

/** Everything beside `part` rests (inert) until the returned function is called; what comes later as well. */
export function alone(part: HTMLElement): () => void {
  const around = part.parentElement;
  const resting = new Set<HTMLElement>();
  function quieten(): void {
    for (const beside of around?.children ?? []) {
      if (!(beside instanceof HTMLElement) || beside === part || beside.inert || beside.matches(HEARD)) continue;
      beside.inert = true;
      resting.add(beside);
    }
  }
  quieten();
  const more = new MutationObserver(quieten);
  if (around) more.observe(around, { childList: true });
  return () => {
    more.disconnect();
    for (const one of resting) one.inert = false;
  };
}
