/** The fake's ways out: an export that is ready two looks later, and a deletion that can be taken back. */
import type { Deletion, Export } from '../../cloud/leaving.ts';
import type { CloudAnswer } from '../backend.ts';
import { empty, ok, refuse } from './answers.ts';
import { HOST } from './person.ts';
import { newId } from './seed.ts';

const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

export class FakeLeaving {
  exports: Export[] = [];
  deletion: Deletion | null = null;
  #looks = 0;

  /** `name`: of the organisation, as it is. */
  handle(method: string, noun: string, json: Record<string, unknown>, name: string): CloudAnswer {
    if (noun === 'exports') return ok({ items: this.#look() });
    if (noun === 'export') return this.#ask();
    if (method === 'DELETE') {
      this.deletion = null;
      return empty();
    }
    if (method !== 'POST') return this.deletion ? ok(this.deletion) : refuse(404, 'not_found');
    if (String(json['password']).length < 6) return refuse(403, 'bad_credentials');
    if (json['name'] !== name) return refuse(422, 'invalid_request');
    this.deletion ??= { asked_at: at(0), asked_by: HOST.id, at: at(14 * 24), begun: false };
    return ok(this.deletion, 202);
  }

  #ask(): CloudAnswer {
    if (this.exports[0]?.state === 'waiting') return refuse(409, 'export_running');
    this.#looks = 0;
    this.exports = [{ id: newId(), state: 'waiting', created_at: at(0), expires_at: null, size_bytes: null, url: null }];
    return ok(this.exports[0], 202);
  }

  #look(): Export[] {
    const [one] = this.exports;
    if (one?.state === 'waiting' && ++this.#looks > 1) {
      this.exports = [{ ...one, state: 'ready', expires_at: at(7 * 24), size_bytes: 18_400_000, url: `http://127.0.0.1:8080/v1/exports/${one.id}?token=vtx_Q1w2E3` }];
    }
    return this.exports;
  }
}
