// A passkey in a real browser: added at the page of the cloud, and used to sign a studio in. The cloud is one of its own, at `localhost`, where
// browsers have passkeys without HTTPS; the authenticator is Chromium's own for tests.
import { expect, test, type CDPSession, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { breaches } from '../axe.ts';
import { binary, freePort } from '../demo.ts';

const PASSWORD = 'correct horse';
const shots = process.env.VITRINE_STORY_SHOTS;

let cloud: ChildProcess;
let folder: string;
let url: string;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-passkeys-'));
  const port = await freePort();
  url = `http://localhost:${port}`;
  const flags = ['--listen', `127.0.0.1:${port}`, '--rtmp-listen', '127.0.0.1:0', '--public-url', url, '--data-dir', join(folder, 'data')];
  cloud = spawn(binary(), ['serve', ...flags], { stdio: 'ignore', env: { ...process.env, VITRINE_FREE_MIB: '0' } });
  await expect.poll(() => fetch(`http://127.0.0.1:${port}/healthz`).then((one) => one.status, () => 0), { message: 'the cloud answers' }).toBe(200);
});
test.afterAll(async () => {
  const ended = new Promise((resolve) => cloud.once('exit', resolve));
  cloud.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

async function ask<T>(method: string, path: string, body?: unknown, token?: string): Promise<{ status: number; body: T }> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, body: (text ? JSON.parse(text) : null) as T };
}

async function register(email: string): Promise<string> {
  const who = { email, password: PASSWORD, name: 'Ada', organization_name: 'Atelier Nord' };
  return (await ask<{ token: string }>('POST', '/v1/register', who)).body.token;
}

const linkOf = async (token: string) => (await ask<{ url: string }>('POST', '/v1/me/passkey-links', { password: PASSWORD }, token)).body.url;

interface Waiting {
  id: string;
  secret: string;
  url: string;
}
const studioAsks = async () => (await ask<Waiting>('POST', '/v1/sign-in-requests', { device_name: 'Vitrine Studio on desk' })).body;

/** An authenticator in the device, which knows who touches it. */
async function authenticator(page: Page): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2' as const,
    transport: 'internal' as const,
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
  return { cdp, id: authenticatorId };
}

async function seen(page: Page, name: string) {
  expect(await breaches(page), name).toEqual([]);
  if (shots) await page.screenshot({ path: `${shots}/passkeys-${name}.png` });
}

const alert = (page: Page) => page.getByRole('alert').filter({ hasText: /./ });

test('a passkey is added at the page by key, and signs a studio in without a password', async ({ page }) => {
  const { cdp, id } = await authenticator(page);
  const token = await register('ada@example.com');
  const link = await linkOf(token);
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'Add a passkey' })).toBeVisible();
  await expect(page.locator('main')).toContainText('ada@example.com');
  await seen(page, 'add');
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Name of the passkey')).toBeFocused();
  await page.keyboard.type('Work laptop');
  // Nobody touches it in time, or says no: nothing has happened, and it can be tried again.
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false });
  await page.keyboard.press('Enter');
  await expect(alert(page)).toContainText('Your browser added or used no passkey');
  await expect(page.getByRole('button', { name: 'Add the passkey' })).toBeFocused();
  await seen(page, 'stopped');
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: true });
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'The passkey was added' })).toBeVisible();
  await expect(page.locator('main')).toContainText('Work laptop');
  await expect(page.getByRole('link', { name: /open/i })).toHaveAttribute('href', `vitrine://open?cloud=${encodeURIComponent(url)}`);
  await seen(page, 'added');
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId: id });
  expect(credentials.map((one) => [one.isResidentCredential, one.rpId])).toEqual([[true, 'localhost']]);
  expect((await page.goto(link))?.status(), 'the link works once').toBe(410);
  await seen(page, 'over');

  await page.goto(await linkOf(token));
  await page.getByLabel('Name of the passkey').fill('The same');
  await page.getByRole('button', { name: 'Add the passkey' }).click();
  await expect(alert(page), 'a device has one of an account').toContainText('already');

  expect((await ask('DELETE', '/v1/sessions/current', undefined, token)).status).toBe(204);
  const waiting = await studioAsks();
  await page.goto(waiting.url);
  const button = page.getByRole('button', { name: 'Use a passkey' });
  await expect(button).toBeVisible();
  await seen(page, 'sign-in');
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toContainText('ada@example.com');
  await seen(page, 'confirm');
  await page.getByRole('button', { name: /^Yes/ }).click();
  await expect(page.getByRole('heading', { name: 'The studio is signed in' })).toBeVisible();
  const session = await ask<{ token: string; user: { email: string } }>('POST', `/v1/sign-in-requests/${waiting.id}/session`, { secret: waiting.secret });
  expect([session.status, session.body.user.email]).toEqual([201, 'ada@example.com']);

  // Removed here, while the device still has it.
  const { body: list } = await ask<{ items: { id: string; name: string; used_at: string | null }[] }>('GET', '/v1/me/passkeys', undefined, session.body.token);
  expect(list.items.map((one) => [one.name, one.used_at !== null])).toEqual([['Work laptop', true]]);
  const removal = `/v1/me/passkeys/${list.items[0]!.id}/removal`;
  expect((await ask('POST', removal, { password: PASSWORD }, session.body.token)).status).toBe(204);
  await page.goto((await studioAsks()).url);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(alert(page)).toContainText('opens no account here');
  await seen(page, 'removed');
});

test('a browser without passkeys, or without scripts, is told so, and signs in by password', async ({ browser, page }) => {
  const token = await register('bo@example.com');
  const link = await linkOf(token);
  await page.addInitScript(() => Reflect.deleteProperty(window, 'PublicKeyCredential'));
  await page.goto(link);
  await expect(alert(page)).toContainText('This browser has no passkeys');
  await expect(page.getByRole('button')).toHaveCount(0);
  await seen(page, 'unable');
  await page.goto((await studioAsks()).url);
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Use a passkey' })).toHaveCount(0);

  const plain = await browser.newContext({ javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto(link);
  // Words of `noscript` are found by no text selector.
  await expect(still.locator('noscript')).toBeVisible();
  expect(await still.locator('noscript').textContent()).toContain('This page needs JavaScript');
  if (shots) await still.screenshot({ path: `${shots}/passkeys-no-script.png` });
  await plain.close();
});
