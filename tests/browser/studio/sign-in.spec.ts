// What a person who cannot come in sees and does.
import { expect, test } from './page.ts';

test('who forgot the password has a letter sent, and is told where to look', async ({ studio, page }) => {
  await studio('as=nobody&demo=none');
  await page.locator('[name=cloud-url]').fill('https://live.example.com');
  await page.getByTestId('forgot').click();
  await expect(page.getByText('Give your e-mail')).toBeVisible();
  await expect(page.getByText('Give your password'), 'a letter takes an address alone').toHaveCount(0);
  await expect(page.getByTestId('letter-sent')).toHaveCount(0);
  await page.locator('[name=email]').fill('ada@example.com');
  await page.getByTestId('forgot').click();
  await expect(page.getByTestId('letter-sent')).toContainText('ada@example.com');
  await expect(page.getByText('Give your password'), 'nothing is missing for a letter').toHaveCount(0);
});

test('where the cloud does not answer no letter is promised', async ({ studio, page }) => {
  await studio('as=nobody&demo=none&cloud=down');
  await page.locator('[name=cloud-url]').fill('https://live.example.com');
  await page.locator('[name=email]').fill('ada@example.com');
  await page.getByTestId('forgot').click();
  await expect(page.getByTestId('sign-in-error')).toBeVisible();
  await expect(page.getByTestId('letter-sent')).toHaveCount(0);
});
