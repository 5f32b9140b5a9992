// Every time on the screen is of one zone, the organisation's, wherever the machine stands; and what is typed is meant by it.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const go = async (page: Page, to: string) => {
  await page.getByRole('navigation').waitFor();
  await page.evaluate((at) => (location.hash = `#/${at}`), to);
};
const field = (page: Page, name: string) => page.locator(`dialog [name=${name}]`);
interface Fake {
  cloud: { shows: { title: string; scheduled_at: string | null }[]; people: { invitations: { expires_at: string }[] } };
}
const fake = <T>(page: Page, play: (fake: Fake) => T) => page.evaluate(`(${play.toString()})(window.fake)`) as Promise<T>;

// The fake's organisation is in Berlin.
test.use({ timezoneId: 'America/New_York' });

test('a show has one time in the list, beside it and in its form, and is kept at that moment', async ({ studio, page }) => {
  await studio('crowd=none');
  await expect(page.getByRole('navigation'), 'whoever sits elsewhere is told').toContainText('Times of Europe/Berlin');
  await id(page, 'new-show').click();
  await expect(id(page, 'show-form')).toContainText('In the time of Europe/Berlin.');
  await expect(field(page, 'when-day'), 'an empty one looks empty').toHaveValue('');
  await expect(field(page, 'when-day')).toHaveAttribute('placeholder', 'No date');
  await field(page, 'title').fill('Advent');
  await field(page, 'when-day').fill('1 Dec 2030');
  await field(page, 'when-time').fill('8 pm');
  await page.keyboard.press('Enter');
  await expect(id(page, 'show-form')).toHaveCount(0);
  expect((await fake(page, ({ cloud }) => cloud.shows.find(({ title }) => title === 'Advent')!)).scheduled_at).toBe('2030-12-01T19:00:00.000Z');
  await expect(page.getByTestId('show').filter({ hasText: 'Advent' })).toContainText('20:00');
  await expect(page.locator('.detail .head')).toContainText('20:00');
  await page.getByRole('button', { name: 'Name and date' }).click();
  await page.getByRole('menuitem', { name: 'Name and date' }).click();
  await expect(field(page, 'when-day')).toHaveValue('Sun 1 Dec 2030');
  await expect(field(page, 'when-time')).toHaveValue('20:00');
  expect(await breaches(page)).toEqual([]);
});

test('an invitation ends at the same moment in the team as everywhere', async ({ studio, page }) => {
  await studio('crowd=none');
  const ends = await fake(page, ({ cloud }) => cloud.people.invitations[0]!.expires_at);
  const berlin = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Berlin' }).format(new Date(ends));
  await go(page, 'team/members');
  await expect(id(page, 'invitation')).toContainText(berlin);
});

test('a day is chosen in the calendar by keys, and Escape leaves the calendar alone', async ({ studio, page }) => {
  await studio('crowd=none');
  await id(page, 'new-show').click();
  await field(page, 'when-day').fill('30 Nov 2030');
  await id(page, 'when-calendar').focus();
  await page.keyboard.press('Enter');
  const calendar = page.getByRole('dialog', { name: 'Choose a day: When does it start?' });
  await expect(calendar.getByText('November 2030').first()).toBeVisible();
  expect(await breaches(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(calendar).toBeHidden();
  await expect(id(page, 'show-form')).toBeVisible();
  await expect(id(page, 'when-calendar')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(calendar.getByRole('button', { name: 'Sat 30 Nov 2030' })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(calendar.getByText('December 2030').first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(calendar).toBeHidden();
  await expect(field(page, 'when-day')).toHaveValue('Sun 1 Dec 2030');
  await expect(field(page, 'when-time'), 'a time is what is missing').toBeFocused();
});

test('a coupon without dates has none, and one with a day alone lasts all of it', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'catalogue/coupons');
  await id(page, 'new-coupon').click();
  for (const name of ['from-day', 'from-time', 'until-day', 'until-time']) await expect(field(page, name)).toHaveValue('');
  await field(page, 'code').fill('ADVENT');
  await field(page, 'percent').fill('10');
  await field(page, 'until-day').fill('24 Dec 2030');
  await field(page, 'until-time').focus();
  await expect(field(page, 'until-time')).toHaveValue('23:59');
  await id(page, 'coupon-form-submit').click();
  await expect(page.getByTestId('coupon').filter({ hasText: 'ADVENT' })).toContainText('24 Dec 2030, 23:59');
});
