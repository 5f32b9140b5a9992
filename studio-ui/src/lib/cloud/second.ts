/** The second factor in a form: asked for once the cloud says that the account has one. */
import { failureOf } from './cloud.ts';

/** What goes with the password. */
export type SecondProof = { code?: string; recovery_code?: string };

export interface Second {
  /** The cloud asked for it. */
  asked: boolean;
  /** A recovery code is typed in the place of an authenticator's. */
  recovering: boolean;
  code: string;
  recovery: string;
  /** What was sent last did not fit. */
  wrong: boolean;
}

export const noSecond = (): Second => ({ asked: false, recovering: false, code: '', recovery: '', wrong: false });

/** Whether it can be sent: it is not asked for, or all of it is typed. */
export const hasSecond = ({ asked, recovering, code, recovery }: Second): boolean =>
  !asked || (recovering ? recovery.trim() !== '' : code.length === 6);

export function proofOf({ asked, recovering, code, recovery }: Second): SecondProof {
  if (!asked) return {};
  return recovering ? { recovery_code: recovery.trim().toLowerCase() } : { code };
}

/** Whether what was thrown is about it: then it is asked for, or was wrong. */
export function missedSecond(second: Second, thrown: unknown): boolean {
  if (failureOf(thrown).code !== 'bad_code') return false;
  [second.wrong, second.asked] = [second.asked, true];
  return true;
}
