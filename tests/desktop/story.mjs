// A host signs in, sees the picture, goes live, pins, talks and ends; the cloud and its stream agree at each step.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Window, until } from './driver.mjs';

const cloud = `http://${JSON.parse(readFileSync(process.env.RUN_FILE, 'utf8')).http}`;
const shots = process.env.VITRINE_SHOTS;
const host = { email: 'host@example.com', password: 'correct horse battery' };

async function http(method, path, body, token) {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(`${cloud}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

function step(words) {
  console.log(`ok    ${words}`);
}

function shoot(name) {
  if (shots) execFileSync('import', ['-window', 'root', `${shots}/${name}.png`]);
}

// A shop with a show that is ready for its host.
const account = await http('POST', '/v1/register', { ...host, name: 'Ada', organization_name: 'Linen & Co' });
const org = account.organizations[0].id;
const product = await http('POST', `/v1/orgs/${org}/products`, {
  title: 'Linen shirt', description: '', url: 'http://localhost/p', image_url: null, currency: 'EUR',
  price_minor: 4900, compare_at_minor: 6900, stock: 214, variants: [],
}, account.token);
const show = await http('POST', `/v1/orgs/${org}/shows`, { title: 'Autumn drop', auto_live: false }, account.token);
const path = `/v1/orgs/${org}/shows/${show.id}`;
await http('PUT', `${path}/lineup`, { items: [{ kind: 'product', product_id: product.id }] }, account.token);
const view = () => http('GET', path, undefined, account.token);

const window = await until('the window opens', 60, () => Window.open(process.env.WEBDRIVER_URL, process.env.STUDIO));
try {
  // A wrong password gets a sentence.
  await window.find('sign-in', 60);
  await window.fill('cloud-url', cloud);
  await window.fill('email', host.email);
  await window.fill('password', 'not the password');
  await (await window.find('sign-in')).click();
  assert.match(await (await window.find('sign-in-error')).text(), /\w+ .*\./);
  step('a wrong password is refused with a sentence');

  await window.fill('password', host.password);
  await (await window.find('sign-in')).click();
  await window.find('shows', 30);
  step('the host signs in');

  await window.run(`await window.__TAURI_INTERNALS__.invoke('set_quality', { quality: 'p360' })`);
  await window.run(`location.hash = '#/desk/' + a[0]`, show.id);
  await window.find('go-live', 30);
  await until('without a camera the studio says so', 20, () => window.shows('fault', 'No camera was found'));
  const picture = `
    const canvas = document.querySelector('[data-testid="preview"] canvas') ?? document.querySelector('canvas');
    if (!canvas?.width) return null;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0, hash = 0;
    for (let i = 0; i < data.length; i += 4 * 97) { sum += data[i] + data[i + 1] + data[i + 2]; hash = (hash * 31 + data[i]) | 0; }
    return { mean: sum / (data.length / (4 * 97)) / 3, hash };`;
  const first = await until('the preview shows a picture', 30, async () => {
    const seen = await window.run(picture);
    return seen && seen.mean > 8 && seen;
  });
  await until('the preview moves', 20, async () => (await window.run(picture)).hash !== first.hash);
  step('the preview shows a moving picture, and says that it is the test pattern');
  shoot('studio-preview');

  const live = await until('going live is possible', 20, async () => {
    const button = await window.find('go-live');
    return (await button.enabled()) && button;
  });
  await window.hold(live, 900);
  await until('the cloud says live', 40, async () => (await view()).state === 'live');
  await until('the window says live', 20, async () =>
    (await (await window.find('air-state')).attribute('data-phase')) === 'live');
  step('holding the key goes live');

  const stream = `${cloud}/live/${show.id}/index.m3u8`;
  await until('the stream plays', 40, async () => {
    const multivariant = await (await fetch(stream)).text();
    const rung = multivariant.split('\n').find((line) => line && !line.startsWith('#'));
    if (!rung) return false;
    const playlist = await (await fetch(new URL(rung, stream))).text();
    const segment = playlist.split('\n').find((line) => /\.m4s$/.test(line));
    if (!segment) return false;
    const media = await fetch(new URL(segment, new URL(rung, stream)));
    return media.ok && (await media.arrayBuffer()).byteLength > 10_000;
  });
  step('the stream plays');

  const uplink = await until('the uplink has a figure', 20, async () => {
    const text = await (await window.find('bitrate')).text();
    return /\d/.test(text) && text;
  });
  console.log(`      the uplink reads: ${uplink.replaceAll('\n', ' ')}`);

  const [pin] = await until('the product can be pinned', 20, async () => {
    const found = await window.css('[data-testid="run-row"] button.pin');
    return found.length > 0 && found;
  });
  await pin.click();
  const pinned = await until('the cloud has the pin', 20, async () => (await view()).highlight);
  assert.equal(pinned.card.title, 'Linen shirt');
  assert.ok(Number.isFinite(pinned.media_time_ms), 'a pin from the studio lies on the media clock');
  await until('the window shows the pin', 20, () => window.shows('pinned-title', 'Linen shirt'));
  step('a pin reaches the cloud with its media time');

  await window.run(`
    const field = document.querySelector('[data-testid="say"]');
    const input = field.matches('input,textarea') ? field : field.querySelector('input,textarea');
    input.focus(); input.value = a[0]; input.dispatchEvent(new Event('input', { bubbles: true }));
    (input.form ?? field.closest('form')).requestSubmit();`, 'Welcome, everybody!');
  await until('the chat shows it', 20, () => window.shows('message', 'Welcome, everybody!'));
  step('the host is heard in the chat');
  shoot('studio-live');

  await (await window.find('end-show')).click();
  await (await window.find('end-confirm')).click();
  await until('the cloud says ended', 30, async () => (await view()).state === 'ended');
  await window.find('ended', 20);
  step('ending asks once and ends');
} catch (error) {
  shoot('studio-failed');
  throw error;
} finally {
  await window.close().catch(() => {});
}
