/** What the fake's second lane answers with. */
import type { CloudAnswer } from '../backend.ts';

export const ok = (body: unknown, status = 200): CloudAnswer => ({ status, body: JSON.stringify(body) });
export const empty = (status = 204): CloudAnswer => ({ status, body: '' });
export const refuse = (status: number, code: string): CloudAnswer =>
  ok({ type: 'about:blank', title: code, status, detail: code, code, retryable: false }, status);
