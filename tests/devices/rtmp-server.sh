#!/usr/bin/env bash
# rtmp-server.sh FOLDER PORT - a foreign RTMP server (nginx) that records what is published to rtmp://127.0.0.1:PORT/live/NAME
# as FOLDER/NAME.flv. Runs until it is ended; nothing of it stays outside FOLDER.
set -euo pipefail
folder=$1 port=$2
mkdir -p "$folder/nginx"
cat > "$folder/nginx/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
$([ "$(id -u)" != 0 ] || echo 'user root;')
daemon off;
master_process off;
pid $folder/nginx/pid;
error_log $folder/nginx/error.log;
events { worker_connections 64; }
rtmp {
  server {
    listen 127.0.0.1:$port;
    application live { live on; record all; record_path $folder; record_unique off; }
  }
}
CONF
exec /usr/sbin/nginx -p "$folder/nginx" -c "$folder/nginx/nginx.conf" -e "$folder/nginx/error.log"
