#!/usr/bin/env bash
# A Postgres server for tests: own folder, own socket, no TCP, nothing kept.
#   tests/postgres.sh start [DIR [durable]]   starts one (or finds it running) and prints its URL; `durable` keeps what it commits
#   tests/postgres.sh stop [DIR]              stops it and removes the folder
# DIR defaults to a folder of this user under /tmp; a socket's path must stay below 108 bytes.
set -euo pipefail

verb=${1:-}
case ${2:-/} in
  /*) ;;
  *) echo "tests/postgres.sh: $2 is no folder's full path" >&2; exit 2;;
esac
dir=${2:-/tmp/vitrine-pg-$(id -u)}
# Postgres refuses to run as root, so root lends it the system's postgres user.
if [ "$(id -u)" = 0 ]; then as_postgres=(runuser -u postgres --); else as_postgres=(); fi

bin=
for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr) $(dirname "$(command -v initdb 2>/dev/null || echo /)"); do
  if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then bin=$folder; break; fi
done
if [ -z "$bin" ]; then
  echo "tests/postgres.sh: no Postgres found; on Debian and Ubuntu: apt-get install postgresql" >&2
  exit 3
fi

running() { [ -d "$dir/data" ] && "${as_postgres[@]}" "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; }
# Removes a cluster of ours and nothing else.
clear_away() {
  if [ -d "$dir" ] && [ -n "$(ls -A "$dir")" ] && [ ! -e "$dir/data/PG_VERSION" ]; then
    echo "tests/postgres.sh: $dir holds something else; name another folder" >&2
    exit 1
  fi
  rm -rf "$dir" "$dir.log"
}
url() { echo "postgres:///postgres?host=$dir&port=5432&user=postgres"; }

cd /
case $verb in
  start)
    if running; then url; exit 0; fi
    clear_away
    mkdir -m 700 "$dir"
    if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
    "${as_postgres[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir.log" 2>&1 ||
      { cat "$dir.log" >&2; exit 1; }
    options="-k $dir -c listen_addresses='' -c max_connections=300 -c shared_buffers=32MB"
    [ "${3:-}" = durable ] || options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    "${as_postgres[@]}" "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "$options" start >>"$dir.log" 2>&1 ||
      { cat "$dir.log" "$dir/log" >&2; exit 1; }
    url
    ;;
  stop)
    if running; then "${as_postgres[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null; fi
    clear_away
    ;;
  *)
    echo "usage: tests/postgres.sh start|stop [DIR]" >&2
    exit 2
    ;;
esac
