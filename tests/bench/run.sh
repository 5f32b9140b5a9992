#!/usr/bin/env bash
# run.sh - measures Vitrine side by side with real peers, and writes docs/bench/RESULTS.md.
#
# usage: tests/bench/run.sh [NAME...]     (through ./x bench, which installs and builds what is needed)
#   glass_latency_s        from the encoder's clock to a picture in Chromium: our LL-HLS, and nginx-rtmp's HLS
#   widget_reattach_s      a full page load in mid-show, until the picture moves again: the widget, and a plain hls.js page
#   serve_idle_memory_mb   an idle `vitrine-cloud serve`, and an idle nginx-rtmp
#   widget_loader_kb_gzip, widget_all_kb_gzip   what the widget weighs on a shop's page
#   studio_av_offset_ms    picture and sound of one moment, where they arrive, over ten minutes; ours, and ffmpeg
#   studio_cpu, studio_memory_mb   the studio's window on air, and OBS Studio, on the same screen
#   whole_test_min         `./x test` from start to end
# The last three take long or want a machine of their own: they run only when they are named.
#
# One line a figure on standard output:
#   bench NAME ours=V peer=NAME:V ratio=R goal<=G ok|SHORT
# A figure that falls short is no failure; one that could not be measured is.
#
# VITRINE_CLOUD_BIN names another program than the release build; VITRINE_BENCH_ROUNDS=3, VITRINE_BENCH_PLAY_S=24,
# VITRINE_BENCH_AV_S=600, VITRINE_BENCH_STUDIO_S=30.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case ${1:-} in -h|--help) sed -n '2,/^set -/p' tests/bench/run.sh | sed '$d; s/^# \{0,1\}//'; exit 0;; esac

export VITRINE_CLOUD_BIN=${VITRINE_CLOUD_BIN:-${CARGO_TARGET_DIR:-$PWD/target}/release/vitrine-cloud}
[ -d node_modules ] || npm ci --no-audit --no-fund --loglevel=error >&2
# A figure that hangs ends with everything it started.
exec timeout --kill-after=20 "${VITRINE_BENCH_TIMEOUT:-3600}" node tests/bench/main.mjs "$@"
