import { expect, test } from 'vitest';
import { hasSecond, missedSecond, noSecond, proofOf } from './second.ts';

test('a second factor is asked for once the cloud wants one, and wrong only after that', () => {
  const second = noSecond();
  expect([hasSecond(second), proofOf(second)]).toEqual([true, {}]);
  expect(missedSecond(second, { code: 'bad_credentials', message: '', retryable: false })).toBe(false);
  const bad = { code: 'bad_code', message: '', retryable: false };
  expect(missedSecond(second, bad)).toBe(true);
  expect([second.asked, second.wrong, hasSecond(second)]).toEqual([true, false, false]);
  second.code = '123456';
  expect([hasSecond(second), proofOf(second)]).toEqual([true, { code: '123456' }]);
  expect([missedSecond(second, bad), second.wrong]).toEqual([true, true]);
  Object.assign(second, { recovering: true, recovery: ' ABCD-efgh ' });
  expect(proofOf(second)).toEqual({ recovery_code: 'abcd-efgh' });
});
