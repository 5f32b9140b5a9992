// An idle server's memory.
import { program, startCloud } from './lib/cloud.mjs';
import { familyOf, memoryOf } from './lib/family.mjs';
import { median, ROUNDS, say, sleep } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';

export const names = ['serve_idle_memory_mb'];
const IDLE_MS = 5_000;

export async function measure(nest) {
  const rounds = { ours: [], peer: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const cloud = await startCloud(nest, `cloud${round}`);
    const nginx = await startNginx(nest, `nginx${round}`);
    await sleep(IDLE_MS);
    for (const [whose, pid] of [['ours', cloud.pid], ['peer', nginx.pid]]) {
      const family = familyOf(pid).map(memoryOf);
      rounds[whose].push(total(family, 'Pss'));
      say(`${whose}: ${family.length} processes, PSS ${total(family, 'Pss').toFixed(1)} MB, RSS ${total(family, 'Rss').toFixed(1)} MB, private ${total(family, 'Private').toFixed(1)} MB`);
    }
    cloud.child.kill('SIGTERM');
    nginx.child.kill('SIGTERM');
  }
  return [{
    name: names[0],
    ours: median(rounds.ours),
    peer: { name: 'nginx_rtmp', value: median(rounds.peer) },
    goal: 60,
    rounds,
    how: program().build,
  }];
}

const total = (family, what) => family.reduce((sum, one) => sum + one[what], 0);
