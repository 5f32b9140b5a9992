import { expect, test } from 'vitest';
import { CommandFailure } from '../ipc/backend.ts';
import { hasSecond, missedSecond, noSecond, proofOf } from './second.ts';

const failure = (code: 'bad_code' | 'bad_credentials') => new CommandFailure({ code, message: '', retryable: false });

test('a second factor is asked for once the cloud wants one, and wrong only after that', () => {
  const second = noSecond();
  expect([hasSecond(second), proofOf(second)]).toEqual([true, {}]);
  expect(missedSecond(second, failure('bad_credentials'))).toBe(false);
  const bad = failure('bad_code');
  expect(missedSecond(second, bad)).toBe(true);
  expect([second.asked, second.wrong, hasSecond(second)]).toEqual([true, false, false]);
  second.code = '123456';
  expect([hasSecond(second), proofOf(second)]).toEqual([true, { code: '123456' }]);
  expect([missedSecond(second, bad), second.wrong]).toEqual([true, true]);
  Object.assign(second, { recovering: true, recovery: ' ABCD-efgh ' });
  expect(proofOf(second)).toEqual({ recovery_code: 'abcd-efgh' });
});
