/** The fake's imports: they come on with each look. */
import type { Import, ImportAddress, ImportProblem, NewImportAddress } from '../../cloud/imports.ts';
import type { CloudAnswer } from '../backend.ts';
import { empty, ok, page, refuse } from './answers.ts';
import { newId } from './seed.ts';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const ROWS = 1_240;
const NOTHING = { rows: 0, created: 0, changed: 0, unchanged: 0, failed: 0, not_sold: 0, hidden: 0, missing: 0, unnamed: 0, uncounted: 0, untracked: 0, edited: 0, problems: 0 };

const PROBLEMS: ImportProblem[] = [
  { line: 4, field: 'price', sentence: '“n/a” is no price. Write it like 19.90 or 19.90 EUR.' },
  { line: 17, field: 'link', sentence: 'The page is missing. Give its address, starting with https://.' },
  { line: 52, field: 'price', sentence: '“12,50,00” is no price. Write it like 19.90 or 19.90 EUR.' },
  { line: 88, field: null, sentence: 'The row has more cells than the first line has columns.' },
];

const isInside = (address: string) => /^https?:\/\/(10|127|192\.168)\./.test(address);
const REFUSED = '`address`: the address is not one of the public internet';

export class FakeImports {
  list: Import[] = [];
  addresses: ImportAddress[] = [];
  problems = PROBLEMS;

  constructor(empty: boolean) {
    if (empty) return;
    const one = (more: Partial<Import>): Import => ({ ...this.#begin('csv', 'main', {}, null), ...more });
    const counts = { ...NOTHING, rows: 980, changed: 41, unchanged: 939 };
    this.list = [
      one({ state: 'done', counts: { ...counts, problems: 4, failed: 2, unchanged: 937, edited: 3 }, created_at: ago(190), started_at: ago(190), ended_at: ago(189) }),
      one({
        state: 'failed', created_at: ago(1500), started_at: ago(1500), ended_at: ago(1499), format: 'xml', source: 'google',
        address: 'https://shop.example.com/feed.xml', reason: 'shop.example.com answered 404: nothing is there.',
      }),
      one({ state: 'done', counts: { ...counts, created: 980, changed: 0, unchanged: 0, uncounted: 12, untracked: 1 }, created_at: ago(5900), started_at: ago(5900), ended_at: ago(5898) }),
    ];
    this.addresses = [
      { source: 'google', address: 'https://shop.example.com/feed.xml', every_minutes: 360, format: 'xml', options: { currency: 'EUR', stock: 'keep' }, next_at: ago(-75) },
    ];
  }

  handle(method: string, noun: string, [id, verb]: (string | undefined)[], json: unknown, query: URLSearchParams): CloudAnswer {
    if (noun === 'import-addresses') return this.#addresses(method, id, json as NewImportAddress);
    if (verb === 'confirm-missing') return this.#confirm(this.list.find((one) => one.id === id));
    if (method === 'POST') {
      const sent = json as { address?: string; format?: Import['format']; source?: string; options?: Import['options'] };
      if (sent.address && isInside(sent.address)) return refuse(422, 'invalid_request', REFUSED);
      const kind = typeof json === 'string' ? json : '';
      const format = sent.format ?? (kind.endsWith('xml') ? 'xml' : kind.endsWith('json') ? 'json' : 'csv');
      const asked = [...query].filter(([name]) => name !== 'source');
      const options = sent.options ?? (Object.fromEntries(asked) as Import['options']);
      const begun = this.#begin(format, query.get('source') ?? sent.source ?? 'main', options, sent.address ?? null);
      this.list = [begun, ...this.list];
      return ok(begun, 202);
    }
    if (!id) return ok(page(this.list, query));
    const found = this.list.find((one) => one.id === id);
    if (!found) return refuse(404, 'not_found');
    this.#on(found);
    const problems = found.counts.problems ? this.problems : [];
    return ok({ ...found, pictures: { waiting: 0, taken: found.state === 'done' ? 1_240 : 0, failed: found.counts.problems ? 2 : 0 }, problems: page(problems, query) });
  }

  /** They leave the sale, once. */
  #confirm(one: Import | undefined): CloudAnswer {
    if (!one) return refuse(404, 'not_found');
    if (!one.counts.missing) return refuse(409, 'conflict');
    one.counts = { ...one.counts, hidden: one.counts.hidden + one.counts.missing, missing: 0 };
    return ok(one, 202);
  }

  /** A look later it has come further. */
  #on(one: Import) {
    if (one.state === 'waiting') Object.assign(one, { state: 'running', started_at: ago(0) });
    else if (one.state === 'running' && one.counts.rows < ROWS) {
      const rows = Math.min(ROWS, one.counts.rows + 520);
      one.counts = { ...NOTHING, rows, created: Math.round(rows * 0.1), changed: 30, unchanged: rows - 34 - Math.round(rows * 0.1), failed: 2, not_sold: 2, problems: 4 };
      if (one.options.missing === 'hide' && rows === ROWS) Object.assign(one.counts, { missing: 412, unnamed: 3 });
    } else if (one.state === 'running') Object.assign(one, { state: 'done', ended_at: ago(0) });
  }

  #begin(format: Import['format'], source: string, options: Import['options'], address: string | null): Import {
    return { id: newId(), format, source, options, address, counts: NOTHING, notes: [], state: 'waiting', created_at: ago(0), started_at: null, ended_at: null, reason: null };
  }

  #addresses(method: string, source: string | undefined, draft: NewImportAddress): CloudAnswer {
    const name = decodeURIComponent(source ?? '');
    const others = this.addresses.filter((one) => one.source !== name);
    if (method === 'DELETE') {
      if (others.length === this.addresses.length) return refuse(404, 'not_found');
      this.addresses = others;
      return empty();
    }
    if (method !== 'PUT') return ok({ items: this.addresses });
    if (isInside(draft.address)) return refuse(422, 'invalid_request', REFUSED);
    const made: ImportAddress = { ...draft, source: name, options: draft.options ?? {}, next_at: ago(-draft.every_minutes) };
    this.addresses = [...others, made];
    return ok(made);
  }
}
