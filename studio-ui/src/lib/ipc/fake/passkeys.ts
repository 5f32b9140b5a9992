/** Passkeys of whoever is signed in to the fake cloud. */
import type { Passkey } from '../../cloud/account.ts';
import type { CloudAnswer } from '../backend.ts';
import { empty, ok, refuse } from './answers.ts';
import type { FakeOptions } from './options.ts';
import { newId } from './seed.ts';

const MOST = 10;
const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

export class FakePasskeys {
  readonly offered: boolean;
  all: Passkey[] = [];

  constructor(options: FakeOptions) {
    this.offered = options.passkeys !== 'absent';
    const had = (name: string, days: number, used_at: string | null, backed_up: boolean) =>
      this.all.push({ id: newId(), name, created_at: ago(days), used_at, backed_up });
    if (options.passkeys === 'some' || options.passkeys === 'full') {
      had('Work laptop', 120, ago(1), false);
      had('Phone of Lena, with the cracked screen and a name as long as names may be', 30, null, true);
    }
    while (options.passkeys === 'full' && this.all.length < MOST) had(`Security key ${this.all.length - 1}`, 12, ago(3), false);
  }

  /** Somebody adds one at the page in the browser. */
  add(name: string) {
    this.all = [...this.all, { id: newId(), name, created_at: new Date().toISOString(), used_at: null, backed_up: true }];
  }

  /** Whoever asks has shown what the account asks for, where that is wanted. */
  handle(method: string, noun: string, id: string | undefined, json: Record<string, string>): CloudAnswer {
    if (noun === 'passkey-links') {
      if (!this.offered) return refuse(409, 'passkeys_unavailable');
      if (this.all.length >= MOST) return refuse(409, 'limit_reached');
      const url = 'https://live.example.com/account/passkey?token=vtl_2Qx7vN0Zb1Yt5Rk8Lw3Hs6Jd9Fg4Pc';
      return ok({ url, expires_at: new Date(Date.now() + 600_000).toISOString() }, 201);
    }
    if (!id) return ok({ items: this.all });
    const one = this.all.find((passkey) => passkey.id === id);
    if (!one) return refuse(404, 'not_found');
    if (method === 'PATCH') {
      const renamed = { ...one, name: json['name']! };
      this.all = this.all.map((passkey) => (passkey.id === id ? renamed : passkey));
      return ok(renamed);
    }
    this.all = this.all.filter((passkey) => passkey.id !== id);
    return empty();
  }
}
