// A bad line between two network namespaces of its own: a rate, a short queue before it, a delay that varies, and lost packets.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, Skip } from './nest.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const [NEAR_IP, FAR_IP] = ['192.0.2.1', '192.0.2.2'];
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

const run = (program, ...args) => execFileSync(program, args, { env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/**
 * Makes the line; it goes with the nest. `rate` as tc takes it holds for what the near end sends, `lossPercent` of that is lost; delay
 * and jitter are those of one way. A machine that does not permit it: `Skip`.
 */
export async function makeLine(nest, { rate, delayMs, jitterMs, lossPercent }) {
  if (process.getuid() !== 0) throw new Skip('network namespaces need root');
  if (!existsSync('/dev/net/tun')) throw new Skip('this machine has no /dev/net/tun');
  const [near, far] = [`vb-near-${process.pid}`, `vb-far-${process.pid}`];
  nest.atEnd(() => {
    if (!existsSync('/run/netns')) return;
    for (const name of readdirSync('/run/netns').filter((one) => [near, far].includes(one))) run('ip', 'netns', 'del', name);
  });
  try {
    for (const name of [near, far]) {
      run('ip', 'netns', 'add', name);
      run('ip', '-n', name, 'link', 'set', 'lo', 'up');
    }
    const forwarder = nest.start('line', 'python3', [join(ROOT, 'tests/rig/long-line.py'), near, far, String(delayMs), String(jitterMs)]);
    await eventually('the line is there', () => {
      if (forwarder.hasEnded) throw Object.assign(new Error(nest.tail('line')), { isFinal: true });
      return nest.tail('line').includes('ready');
    }, 10_000);
    for (const [name, own, peer] of [[near, NEAR_IP, FAR_IP], [far, FAR_IP, NEAR_IP]]) {
      run('ip', '-n', name, 'address', 'add', own, 'peer', peer, 'dev', 'line');
      run('ip', '-n', name, 'link', 'set', 'line', 'up');
    }
    run('ip', 'netns', 'exec', near, 'tc', 'qdisc', 'replace', 'dev', 'line', 'root', 'tbf', 'rate', rate, 'burst', '8kb', 'limit', '48kb');
    // Where it arrives: a sender would notice what its own machine drops.
    const rules = join(nest.folder, 'line.nft');
    writeFileSync(rules, `table inet line { chain lose { type filter hook input priority 0; meta l4proto tcp numgen random mod 1000 < ${Math.round(lossPercent * 10)} drop; }; }\n`);
    run('ip', 'netns', 'exec', far, 'nft', '-f', rules);
  } catch (error) {
    throw new Skip(`the line cannot be made here: ${String(error.stderr || error.message).trim().split('\n').pop()}`);
  }
  const farChromium = join(nest.folder, 'chromium-far');
  return {
    nearIp: NEAR_IP,
    /** How the near end's TCP finds its rate: `cubic`. */
    congestion: run('ip', 'netns', 'exec', near, 'cat', '/proc/sys/net/ipv4/tcp_congestion_control').trim(),
    /** What starts a program at the near end: `[program, ...arguments before its own]`. */
    atNear: ['ip', 'netns', 'exec', near],
    /** A program that starts another at the far end with the arguments it is given. */
    farProgram: (program) => {
      writeFileSync(farChromium, `#!/bin/sh\nexec ip netns exec ${far} ${program} "$@"\n`);
      chmodSync(farChromium, 0o755);
      return farChromium;
    },
  };
}
