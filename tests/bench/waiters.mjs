// waiters.mjs - so many viewers' connections, each from an address of its own kind; told by its parent what to do.
//   {connect: {host, port, count, path, net}}   connects all from 127.NET.x.y and gets `path` once on each; answers {connected}
//   {ask: PATH}            asks on all; answers {asked}, and {answered, refused, first, last} when all have an answer (UTC milliseconds)
import { connect } from 'node:net';

/** Connections that are made at once. */
const AT_ONCE = 64;
/** Viewers of one address, as behind one router. */
const OF_ONE_ADDRESS = 20;
const viewers = [];

class Viewer {
  #parts = [];
  #done = null;
  #failed = null;

  constructor(from, { host, port }) {
    this.host = `${host}:${port}`;
    this.socket = connect({ host, port, localAddress: from, noDelay: true });
    this.socket.on('data', (piece) => this.#take(piece));
    this.socket.on('error', (error) => this.#failed?.(error));
    this.socket.on('close', () => this.#failed?.(new Error('closed')));
  }

  /** The status, and when the whole answer was there. */
  get(path) {
    return new Promise((resolve, reject) => {
      this.#parts = [];
      [this.#done, this.#failed] = [resolve, reject];
      this.socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.host}\r\nAccept: */*\r\n\r\n`);
    });
  }

  #take(piece) {
    this.#parts.push(piece);
    const all = Buffer.concat(this.#parts);
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = all.subarray(0, end).toString('latin1');
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    const whole = length === undefined ? all.subarray(end).includes('\r\n0\r\n\r\n') : all.length >= end + 4 + Number(length);
    if (whole) this.#done?.({ status: Number(head.slice(9, 12)), at: Date.now() });
  }
}

async function connectAll({ host, port, count, path, net }) {
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, n) => {
      const address = Math.floor((from + n) / OF_ONE_ADDRESS);
      return new Viewer(`127.${net}.${Math.floor(address / 250)}.${(address % 250) + 1}`, { host, port });
    });
    for (const { status } of await Promise.all(some.map((viewer) => viewer.get(path)))) if (status !== 200) throw new Error(`${path}: ${status}`);
    viewers.push(...some);
  }
  return { connected: viewers.length };
}

async function askAll(path) {
  const answers = viewers.map((viewer) => viewer.get(path).catch((error) => ({ status: error.message, at: Date.now() })));
  process.send({ asked: answers.length });
  const all = await Promise.all(answers);
  const good = all.filter((answer) => answer.status === 200).map((answer) => answer.at);
  const refused = [...new Set(all.map((answer) => answer.status).filter((status) => status !== 200))];
  return { answered: good.length, refused, first: good.reduce((a, b) => Math.min(a, b), Infinity), last: good.reduce((a, b) => Math.max(a, b), 0) };
}

process.on('message', async (order) => {
  try {
    process.send(order.connect ? await connectAll(order.connect) : await askAll(order.ask));
  } catch (error) {
    process.send({ error: String(error.message ?? error) });
  }
});
process.on('disconnect', () => process.exit(0));
