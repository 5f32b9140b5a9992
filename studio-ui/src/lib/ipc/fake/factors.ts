/** What opens the account of whoever is signed in to the fake cloud, beside a password, and how it ends. */
import type { Identity } from '../../cloud/account.ts';
import type { CloudAnswer, Organization } from '../backend.ts';
import { empty, ok, refuse } from './answers.ts';
import type { FakeOptions } from './options.ts';
import { FakePasskeys } from './passkeys.ts';
import { newId } from './seed.ts';

/** The code that its authenticator shows. */
const CODE = '123456';
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const URI = `otpauth://totp/Vitrine:owner%40demo.example?secret=${SECRET}&issuer=Vitrine&algorithm=SHA1&digits=6&period=30`;
const LETTERS = 'abcdefghjkmnpqrstvwxyz23456789';

const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

export class FakeFactors {
  /** Since when its codes are asked for; null: they are not. */
  since: string | null;
  codes: string[] = [];
  identities: Identity[] = [];
  readonly passkeys: FakePasskeys;
  #password: boolean;
  #places: () => Organization[];
  #made = 0;

  constructor(options: FakeOptions, places: () => Organization[]) {
    this.since = options.factor ? ago(40) : null;
    if (options.factor) this.codes = this.#ten();
    this.#places = places;
    this.passkeys = new FakePasskeys(options);
    this.#password = options.linked !== 'only';
    const link = (issuer: string, label: string | null, email: string, days: number) =>
      this.identities.push({ id: newId(), issuer, label, email, created_at: ago(days) });
    if (options.linked !== 'none') link('https://login.maison.example', 'Maison ID', 'lena@maison.example', 210);
    if (options.linked === 'some') link('https://old.example.com', null, 'lena.vogt@old.example', 700);
  }

  get on(): boolean {
    return this.since !== null;
  }

  fits(code: string | null | undefined, recovery: string | null | undefined): boolean {
    if (code) return code === CODE;
    if (!this.codes.includes(recovery ?? '')) return false;
    this.codes = this.codes.filter((one) => one !== recovery);
    return true;
  }

  handle(method: string, noun: string, id: string | undefined, json: Record<string, string>): CloudAnswer {
    if (noun.startsWith('passkey')) {
      if (method === 'POST' && !this.#known(json['password'])) return refuse(401, 'bad_credentials');
      if (method === 'POST' && this.on && !this.fits(json['code'], json['recovery_code'])) return refuse(401, 'bad_code');
      return this.passkeys.handle(method, noun, id, json);
    }
    if (noun === 'factors') {
      const totp = this.since ? { confirmed_at: this.since } : null;
      return ok({ totp, recovery_codes: this.codes.length, offers_passkeys: this.passkeys.offered });
    }
    if (noun === 'identities') return method === 'DELETE' ? this.#unlink(id!) : ok({ items: this.identities });
    if (noun === 'totp' && id === 'confirmation') {
      if (json['code'] !== CODE) return refuse(401, 'bad_code');
      this.since = new Date().toISOString();
      return this.#shown();
    }
    if (!this.#known(json['password'])) return refuse(401, 'bad_credentials');
    if (noun === 'totp' && !id) return this.on ? refuse(409, 'factor_exists') : ok({ secret: SECRET, uri: URI }, 201);
    if (!this.fits(json['code'], json['recovery_code'])) return refuse(401, 'bad_code');
    if (noun === 'recovery-codes') return this.#shown();
    [this.since, this.codes] = [null, []];
    return empty();
  }

  /** The account ends. */
  leave(password: string): CloudAnswer {
    if (!this.#known(password)) return refuse(401, 'bad_credentials');
    return this.#places().some((one) => one.role === 'owner') ? refuse(409, 'last_owner') : empty();
  }

  #known = (password = '') => this.#password && password.length >= 6;

  #unlink(id: string): CloudAnswer {
    if (!this.#password && this.identities.length === 1) return refuse(409, 'last_way_in');
    this.identities = this.identities.filter((one) => one.id !== id);
    return empty();
  }

  #shown(): CloudAnswer {
    this.codes = this.#ten();
    return ok({ codes: this.codes }, 201);
  }

  #ten(): string[] {
    const letter = (n: number) => LETTERS[(n * 7 + (n * n) % 11) % LETTERS.length]!;
    const group = (n: number) => [0, 1, 2, 3].map((k) => letter(n * 4 + k)).join('');
    const batch = this.#made++ * 40;
    return [...Array(10).keys()].map((one) => [0, 1, 2, 3].map((part) => group(batch + one * 4 + part)).join('-'));
  }
}
