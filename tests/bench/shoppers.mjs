// shoppers.mjs - so many shoppers' sockets, each from an address of its own kind; told by its parent what to do.
//   {connect: {kind, host, port, count, net, show, channel | path}}   each gets a viewer token and says hello (kind `ours`), or opens `path`
//                (kind `peer`); answers {connected}
//   {count: true}   answers what was heard since the last time: {frames, bytes, reloads, lost}
// As the widget does, a shopper who hears `lineup_changed` asks for the channel again, within four seconds, with the ETag of what it has.
import { request } from 'node:http';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';

const AT_ONCE = 64;
/** Shoppers of one address, as behind one router. */
const OF_ONE_ADDRESS = 20;
const RELOAD_SPREAD_MS = 4_000;
const PING_EVERY_MS = 20_000;
const heard = { frames: 0, bytes: 0, reloads: 0, lost: 0 };
const shoppers = [];

class Shopper {
  #rest = Buffer.alloc(0);
  #isOpen = false;
  #timer = null;
  #etag = null;

  constructor(from, where) {
    Object.assign(this, { from, where });
  }

  async enter() {
    const { kind, host, port, show, path } = this.where;
    const token = kind === 'ours' ? JSON.parse(await this.#ask('POST', `/v1/public/shows/${show}/viewers`)).token : null;
    this.socket = connect({ host, port, localAddress: this.from, noDelay: true });
    const key = randomBytes(16).toString('base64');
    const target = kind === 'ours' ? '/v1/rtm' : path;
    this.socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
    await new Promise((resolve, reject) => {
      this.socket.on('data', (piece) => this.#take(piece, resolve, reject));
      this.socket.on('error', reject);
      this.socket.on('close', () => { heard.lost += 1; reject(new Error('closed')); });
    });
    if (kind === 'ours') this.#say({ t: 'hello', token, show });
    if (kind === 'ours') setInterval(() => this.#say({ t: 'ping' }), PING_EVERY_MS + Math.random() * 5_000);
  }

  #take(piece, opened, failed) {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece;
    if (!this.#isOpen) {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const status = this.#rest.subarray(9, 12).toString();
      if (status !== '101') return failed(new Error(`the socket was answered ${status}`));
      this.#isOpen = true;
      this.#rest = this.#rest.subarray(end + 4);
      opened();
    }
    // Frames of a server are not masked (RFC 6455, section 5.2).
    while (this.#rest.length >= 2) {
      let [length, at] = [this.#rest[1] & 0x7f, 2];
      if (length === 126) [length, at] = [this.#rest.length >= 4 ? this.#rest.readUInt16BE(2) : Infinity, 4];
      else if (length === 127) [length, at] = [this.#rest.length >= 10 ? Number(this.#rest.readBigUInt64BE(2)) : Infinity, 10];
      if (this.#rest.length < at + length) return;
      if ((this.#rest[0] & 0x0f) === 1) this.#hear(this.#rest.subarray(at, at + length));
      else if ((this.#rest[0] & 0x0f) === 9) this.#send(0x8a, this.#rest.subarray(at, at + length));
      this.#rest = this.#rest.subarray(at + length);
    }
  }

  #hear(text) {
    heard.frames += 1;
    heard.bytes += text.length;
    if (this.#timer === null && text.includes('"lineup_changed"')) {
      this.#timer = setTimeout(() => void this.#reload(), Math.random() * RELOAD_SPREAD_MS);
    }
  }

  async #reload() {
    this.#timer = null;
    heard.reloads += 1;
    await this.#ask('GET', this.where.channel).catch(() => (heard.lost += 1));
  }

  /** A request on a connection of its own; the body of the answer. */
  #ask(method, path) {
    const { host, port } = this.where;
    const headers = { ...(this.#etag && { 'if-none-match': this.#etag }) };
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, path, method, headers, localAddress: this.from, agent: false }, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => {
          if (method === 'GET') this.#etag = answer.headers.etag ?? this.#etag;
          const good = answer.statusCode < 400;
          if (good) resolve(Buffer.concat(parts).toString());
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${Buffer.concat(parts)}`));
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  #say = (frame) => this.#send(0x81, Buffer.from(JSON.stringify(frame)));

  #send(kind, payload) {
    const mask = randomBytes(4);
    const head = payload.length < 126 ? Buffer.from([kind, 0x80 | payload.length]) : Buffer.from([kind, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
    const body = Buffer.from(payload);
    for (let at = 0; at < body.length; at += 1) body[at] ^= mask[at % 4];
    this.socket.write(Buffer.concat([head, mask, body]));
  }
}

async function connectAll({ count, net, ...where }) {
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, n) => {
      const address = Math.floor((from + n) / OF_ONE_ADDRESS);
      return new Shopper(`127.${net}.${Math.floor(address / 250)}.${(address % 250) + 1}`, where);
    });
    await Promise.all(some.map((shopper) => shopper.enter()));
    shoppers.push(...some);
  }
  return { connected: shoppers.length };
}

process.on('message', async (order) => {
  try {
    if (order.connect) return process.send(await connectAll(order.connect));
    process.send({ ...heard });
    Object.assign(heard, { frames: 0, bytes: 0, reloads: 0 });
  } catch (error) {
    process.send({ error: String(error.message ?? error) });
  }
});
process.on('disconnect', () => process.exit(0));
