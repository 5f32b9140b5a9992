// A cloud and a shop that only pretend, for looking at every screen of the widget without a backend.
// The cloud on http://127.0.0.1:CLOUD_PORT, the shop on http://localhost:SHOP_PORT: two sites, as in a real shop.
// The picture is made by ffmpeg (plain HLS with program dates). Scenes are set with POST /dev {state?, pin?, clear?, chat?, …}.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';

const cloudPort = Number(process.env.CLOUD_PORT ?? 4801);
const shopPort = Number(process.env.SHOP_PORT ?? 4802);
const tall = process.env.TALL === '1';
const cloudUrl = `http://127.0.0.1:${cloudPort}`;
const shopUrl = `http://localhost:${shopPort}`;
const here = join(import.meta.dirname, '..');
const widgetDist = process.env.VITRINE_WIDGET_OUT ?? join(here, 'dist');
const shopDist = join(here, '../demo-shop/dist');
const { products: sold, currency } = JSON.parse(readFileSync(join(here, '../demo-shop/public/products.json'), 'utf8'));

// --- the show
let ids = 0;
const id = () => `0199f0a0-0000-7000-8000-${String((ids += 1)).padStart(12, '0')}`;
const products = sold.map((product) => ({
  product_id: id(),
  title: product.title,
  url: `${shopUrl}/products/${product.slug}`,
  image_url: shopUrl + product.image,
  currency,
  price_minor: product.price_minor,
  compare_at_minor: product.compare_at_minor,
  stock: product.stock,
  variants: product.variants.map((variant) => ({ id: id(), ...variant })),
}));
const coupon = { coupon_id: id(), code: 'LIVE10', title: '10 % off during the show' };
const show = {
  id: id(),
  org_id: id(),
  channel: 'demo',
  title: 'Autumn drop, live from the studio',
  cover_url: null,
  state: 'live',
  scheduled_at: new Date(Date.now() + 7_384_000).toISOString(),
  live_at: new Date().toISOString(),
  ended_at: null,
  viewers: 1284,
};
let cart = 'ok';
let picture = true;
const orders = [];
const highlights = [];
const messages = [];
const said = new Map(); // what each mark of each author became
const publicShow = () => ({
  ...show,
  playback_url: show.state === 'live' || show.state === 'interrupted' ? `${cloudUrl}/live/index.m3u8` : null,
  rtm_url: `ws://127.0.0.1:${cloudPort}/v1/rtm`,
  products,
  coupons: [{ id: coupon.coupon_id, title: coupon.title }],
  highlight: highlights.at(-1)?.action === 'show' ? highlights.at(-1) : null,
});

// --- the picture
const media = mkdtempSync(join(tmpdir(), 'vitrine-dev-'));
const size = tall ? '360x640' : '640x360';
const ffmpeg = spawn(
  'ffmpeg',
  [
    ...'-loglevel error -re -f lavfi'.split(' '),
    ...['-i', `gradients=s=${size}:r=15:c0=0xd7b59a:c1=0x7a8c78:c2=0x3f4d5c:c3=0xe8d8c4:n=4:speed=0.02,drawtext=text='%{localtime\\:%H\\\\\\:%M\\\\\\:%S}':fontsize=44:fontcolor=white:x=(w-tw)/2:y=h/3`],
    ...'-f lavfi -i sine=frequency=330:sample_rate=44100 -af volume=0.05'.split(' '),
    ...'-c:v libx264 -preset ultrafast -tune zerolatency -g 15 -b:v 700k -pix_fmt yuv420p -c:a aac -b:a 64k'.split(' '),
    ...'-f hls -hls_time 1 -hls_list_size 8 -hls_flags delete_segments+program_date_time+independent_segments'.split(' '),
    join(media, 'index.m3u8'),
  ],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);

// --- the room
const sockets = new Set();
let seq = 0;
const tick = (...events) => {
  seq += 1;
  const text = JSON.stringify({ t: 'tick', seq, events });
  for (const socket of sockets) socket.send(text);
};
const say = (author, text) => {
  const message = { id: id(), at: new Date().toISOString(), author, text };
  messages.push(message);
  tick({ e: 'chat', ...message });
  return message.id;
};
const pin = (card, action = 'show', at = Date.now()) => {
  const last = highlights.at(-1);
  const highlight = { id: action === 'clear' ? last.id : id(), action, media_time_ms: null, at: new Date(at).toISOString(), card };
  highlights.push(highlight);
  tick({ e: 'highlight', highlight });
};
function act(order) {
  if (order.show) Object.assign(show, order.show);
  for (const [at, patch] of Object.entries(order.products ?? {})) Object.assign(products[at], patch);
  if (order.products) tick({ e: 'lineup_changed' });
  if (order.state) {
    show.state = order.state;
    show.ended_at = show.state === 'ended' ? new Date().toISOString() : null;
    const { playback_url } = publicShow();
    tick({ e: 'state', state: show.state, live_at: show.live_at, ...(playback_url && { playback_url }), ...(show.ended_at && { ended_at: show.ended_at }) });
  }
  if (order.pin === 'coupon') pin({ kind: 'coupon', ...coupon }, 'show', Date.now() + (order.inMs ?? 0));
  else if (order.pin !== undefined) pin({ kind: 'product', ...products[order.pin] }, 'show', Date.now() + (order.inMs ?? 0));
  if (order.clear) pin(highlights.at(-1).card, 'clear');
  for (const [name, text, role = 'viewer'] of order.chat ?? []) say({ id: name, name, role }, text);
  if (order.react) tick({ e: 'reactions', counts: order.react });
  if (order.viewers) tick({ e: 'viewers', count: (show.viewers = order.viewers) });
  if (order.cart) cart = order.cart;
  if (order.picture !== undefined) picture = order.picture;
  if (order.drop) for (const socket of sockets) socket.close(1012);
}

// --- the doors
const types = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html', '.svg': 'image/svg+xml', '.json': 'application/json', '.m3u8': 'application/vnd.apple.mpegurl', '.ts': 'video/mp2t' };
const answer = (res, status, body, type = status < 400 ? 'application/json' : 'application/problem+json', cache = 'no-store') => {
  res.writeHead(status, { 'content-type': type, 'access-control-allow-origin': '*', 'cache-control': cache });
  res.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
};
const file = (res, folder, path) => {
  const name = join(folder, normalize(path));
  if (!existsSync(name) || !statSync(name).isFile()) return answer(res, 404, { code: 'not_found', detail: 'No such file.' });
  // A page that may not be stored would stay out of the back-forward cache.
  answer(res, 200, readFileSync(name), types[extname(name)] ?? 'application/octet-stream', extname(name) === '.m3u8' ? 'no-store' : 'no-cache');
};
const body = (req) =>
  new Promise((resolve) => {
    let text = '';
    req.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text ? JSON.parse(text) : {}));
  });

const cloud = createServer(async (req, res) => {
  const { pathname } = new URL(req.url, cloudUrl);
  if (req.method === 'POST' && pathname === '/dev') return act(await body(req)), answer(res, 200, publicShow());
  if (pathname.startsWith('/widget/')) return file(res, widgetDist, pathname.slice(8));
  if (pathname.startsWith('/live/')) return picture ? file(res, media, pathname.slice(6)) : answer(res, 503, '');
  if (pathname === '/v1/public/channels/demo') return answer(res, 200, { show: publicShow(), reason: 'live' });
  if (pathname.endsWith('/viewers')) {
    const { nickname = 'Guest' } = await body(req);
    if (nickname === 'admin') return answer(res, 400, { code: 'invalid_request', detail: 'no', retryable: false });
    return answer(res, 201, { token: nickname, viewer_id: `v-${nickname}`, nickname, expires_at: new Date(Date.now() + 3.6e6).toISOString() });
  }
  if (pathname === `/v1/public/shows/${show.id}`) return answer(res, 200, publicShow());
  // What the browser stories ask for as staff.
  if (pathname === '/v1/sessions') return await body(req), answer(res, 201, { token: 'vts_dev' });
  if (pathname.endsWith('/coupons')) return answer(res, 200, { items: [{ id: coupon.coupon_id, ...coupon }] });
  if (pathname.endsWith('/orders')) return answer(res, 200, { items: orders });
  if (pathname.endsWith('/highlights/clear')) return pin(highlights.at(-1).card, 'clear'), answer(res, 200, highlights.at(-1));
  if (pathname.endsWith('/highlights')) {
    const { product_id } = await body(req);
    const product = products.find((one) => one.product_id === product_id);
    pin(product ? { kind: 'product', ...product } : { kind: 'coupon', ...coupon });
    return answer(res, 201, highlights.at(-1));
  }
  answer(res, 404, { code: 'not_found' });
}).listen(cloudPort, '127.0.0.1');

new WebSocketServer({ server: cloud, path: '/v1/rtm' }).on('connection', (socket) => {
  let you;
  socket.on('close', () => sockets.delete(socket));
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    if (frame.t === 'hello') {
      you = { id: `v-${frame.token}`, name: frame.token, role: 'viewer' };
      sockets.add(socket);
      const snapshot = { state: show.state, live_at: show.live_at, viewers: show.viewers, messages: messages.slice(-50), highlights: highlights.slice(-8) };
      socket.send(JSON.stringify({ t: 'welcome', epoch: 'e1', seq, you, snapshot }));
    } else if (frame.t === 'chat') {
      if (/spam/.test(frame.text)) socket.send(JSON.stringify({ t: 'error', code: 'rate_limited', message: 'slow', retryable: true, mark: frame.mark }));
      else {
        const key = `${you.id} ${frame.mark}`;
        if (!said.has(key)) said.set(key, say(you, frame.text));
        socket.send(JSON.stringify({ t: 'accepted', mark: frame.mark, id: said.get(key) }));
      }
    } else if (frame.t === 'reaction') tick({ e: 'reactions', counts: { [frame.kind]: 1 } });
    else if (frame.t === 'ping') socket.send('{"t":"pong"}');
  });
});

const shop = createServer(async (req, res) => {
  const { pathname } = new URL(req.url, shopUrl);
  if (pathname === '/config.json') return answer(res, 200, { cloud_url: cloudUrl, channel: 'demo' });
  if (pathname === '/checkout' && req.method === 'POST') {
    if (cart === 'broken') return answer(res, 503, { code: 'cloud_unreachable', detail: 'The shop cannot take orders right now.' });
    const { lines, number } = await body(req);
    const before = orders.find((order) => order.number === number);
    if (before) return answer(res, 200, { order_id: before.id, ...before });
    const price = (sku) => sold.flatMap((p) => p.variants).find((v) => v.sku === sku)?.price_minor ?? 0;
    const total = lines.reduce((sum, line) => sum + price(line.sku) * line.quantity, 0);
    const order = { id: id(), number, external_ref: `HT-${1000 + ids}`, total_minor: total, currency };
    orders.push(order);
    return answer(res, 201, { order_id: order.id, ...order });
  }
  file(res, shopDist, extname(pathname) ? pathname : 'index.html');
}).listen(shopPort, 'localhost');

// Said once both can be asked.
await Promise.all([cloud, shop].map((server) => server.listening || once(server, 'listening')));
// The same run file that the real demo writes, so that the browser stories find their way here too.
if (process.env.VITRINE_DEMO_RUN_FILE) {
  const sign_ins = [{ role: 'owner', email: 'dev@example.com', password: 'dev' }];
  const run = { pid: process.pid, cloud_url: cloudUrl, shop_url: shopUrl, sign_ins, org_id: show.org_id, show_id: show.id };
  writeFileSync(process.env.VITRINE_DEMO_RUN_FILE, JSON.stringify(run));
}
console.log(`shop: ${shopUrl}\ncloud: ${cloudUrl}`);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    // The encoder writes until it is gone.
    ffmpeg.once('exit', () => (rmSync(media, { recursive: true, force: true }), process.exit(0)));
    if (!ffmpeg.kill()) process.exit(0);
  });
}
