/** Taking all data out, and having the organisation deleted. */
import type { Schemas } from '@vitrine/client';
import type { Backend } from '../ipc/backend.ts';
import { failureOf } from './cloud.ts';
import type { Intent } from './intent.ts';
import { Lane } from './lane.ts';
import type { SecondProof } from './second.ts';

export type Export = Schemas['Export'];
export type Deletion = Schemas['OrganizationDeletion'];

/** Typed calls for one organisation's end. */
export class Leaving {
  #backend: Backend;
  #lane: Lane;

  constructor(backend: Backend, org: string) {
    this.#backend = backend;
    this.#lane = new Lane(backend, `/v1/orgs/${org}`);
  }

  exports = async () => (await this.#lane.page<Export>('/exports')).items;
  askExport = (intent: Intent) => this.#lane.call<Export>('POST', '/export', undefined, { intent });
  /** Asks for a file and keeps the export there; its name, or null when nobody chose one. */
  keep = (url: string, name: string) => {
    const { pathname, search } = new URL(url);
    // A cloud may live below a path of its own; the desk knows that part of the address.
    return this.#backend.keepFromCloud(pathname.slice(Math.max(0, pathname.indexOf('/v1/'))) + search, name);
  };

  /** Null: it is not to be deleted. */
  deletion = async () => {
    try {
      return await this.#lane.call<Deletion>('GET', '/deletion');
    } catch (thrown) {
      if (failureOf(thrown).code === 'not_found') return null;
      throw thrown;
    }
  };
  askDeletion = (name: string, password: string, second: SecondProof = {}) =>
    this.#lane.call<Deletion>('POST', '/deletion', { name, password, ...second });
  takeBack = () => this.#lane.call<void>('DELETE', '/deletion');
}
