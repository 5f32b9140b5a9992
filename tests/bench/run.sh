#!/usr/bin/env bash
# run.sh - measures Vitrine side by side with real peers, and writes docs/bench/RESULTS.md.
#
# usage: tests/bench/run.sh [NAME...]     (through ./x bench, which installs and builds what is needed)
#   glass_latency_s, glass_latency_p50_s, glass_latency_p95_s
#                          from the encoder's clock to a picture in Chromium: our LL-HLS, and nginx-rtmp's HLS
#   first_frame_p50_s, first_frame_p95_s   from a tap to the first picture: the widget, and a plain hls.js page
#   part_cpu, playlist_cpu requests for each second of the server's CPU: our edge's cache, and nginx with files
#   blocked_requests_memory_mb, blocked_requests_last_s
#                          10,000 requests that wait for the next part: our edge, and nginx's long polls (nchan)
#   widget_reattach_s      a full page load in mid-show, until the picture moves again: the widget, and a plain hls.js page
#   serve_idle_memory_mb   an idle `vitrine-cloud serve`, and an idle nginx-rtmp
#   widget_loader_kb_gzip, widget_all_kb_gzip   what the widget weighs on a shop's page
#   glass_bad_line_stalls  how often the picture stands on a slow and lossy line; ours, and ours further behind (needs root)
#   ladder_cpu, ladder_ssim, encoder_memory_mb
#                          the encoder's ladder of one 1080p show, and one ffmpeg with the same cascade
#   ingest_cpu, show_memory_mb   five shows that are passed through, and nginx-rtmp's HLS of the same packets
#   shows_cost             the same with 1, 5, 10 and 20 shows: writes docs/bench/SHOWS.md
#   studio_av_offset_ms    picture and sound of one moment, where they arrive, over ten minutes; ours, and ffmpeg
#   studio_cpu, studio_memory_mb   the studio's window on air, and OBS Studio, on the same screen
#   snapshot_cpu, snapshot_unchanged_cpu
#                          requests for each second of CPU for what a channel shows, whole and with its ETag: ours, and nginx with a file
#   api_read_p99_ms, api_write_p99_ms, api_read_tenfold_p99_ms, api_write_tenfold_p99_ms
#                          answers at 200 requests a second on SQLite, and with ten times the products: ours, and PocketBase
#   sale_cpu, sale_memory_mb
#                          20,000 shoppers in a show and a sale a second: ours, and nginx's WebSockets (nchan; needs root)
#   facts_postgres, facts_sqlite
#                          transactions a second that leave a fact while a listener hears all: ours, and pgbench and a bare loop
#   import_read, import_store_sqlite, import_store_postgres, import_orders_sqlite_p99_ms, import_orders_postgres_p99_ms, import_memory_mb
#                          100,000 products that come in while orders do: ours, and csv-parse and a bare loop
#   whole_test_min         `./x test` from start to end
#   media                  glass_*, first_frame_*, part_cpu, playlist_cpu, blocked_*, ladder_*, encoder_memory_mb, ingest_cpu, show_memory_mb (half an hour)
#   api                    api_*, snapshot_*, sale_*, facts_*, import_* (twenty minutes)
# From glass_bad_line_stalls on they take long or want a machine of their own: they run only when they are named.
#
# One line a figure on standard output:
#   bench NAME ours=V peer=NAME:V ratio=R goal<=G ok|SHORT      (goal>=G where more is better)
#   bench NAME skipped: REASON
# A figure that falls short is no failure, nor one that this machine does not permit; one that could not be measured is.
#
# VITRINE_CLOUD_BIN names another program than the release build; VITRINE_BENCH_ROUNDS=3, VITRINE_BENCH_PLAY_S=24,
# VITRINE_BENCH_TAPS=20, VITRINE_BENCH_BAD_LINE_S=60, VITRINE_BENCH_REQUESTS_S=8, VITRINE_BENCH_VIEWERS=10000,
# VITRINE_BENCH_LADDER_S=30, VITRINE_BENCH_SSIM_S=12, VITRINE_BENCH_INGEST_S=60, VITRINE_BENCH_MEMORY_AFTER_S=180,
# VITRINE_BENCH_SHOWS=1,5,10,20, VITRINE_BENCH_SHOWS_S=30, VITRINE_BENCH_AV_S=600, VITRINE_BENCH_STUDIO_S=30,
# VITRINE_BENCH_API_S=20, VITRINE_BENCH_FACTS_S=10, VITRINE_BENCH_SHOPPERS=20000, VITRINE_BENCH_SALE_S=30.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case ${1:-} in -h|--help) sed -n '2,/^set -/p' tests/bench/run.sh | sed '$d; s/^# \{0,1\}//'; exit 0;; esac

export VITRINE_CLOUD_BIN=${VITRINE_CLOUD_BIN:-${CARGO_TARGET_DIR:-$PWD/target}/release/vitrine-cloud}
[ -d node_modules ] || npm ci --no-audit --no-fund --loglevel=error >&2
# A figure that hangs ends with everything it started.
exec timeout --kill-after=20 "${VITRINE_BENCH_TIMEOUT:-3600}" node tests/bench/main.mjs "$@"
