// A host signs in, sees the picture, cannot reach the server, goes live, pins, talks, closes the window, loses the studio, takes
// the show up again and ends it; the cloud and its stream agree at each step.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import net from 'node:net';
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

/** The way to the ingest, which can be shut: then it takes connections and never answers. */
const gate = { open: true, sockets: new Set() };
const ingest = JSON.parse(readFileSync(process.env.RUN_FILE, 'utf8')).rtmp.split(':');
const way = net.createServer((socket) => {
  gate.sockets.add(socket);
  socket.on('error', () => {}).on('close', () => gate.sockets.delete(socket));
  if (!gate.open) return;
  const inner = net.connect(Number(ingest[1]), ingest[0]);
  inner.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket.on('close', () => inner.destroy());
  socket.pipe(inner).pipe(socket);
}).listen(Number(process.env.GATE_PORT), '127.0.0.1');

/** Who keeps the machine awake, as the login manager lists it. */
function inhibitors() {
  if (!process.env.FAKE_LOGIND) return null;
  return execFileSync('dbus-send', [`--bus=${process.env.DBUS_SYSTEM_BUS_ADDRESS}`, '--print-reply',
    '--dest=org.freedesktop.login1', '/org/freedesktop/login1', 'org.freedesktop.login1.Manager.ListInhibitors'], { encoding: 'utf8' });
}

/** The studio's process. */
function studioPid() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).find((pid) => {
    try { return readlinkSync(`/proc/${pid}/exe`) === process.env.STUDIO; } catch { return false; }
  });
}

/** The process of that name below another (the kernel keeps 15 letters of it). */
function childOf(parent, name) {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map(Number).find((pid) => {
    try {
      const [, comm, rest] = /\((.*)\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      return comm === name && Number(rest.split(' ')[1]) === parent;
    } catch { return false; }
  });
}

/** Presses the cross of the window with this title; false: there is none. */
function closeWindow(title) {
  try {
    execFileSync('/usr/bin/python3', ['tests/rig/close-window.py', title], { stdio: 'pipe' });
    return true;
  } catch { return false; }
}

const phase = async () => (await window.find('air-state')).attribute('data-phase');

function shoot(name) {
  if (shots) execFileSync('import', ['-window', 'root', `${shots}/${name}.png`]);
}

// A shop with a show that is ready for its host.
const account = await http('POST', '/v1/register', { ...host, name: 'Ada', organization_name: 'Linen & Co' });
const org = account.organizations[0].id;
const product = await http('POST', `/v1/orgs/${org}/products`, {
  title: 'Linen shirt', description: '', url: 'http://localhost/p', currency: 'EUR',
  price_minor: 4900, compare_at_minor: 6900, stock: 214, variants: [],
}, account.token);
const show = await http('POST', `/v1/orgs/${org}/shows`, { title: 'Autumn drop', auto_live: false }, account.token);
const path = `/v1/orgs/${org}/shows/${show.id}`;
await http('PUT', `${path}/lineup`, { items: [{ kind: 'product', product_id: product.id }] }, account.token);
const view = () => http('GET', path, undefined, account.token);

let window = await until('the window opens', 60, () => Window.open(process.env.WEBDRIVER_URL, process.env.STUDIO));
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
  shoot('studio-still');
  step('without a camera the preview shows the still, and nothing is chosen in its place');

  await window.run(`await window.__TAURI_INTERNALS__.invoke('set_source', { source: { kind: 'test_pattern' } })`);
  await until('the preview moves', 20, async () => (await window.run(picture)).hash !== first.hash);
  const moving = await window.run(picture);
  await until('it goes on moving', 20, async () => (await window.run(picture)).hash !== moving.hash);
  step('the host chooses the test pattern: the preview moves');
  shoot('studio-preview');

  const hold = async () => {
    const live = await until('going live is possible', 20, async () => {
      const button = await window.find('go-live');
      return (await button.enabled()) && button;
    });
    await window.hold(live, 900);
  };
  gate.open = false;
  await hold();
  await until('the window says that it is connecting', 10, async () => (await phase()) === 'connecting');
  assert.ok(await (await window.find('cancel-air')).enabled(), 'there is a way out at once');
  await until('a server that never answers is named', 25, () => window.shows('fault', 'the server does not answer'));
  await until('the preview is back within the deadline', 20, async () => (await phase()) === 'preview');
  assert.ok(await window.shows('fault', 'the server does not answer'), 'and the reason stays');
  shoot('studio-no-answer');
  await (await window.find('fault-try_again')).click();
  await until('it is tried again', 10, async () => (await phase()) === 'connecting');
  await (await window.find('cancel-air')).click();
  await until('cancelling is immediate', 5, async () => (await phase()) === 'preview');
  for (const socket of gate.sockets) socket.destroy();
  gate.open = true;
  step('a server that never answers is named within its deadline; trying again and cancelling work');

  if (inhibitors()) assert.doesNotMatch(inhibitors(), /Vitrine/, 'off air the machine may sleep');
  await hold();
  await until('the cloud says live', 40, async () => (await view()).state === 'live');
  await until('the window says live', 20, async () =>
    (await (await window.find('air-state')).attribute('data-phase')) === 'live');
  step('holding the key goes live');
  if (inhibitors()) {
    await until('the machine stays awake', 10, () => /sleep:idle[\s\S]*Vitrine/.test(inhibitors()));
    step('the machine stays awake while live');
  }

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

  // A toast says why the desk cannot be left; then somebody closes the window.
  // (Pressed by the page: the driver takes the line of the button's own icon for something above it.)
  await window.run(`document.querySelector('button[aria-label="Leave the desk"]').click()`);
  await until('a toast says why not', 5, () => window.shows('toasts', 'You are on air'));
  closeWindow('Vitrine');
  // It fades in: at first there is nothing to read.
  const closing = await until('a question', 20, async () => (await window.find('closing')).text());
  assert.match(closing, /is live and .* watching/);
  assert.match(closing, /stays open for a while/);
  const reached = await window.run(`
    const button = document.querySelector('[data-testid="toasts"] button:last-child');
    if (!button) return 'the toast is gone';
    const at = button.getBoundingClientRect();
    return button.contains(document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2));`);
  assert.equal(reached, true, 'a toast can be pressed above a dialog');
  shoot('studio-closing');
  await window.press('closing-stay');
  assert.equal((await view()).state, 'live');
  step('closing the window while live asks, and staying keeps the show');

  // A page that does not answer cannot ask: the system does.
  const page = childOf(studioPid(), 'WebKitWebProces');
  process.kill(page, 'SIGSTOP');
  try {
    closeWindow('Vitrine');
    await until('the system asks', 20, () => closeWindow('Close the studio?'));
  } finally {
    process.kill(page, 'SIGCONT');
  }
  await window.press('closing-stay');
  assert.equal((await view()).state, 'live');
  step('a window whose page hangs can be closed, and stays when that is not meant');

  // A page whose process dies is loaded again, and the show goes on meanwhile. The driver's session dies with the page: that the new
  // one lives is seen by who asks about closing.
  process.kill(page, 'SIGKILL');
  await until('the page is loaded again', 60, async () => {
    const next = childOf(studioPid(), 'WebKitWebProces');
    if (!next || next === page || !closeWindow('Vitrine')) return false;
    await new Promise((done) => setTimeout(done, 5_000));
    return !closeWindow('Close the studio?');
  });
  assert.equal((await view()).state, 'live');
  step('a page that dies is loaded again, and the show goes on');

  // The studio is killed in mid-show; the next start offers to take it up again.
  process.kill(studioPid(), 'SIGKILL');
  await until('the show is interrupted', 20, async () => (await view()).state === 'interrupted');
  await window.close().catch(() => {});
  window = await until('the window opens again', 60, () => Window.open(process.env.WEBDRIVER_URL, process.env.STUDIO));
  await window.find('take-up', 60);
  await until('the show is named', 20, async () => /Autumn drop/.test(await (await window.find('take-up')).text()));
  shoot('studio-take-up');
  await until('the show can be taken up', 20, async () => (await window.find('take-up-go')).enabled());
  await window.press('take-up-go');
  await until('the window says live', 60, async () => (await phase()) === 'live');
  await until('the show is live again', 20, async () => (await view()).state === 'live');
  step('after a crash one press takes the show up again');

  await (await window.find('end-show')).click();
  await window.press('end-confirm');
  await until('the cloud says ended', 30, async () => (await view()).state === 'ended');
  await window.find('ended', 20);
  step('ending asks once and ends');
  if (inhibitors()) {
    await until('the machine may sleep again', 10, () => !/Vitrine/.test(inhibitors()));
    step('the machine may sleep again after the show');
  }
} catch (error) {
  shoot('studio-failed');
  throw error;
} finally {
  await window.close().catch(() => {});
  way.close();
  for (const socket of gate.sockets) socket.destroy();
}
