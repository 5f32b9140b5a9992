import type { PublicShow } from '@vitrine/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forget, leave, takeUp } from '../src/loader/tab.ts';

const show = { id: 's1', state: 'live', title: 'Autumn drop', products: [{ title: 'Shirt' }] } as unknown as PublicShow;
const kept = { mini: true, muted: false, draft: { text: 'does it', outgoing: [] } };
const MINUTE = 60_000;
let stored: Map<string, string>;

beforeEach(() => {
  stored = new Map();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("a tab's memory", () => {
  it('is taken up once, by the element that left it', () => {
    leave('stage demo', { show, kept }, 0);
    expect(takeUp('stage other', MINUTE)).toBeNull();
    expect(takeUp('stage demo', MINUTE)).toEqual({ show, kept });
    expect(takeUp('stage demo', MINUTE)).toBeNull();
  });

  it('ends after half an hour, and when the show was closed', () => {
    leave('a', { show, kept }, 0);
    expect(takeUp('a', 31 * MINUTE)).toBeNull();
    leave('a', { show, kept }, 0);
    forget('a');
    expect(takeUp('a', MINUTE)).toBeNull();
  });

  it('keeps a long line-up out, and too much altogether', () => {
    const long = { ...show, products: Array.from({ length: 5_000 }, () => ({ title: 'x'.repeat(100) })) } as unknown as PublicShow;
    leave('a', { show: long, kept }, 0);
    expect(takeUp('a', 0)?.show.products).toEqual([]);
    leave('a', { show: { ...show, title: 'x'.repeat(300_000) }, kept }, 0);
    expect(stored.size).toBe(0);
  });

  it('takes nothing that another version or another hand wrote', () => {
    for (const text of ['', '{', 'null', '7', '{"v":1}', '{"v":2,"at":0,"show":{"id":"s","products":[]},"kept":{}}', '{"v":1,"at":0,"show":{"id":7,"products":[]},"kept":{}}', '{"v":1,"at":0,"show":{"id":"s"},"kept":{}}', '{"v":1,"at":0,"show":{"id":"s","products":[]},"kept":null}']) {
      stored.set('vitrine:tab:a', text);
      expect(takeUp('a', 0), text).toBeNull();
      expect(stored.size, text).toBe(0);
    }
  });

  it('is silently absent where storage is forbidden or full', () => {
    const forbid = () => {
      throw new DOMException('no', 'SecurityError');
    };
    vi.stubGlobal('sessionStorage', { getItem: forbid, setItem: forbid, removeItem: forbid });
    leave('a', { show, kept }, 0);
    expect(takeUp('a', 0)).toBeNull();
    forget('a');
  });
});
