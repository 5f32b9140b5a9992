import { sentence } from '../text/codes.ts';
import { failureOf } from './cloud.ts';

/** What a person reads about something that was thrown; `instead` has other words for some codes. */
export function said(thrown: unknown, instead: Readonly<Record<string, string>> = {}): string {
  const { code, message } = failureOf(thrown);
  return instead[code] ?? sentence(code, message);
}
