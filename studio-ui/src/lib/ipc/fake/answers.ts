/** What the fake's second lane answers with. */
import type { CloudAnswer } from '../backend.ts';

export const ok = (body: unknown, status = 200): CloudAnswer => ({ status, body: JSON.stringify(body), etag: null });
export const empty = (status = 204): CloudAnswer => ({ status, body: '', etag: null });
export const refuse = (status: number, code: string, detail = code): CloudAnswer =>
  ok({ type: 'about:blank', title: code, status, detail, code, retryable: false }, status);
/** Whether somebody changed it since it was seen. */
export const stale = ({ version }: { version: number }, ifMatch: string | null): boolean => ifMatch !== null && ifMatch !== `"${version}"`;
/** One page of a list, as far as `query` asks. */
export function page<T>(items: T[], query: URLSearchParams): { items: T[]; next: string | null } {
  const from = Number(query.get('after') ?? 0);
  const end = from + Number(query.get('limit') ?? 50);
  return { items: items.slice(from, end), next: end < items.length ? String(end) : null };
}
