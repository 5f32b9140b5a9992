// A figure's line on standard output, and its row in docs/bench/RESULTS.md.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

const FILE = join(import.meta.dirname, '../../../docs/bench/RESULTS.md');
const HEAD = ['figure', 'ours', 'peer', 'ratio', 'goal', '', 'rounds (ours / peer)', 'how', 'measured'];

export class Results {
  #rows = readRows();

  /**
   * `{name, ours, peer: {name, value} | null, goal, rounds: {ours, peer}, how}`; lower is better, unless `isMoreBetter`.
   * `digits` after the point where two are too few.
   */
  add({ name, ours, peer, goal, rounds, how, isMoreBetter = false, digits = 2 }) {
    const show = (value) => value.toFixed(value < 10 ? digits : 1);
    const list = (values) => values.map(show).join(' ');
    const verdict = (isMoreBetter ? ours >= goal : ours <= goal) ? 'ok' : 'SHORT';
    const ratio = peer?.value ? show(ours / peer.value) : '-';
    console.log(
      `bench ${name} ours=${show(ours)} peer=${peer ? `${peer.name}:${show(peer.value)}` : 'none'} ratio=${ratio} goal${isMoreBetter ? '>' : '<'}=${goal} ${verdict}`,
    );
    const round = rounds ? `${list(rounds.ours)}${rounds.peer ? ` / ${list(rounds.peer)}` : ''}` : '';
    const peerText = peer ? `${show(peer.value)} (${peer.name})` : 'none';
    this.#rows.set(name, [
      `\`${name}\``, show(ours), peerText, ratio, `${isMoreBetter ? '≥' : '≤'} ${goal}`, verdict, round, how, machine(),
    ]);
  }

  write() {
    const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '/')).join(' | ')} |`;
    const rows = [...this.#rows.values()].map(line).join('\n');
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(FILE, `${INTRODUCTION}\n${line(HEAD)}\n${line(HEAD.map(() => '---'))}\n${rows}\n\n${EXPLANATION}`);
  }
}

/** Rows of figures that are not measured this time stay as they are. */
function readRows() {
  const rows = new Map();
  if (!existsSync(FILE)) return rows;
  for (const line of readFileSync(FILE, 'utf8').split('\n')) {
    const name = /^\| `(\w+)` \|/.exec(line)?.[1];
    if (name) rows.set(name, line.slice(2, -2).split(' | '));
  }
  return rows;
}

/** Day, commit and machine of what is measured now. */
export function machine() {
  const day = new Date().toISOString().slice(0, 10);
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0].toFixed(1);
  return `${day}, ${commit()}; ${cpus().length} × ${cpus()[0]?.model.trim()}, ${memory} GiB, load ${load}`;
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'no commit';
  }
}

const INTRODUCTION = `# Figures

Written by \`./x bench\`: do not edit by hand. Each figure is measured beside a real peer in the same run, on the same
machine; lower is better, unless the goal is a least (≥). Repeat all with \`./x bench\`, one with \`./x bench NAME\`. A verdict is \`ok\` when ours meets its
goal, else \`SHORT\`. The goals are for 2 cores; a load above 2 means that something else was running too, and costs us
and the peer alike.
`;

const EXPLANATION = `## How

- **glass_latency_s, glass_latency_p50_s, glass_latency_p95_s**: one ffmpeg encodes a moving picture (640×360 at 30 frames a second, a key frame each 2 s, x264
  ultrafast) into which the present time is drawn as black and white blocks just before it is encoded, and sends the same
  packets to \`vitrine-cloud serve\` and to nginx with its RTMP module (2 s fragments). Debian's Chromium plays one, then the other,
  in alternating rounds. Ours with hls.js light and the widget's own settings (\`cloud/widget/src/app/features/player/policies.ts\`), nginx's with hls.js
  light as it comes. Ten times a second the page reads the blocks off the picture that is on screen: now minus that time is
  the latency, encoder included, and a picture that stands gets older. A round is the median of the second half of a
  24 s play, for the third figure what 95 of 100 readings do not exceed; the figure is the median of the rounds. The first two are the same
  number: the goal of the first is that of the first landing.
- **first_frame_p50_s, first_frame_p95_s**: seconds from the finger's touch until the first frame is on screen, on a first visit (nothing is in
  the browser's cache), at moments that fall anywhere between two key frames. Publisher and servers are those of glass_latency_s. Ours is
  the widget's teaser on a shop's page, its player and chat loaded on the tap; the peer is a page with a button and hls.js light, loaded
  before, on nginx's stream. A round is the median, or what 95 of 100 do not exceed, of 20 taps; the figure is the median of the rounds.
- **glass_bad_line_stalls**: stalls a minute (the picture stands for 300 ms or longer) when the servers and the browser are in two network
  namespaces with a line between them: 3 Mb/s with a short queue before it (tbf), 1 % of what arrives lost (nftables), and each
  packet 40 ± 20 ms under way in each direction (\`tests/rig/long-line.py\`). The stream is that of glass_latency_s, 1.2 Mb/s. Ours is the
  player with the widget's settings; the peer is the same player kept 1.0 s behind as with parts of 0.334 s, its goal half a
  stall a minute more than that. nginx's HLS with hls.js as it comes, 6 s and more behind, stands beside it. The mean of all rounds. Measured only when named.
- **part_cpu, playlist_cpu**: requests for each second of the server's CPU (user and system, from \`/proc\`, so that the generator, wrk with 16
  connections kept open, may share its cores) for the part whose size is nearest to 225 KB, of a 1080p show at 6 Mb/s, and for a playlist
  with delivery directives, both in our edge's cache (the process \`serve\`, while the show goes on). The peer is nginx, one worker, with the same
  bytes in files and Debian's settings (sendfile on). More is better; the goals are 0.9 × and 1 × the peer's.
- **blocked_requests_memory_mb, blocked_requests_last_s**: 10,000 viewers, 20 from each of many loopback addresses, get the playlist once and then all wait for
  the same part that is not there yet. PSS of the whole family while they wait, and seconds from the first answer to the last. The peer is nginx
  with the module nchan: as many long polls, woken by one message with the same playlist.
- **ladder_cpu**: CPU seconds of the encoder process for each second of a 1080p30 source (H.264 High with B-frames, 6 Mb/s, grain), in real time, and of
  one ffmpeg that makes the same cascade (each rung scaled from the one above, bilinear, x264 veryfast zerolatency, one thread each, the
  same rates and key frames), at the same time. A rung that lacks pictures is no figure. The goal is the peer's. Measured only when named.
- **ladder_ssim**: SSIM (ffmpeg's, all planes) of each rung against the source of the same moments scaled bicubically, ours as it was served, ffmpeg's made of
  that same source. The rung that is furthest behind counts; the goal is the peer's less 0.003. Measured only when named.
- **encoder_memory_mb**: PSS of the same two processes at the end of each round. Measured only when named.
- **ingest_cpu**: percent of a core that a cloud takes for five shows of that source that are passed through: taken in, packaged,
  kept in a journal, recorded. The peer is nginx with its RTMP module and HLS (2 s fragments), at the same time from the same packets, which ffmpeg
  copies from a file. The whole process families. The goal is the peer's. Measured only when named.
- **show_memory_mb**: by how much the PSS of the same families has grown after three minutes, for each show. Measured only when named.
- **shows_cost**: percent of a core for each of 20 such shows; \`SHOWS.md\` has the table of 1, 5, 10 and 20. Measured only when named.
- **serve_idle_memory_mb**: proportional set size (PSS, from \`smaps_rollup\`) of the whole process family 5 s after it
  listens, a fresh start each round, nobody connected. The peer is Debian's own RTMP server, nginx with its RTMP module (master, one
  worker, cache manager): about the smallest streaming server there is; it has no database, no chat and no shop in it.
- **widget_loader_kb_gzip**: what a shop's page loads before anybody shows interest (1 KB = 1000 bytes, gzip -9). The
  peer is lite-youtube-embed (script and style as published), the well-known light stand-in for an embedded video.
- **widget_all_kb_gzip**: the loader and all of ours that comes on interest (player, chat, products, cart), without the
  video engine. The peer is media-chrome, player controls as custom elements, also without an engine, and without chat or products.
- **widget_reattach_s**: a shopper watches and loads another whole page of the shop. Seconds from the run of the widget's
  script on that page until the second frame of the picture is on screen, in the corner. The publisher, Chromium and the clouds are those of glass_latency_s. The peer is a page
  with nothing but a muted video and hls.js light as it comes, playing nginx's stream, from the run of its script. Files are in the browser's cache for both. A round is the
  median of 5 loads; the figure is the median of the rounds.
- **studio_av_offset_ms**: a camera that flashes and a sound card that beeps at the same moments, the sound card's clock 200 ppm
  fast, are sent for ten minutes to nginx, which records what arrives with its RTMP times. Ours is the studio's engine (the example
  \`flash_and_beep\`, 640×360 at 30 frames a second); the peer is ffmpeg with both inputs stamped by the wall clock and
  \`aresample=async=1\`. Both run at once. The recording is decoded, each beep's beginning is held against its flash's: 95 of 100
  pairs are no further apart than the figure. Measured only when named.
- **studio_cpu**: milliseconds of CPU for each encoded picture (1280×720, 30 a second, x264 veryfast, 3 Mb/s) while a film is
  sent with a lower third. Ours is the studio's window, driven by WebDriver, web view and preview included; the peer is OBS Studio with a film source, a
  plate and two lines of text, its own preview on. Both on the same Xvfb with software drawing, in alternating rounds, each in a
  fresh window while the other does not run. CPU is that of the whole
  process family; pictures are counted in what nginx recorded. The goal is 0.7 × the peer's.
- **studio_memory_mb**: PSS of the same families at the end of the same rounds. The goal is 1.1 × the peer's.
- **snapshot_cpu, snapshot_unchanged_cpu**: requests for each second of the server's CPU, as for part_cpu, for what a channel shows: whole, and with the
  ETag of what the page has, which is answered 304. The peer is nginx with the same bytes in a file.
- **api_read_p99_ms, api_write_p99_ms**: milliseconds that 99 of 100 answers do not exceed at a steady 200 requests a second, counted from when each was due
  (oha, 32 connections). Reads are a page of 50 products, single products, a page of 50 orders and the coupons, by chance; a write is an order that
  takes stock and leaves facts, on the disk when it is answered. 10,000 products of two variants, SQLite. The peer is PocketBase, one program with SQLite as ours, whose
  commits wait for no disk (synchronous NORMAL), with as many products; its write is one row. Measured only when named.
- **api_read_tenfold_p99_ms, api_write_tenfold_p99_ms**: ours with 100,000 products, beside the peer's figure with 10,000. Measured only when named.
- **sale_cpu, sale_memory_mb**: 20,000 shoppers (fewer where a process may not hold so many descriptors: the figure says how many), 20 of each of many loopback addresses, are in a show on air, each on a socket of its own, and do what the widget does with what
  they hear; an order comes in each second for half a minute. Percent of a core that the cloud takes more than without sales, its sockets, reloads and the order itself
  included, and the PSS of its family then. The peer is nginx with nchan: a message of the same size to as many WebSockets each second. Measured only when named.
- **facts_postgres, facts_sqlite**: transactions a second, each of which leaves one fact, from 16 writers of 16 organisations (the example \`facts\`), while a listener hears
  all of them and is never more than a second behind. The peers write a row of the same size a transaction: pgbench with 16 clients on the same server, and a loop
  with SQLite itself (WAL, FULL), for which the goal is 0.7 × the peer's. Measured only when named.
- **import_read**: products a second of a list whose products are all drafts, so that it is read and nothing is stored, from the first byte sent to the end of the import. The peer is csv-parse, which
  reads the same bytes into objects and does no more. Measured only when named.
- **import_store_sqlite, import_store_postgres**: products a second of a list of 100,000 new ones, from the first byte sent to the end, while 50 orders a second come in. The
  peer is a loop that inserts as many rows of a product and its variants in SQLite, a hundred products to a transaction, without index, history or facts. Measured only when named.
- **import_orders_sqlite_p99_ms, import_orders_postgres_p99_ms**: what 99 of 100 of those orders do not exceed. Measured only when named.
- **import_memory_mb**: by how much the PSS of the process family grows at its peak meanwhile. Measured only when named.
- **whole_test_min**: \`./x test\` from start to end with warm caches, in minutes. Measured only when named.
`;
