#!/usr/bin/env bash
# run.sh - the studio's uplink on a bad line: 3 Mb/s, then 800 kb/s with a broken connection, then 3 Mb/s with loss.
# The real pipeline publishes a picture that needs its bitrate; what arrives at the other end is judged.
#
# VITRINE_MEDIA_EXAMPLES names a folder with the examples of vitrine-media, built already.
# A missing right or tool is a visible SKIP. The last line: network: N passed, N failed, N skipped
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/rig/slow-line.sh
EXAMPLES=${VITRINE_MEDIA_EXAMPLES:-${CARGO_TARGET_DIR:-$PWD/target}/debug/examples}
KBPS=2500 SECONDS_IN_ALL=68 PORT=1935
D=$(mktemp -d -t vitrine-network.XXXXXX)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
  line_down
  if [ -n "${VITRINE_KEEP:-}" ]; then cp "$D"/*.jsonl "$VITRINE_KEEP"; fi
  rm -rf "$D"
}
trap cleanup EXIT
trap 'exit 143' TERM INT HUP
skip() { printf 'SKIP  the uplink on a bad line: %s\n' "$1"; echo 'network: 0 passed, 0 failed, 1 skipped'; exit 0; }
broken() { printf 'FAIL  %s\n' "$1"; tail -5 "$D"/*.log; echo 'network: 0 passed, 1 failed, 0 skipped'; exit 1; }
# phase NAME COMMAND...: does it, and notes when.
phase() { local name=$1; shift; "$@" || broken "the line: $name"; printf '{"phase":"%s","at":%s}\n' "$name" "$(date +%s%3N)" >> "$D/phases.jsonl"; }

if reason=$(line_missing); then skip "$reason"; fi
command -v ffmpeg >/dev/null || skip 'ffmpeg is not installed'
# Shapes that move, and grain: what a camera in a dim room sends.
ffmpeg -v error -nostdin -f lavfi -i testsrc2=s=640x360:r=30,noise=alls=18:allf=t -t 6 -c:v mpeg4 -qscale:v 3 -an -f matroska "$D/moving.mkv" ||
  broken 'ffmpeg could not make the picture'
line_up 3mbit || broken 'the line could not be made'
far "$EXAMPLES/uplink_receive" "$LINE_FAR_IP:$PORT" > "$D/received.jsonl" 2> "$D/receive.log" & pids+=($!)
for _ in $(seq 1 50); do near bash -c "</dev/tcp/$LINE_FAR_IP/$PORT" 2>/dev/null && break; sleep 0.1; done
near "$EXAMPLES/uplink_send" "rtmp://$LINE_FAR_IP:$PORT/live/test" "$D/moving.mkv" $KBPS $SECONDS_IN_ALL > "$D/sent.jsonl" 2> "$D/send.log" & sender=$!
pids+=("$sender")
sleep 10; phase slow line_rate 800kbit
sleep 12; phase cut line_cut
sleep 1.5; phase mended line_mend
sleep 6.5; phase good line_rate 3mbit
sleep 3; phase lossy line_loss 2
sleep 4; phase clean line_loss 0
wait "$sender" || broken 'the sender ended badly'
node tests/network/judge.mjs "$D"
