/** Lists of products that come in and go out. */
import type { Schemas } from '@vitrine/client';
import type { Backend, ChosenList } from '../ipc/backend.ts';
import type { Intent } from './intent.ts';
import { Lane, read } from './lane.ts';

export type Import = Schemas['Import'];
export type ImportReport = Schemas['ImportReport'];
export type ImportProblem = Schemas['Page_ImportProblem']['items'][number];
export type ImportAddress = Schemas['ImportAddress'];
export type NewImportAddress = Schemas['NewImportAddress'];
export type ListFormat = Schemas['Format'];
export type ListOptions = Schemas['Options'];

/** How a list is read. */
export interface ListReading {
  /** Whose names for products the list has. */
  source: string;
  options: ListOptions;
}

const KINDS: Record<ListFormat, string> = { csv: 'text/csv', xml: 'application/xml', json: 'application/json' };

/** Typed calls for the lists of one organisation. */
export class Imports {
  #backend: Backend;
  #lane: Lane;

  constructor(backend: Backend, org: string) {
    this.#backend = backend;
    this.#lane = new Lane(backend, `/v1/orgs/${org}`);
  }

  list = (after: string | null) => this.#lane.page<Import>('/imports', { after, limit: '20' });
  report = (id: string, after: string | null = null) =>
    this.#lane.page<ImportProblem>(`/imports/${id}`, { after, limit: '200' }) as unknown as Promise<ImportReport>;
  /** Every problem that was kept. */
  problems = async (id: string) => {
    const all: ImportProblem[] = [];
    for (let after: string | null = null; ; ) {
      const { problems }: ImportReport = await this.report(id, after);
      all.push(...problems.items);
      after = problems.next ?? null;
      if (!after) return all;
    }
  };

  /** Asks for a file; null when nobody chose one. */
  choose = (): Promise<ChosenList | null> => this.#backend.pickList();
  /** Sends the file that was chosen last. */
  send = async (format: ListFormat, { source, options }: ListReading) => {
    const query = new URLSearchParams({ source });
    for (const [name, value] of Object.entries(options)) if (value) query.set(name, value);
    return read<Import>(await this.#backend.sendList(this.#lane.path(`/imports?${query}`), KINDS[format]));
  };
  /** Fetches a list once. */
  fetch = (address: string, format: ListFormat, { source, options }: ListReading, intent: Intent) =>
    this.#lane.call<Import>('POST', '/imports/fetch', { address, format, source, options }, { intent });

  /** Lets the products leave the sale that a whole list leaves out, though they are many. */
  confirmMissing = (id: string, intent: Intent) => this.#lane.call<Import>('POST', `/imports/${id}/confirm-missing`, undefined, { intent });

  addresses = async () => (await this.#lane.page<ImportAddress>('/import-addresses')).items;
  /** Fetches lists of a source again and again; another address of the same source is replaced. */
  setAddress = (source: string, address: NewImportAddress) =>
    this.#lane.call<ImportAddress>('PUT', `/import-addresses/${encodeURIComponent(source)}`, address);
  removeAddress = (source: string) => this.#lane.call<void>('DELETE', `/import-addresses/${encodeURIComponent(source)}`);

  /** Keeps every product in a file that an import takes again; its name, or null when nobody chose one. */
  export = (format: 'csv' | 'json', name: string) =>
    this.#backend.keepFromCloud(this.#lane.path(`/products/export?format=${format}`), name);
  keep = (text: string, name: string) => this.#backend.keepText(text, name);
}
