// The peer: Debian's nginx with its RTMP module, which cuts plain HLS.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually, freePort } from './nest.mjs';

const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

/**
 * Starts nginx with 2 s fragments and one worker; answers when it listens. `record`: each stream as an FLV file, as it
 * arrives; `pushTo`: an address to which each stream is sent on too; `host`: where it listens. Files below `folder` are served
 * by `http` as Debian's own configuration serves them, and below `/read/` without sendfile.
 */
export async function startNginx(nest, name = 'nginx', { record = false, pushTo = null, host = '127.0.0.1' } = {}) {
  if (!existsSync(MODULE)) throw new Error('nginx has no RTMP module here: apt-get install nginx-light libnginx-mod-rtmp');
  const folder = join(nest.folder, name);
  for (const one of ['hls', 'recordings']) mkdirSync(join(folder, one), { recursive: true });
  const [rtmp, http] = [await freePort(host), await freePort(host)];
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, `
load_module ${MODULE};
${process.getuid() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 256; }
rtmp {
  server {
    listen ${host}:${rtmp};
    chunk_size 4096;
    application live {
      live on;
      hls on;
      hls_path ${folder}/hls;
      hls_fragment 2s;
      ${record ? `record all; record_path ${folder}/recordings; record_unique on;` : ''}
      ${pushTo ? `push rtmp://${pushTo}/live;` : ''}
    }
  }
}
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/${what};`).join(' ')}
  server {
    listen ${host}:${http};
    location / { root ${folder}; add_header Access-Control-Allow-Origin * always; add_header Cache-Control no-cache; }
    location /read/ { alias ${folder}/; sendfile off; }
  }
}
`);
  const child = nest.start(name, '/usr/sbin/nginx', ['-p', folder, '-c', config, '-e', join(folder, 'error.log')]);
  await eventually('nginx listens', () => {
    if (child.hasEnded) throw Object.assign(new Error(`nginx ended: ${nest.tail(name)}`), { isFinal: true });
    return listens(host, rtmp);
  }, 20_000);
  return {
    child,
    pid: child.pid,
    publish: `rtmp://${host}:${rtmp}/live/bench`,
    server: `rtmp://${host}:${rtmp}/live`,
    publishTo: (key) => `rtmp://${host}:${rtmp}/live/${key}`,
    folder,
    http: `http://${host}:${http}`,
    playlistOf: (key) => `http://${host}:${http}/hls/${key}.m3u8`,
    recordings: join(folder, 'recordings'),
    playlist: `http://${host}:${http}/hls/bench.m3u8`,
  };
}

export function listens(host, port) {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.on('connect', () => resolve(socket.destroy() && true));
    socket.on('error', () => resolve(false));
  });
}
