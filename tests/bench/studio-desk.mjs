// Runs on the screen that webdriver.sh made: the studio on air, then OBS, in alternating rounds. Writes what each used.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until, Window } from '../desktop/driver.mjs';
import { cpuOf, familyOf, memoryOf } from './lib/family.mjs';
import { sleep } from './lib/nest.mjs';
import { writeObs } from './lib/obs.mjs';

const bench = JSON.parse(process.env.BENCH);
const KEY = 'obs';
const shots = process.env.VITRINE_SHOTS;
const shoot = (name) => shots && execFileSync('import', ['-window', 'root', `${shots}/${name}.png`]);
const account = { email: 'bench@example.com', password: 'correct horse battery' };

const isObs = (name) => name.startsWith(KEY);

/** Pictures a second in the newest recording of OBS, or of the studio, which publishes under another key each time. */
function rateOf(who) {
  const files = readdirSync(bench.recordings).filter((name) => isObs(name) === (who === 'obs'))
    .sort((a, b) => statSync(join(bench.recordings, a)).mtimeMs - statSync(join(bench.recordings, b)).mtimeMs);
  const times = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', join(bench.recordings, files.at(-1))], { encoding: 'utf8', maxBuffer: 1 << 28 })
    .split('\n').map(Number.parseFloat).filter(Number.isFinite);
  return (times.length - 1) / (times.at(-1) - times[0]);
}

/** What a family uses while it sends, from a moment after it began. */
async function use(pid, who, end) {
  await sleep(8_000);
  const family = familyOf(pid);
  const [before, start] = [cpuOf(family), performance.now()];
  await sleep(bench.seconds * 1_000);
  const [cpu, seconds] = [cpuOf(family) - before, (performance.now() - start) / 1_000];
  const memory = family.reduce((sum, one) => sum + memoryOf(one).Pss, 0);
  shoot(`bench-${who}`);
  await end();
  await sleep(1_000);
  const rate = rateOf(who);
  return { cpu, seconds, memory, frames: rate * seconds, rate, processes: family.length };
}

const studioPid = () =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).find((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/exe`) === bench.studio;
    } catch {
      return false;
    }
  });

let window;

/** A window of its own for each round, as OBS has: what is not measured does not run. Signs in once; the keyring remembers. */
async function openWindow() {
  window = await until('the window opens', 60, () => Window.open(process.env.WEBDRIVER_URL, bench.studio));
  const shown = await until('the first page', 60, async () => {
    for (const id of ['shows', 'sign-in']) if ((await window.css(`[data-testid="${id}"]`)).length > 0) return id;
    return false;
  });
  if (shown === 'shows') return;
  await window.fill('cloud-url', bench.cloud);
  await window.fill('email', account.email);
  await window.fill('password', account.password);
  await (await window.find('sign-in')).click();
  await window.find('shows', 30);
}

const invoke = (command, args) => window.run(`return await window.__TAURI_INTERNALS__.invoke(a[0], a[1])`, command, args);
const phase = async () => (await window.find('air-state')).attribute('data-phase');

/** The studio on air with the film and the pinned product's lower third. */
async function ours() {
  await openWindow();
  await window.run(`location.hash = '#/desk/' + a[0]`, bench.show.id);
  await window.find('go-live', 30);
  await invoke('set_quality', { quality: 'p720' });
  await invoke('set_microphone', { id: null });
  await invoke('set_source', { source: { kind: 'file', path: bench.film } });
  await window.hold(await window.find('go-live'), 900);
  await until('live', 60, async () => (await phase()) === 'live');
  const [pin] = await until('the product can be pinned', 20, async () => {
    const found = await window.css('[data-testid="run-row"] button.pin');
    return found.length > 0 && found;
  });
  await pin.click();
  return use(studioPid(), 'studio', async () => {
    await invoke('cancel_air', {});
    await window.close().catch(() => {});
  });
}

/** OBS on air with the same. Answers when it has ended. */
async function obs() {
  writeObs({ home: join(bench.folder, 'obs'), server: bench.server, key: KEY, film: bench.film, lines: ['Linen shirt', '€49'] });
  const child = spawn('obs', ['--startstreaming', '--multi', '--profile', 'Bench', '--collection', 'Bench', '--disable-updater', '--disable-missing-files-check'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, HOME: join(bench.folder, 'obs'), XDG_CONFIG_HOME: join(bench.folder, 'obs/.config') },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await until('obs records', 40, () => readdirSync(bench.recordings).some(isObs));
  return use(child.pid, 'obs', async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(5_000)]);
    child.kill('SIGKILL');
    await ended;
  });
}

const found = { ours: [], obs: [], version: execFileSync('obs', ['--version'], { encoding: 'utf8' }).match(/[\d.]+/)?.[0] ?? '' };
for (let round = 0; round < bench.rounds; round += 1) {
  found.obs.push(await obs());
  found.ours.push(await ours());
}
writeFileSync(bench.answer, JSON.stringify(found));
process.exit(0);
