/** How long an answer may take, in milliseconds. */
const ANSWER_WITHIN_MS = 10_000;

/** Asks the cloud for a public file: no cookie, and no header that would ask for a preflight. The browser's own cache asks whether it changed. */
export const ask = (url: string): Promise<Response> => fetch(url, { cache: 'no-cache', credentials: 'omit', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
