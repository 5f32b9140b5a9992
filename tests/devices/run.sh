#!/usr/bin/env bash
# run.sh - real devices, as far as a machine without any can have them: a kernel's camera and sound card in a small VM,
# and a virtual microphone. What the studio's pipeline sends is recorded by a foreign RTMP server and judged there.
#
# VITRINE_MEDIA_EXAMPLES names a folder with the examples of vitrine-media, built already.
# A missing tool is a visible SKIP. The last line: devices: N passed, N failed, N skipped
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/devices/judge.sh
TARGET=${CARGO_TARGET_DIR:-$PWD/target}
HZ=997
export RUST_BACKTRACE=0
passed=0 failed=0 skipped=0
D=$(mktemp -d -t vitrine-devices.XXXXXX)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
  rm -rf "$D"
}
trap cleanup EXIT
trap 'exit 143' TERM INT HUP

# check NAME COMMAND...: passes when the command does; what it prints is shown.
check() {
  local name=$1 said; shift
  if said=$("$@" 2>&1); then passed=$((passed + 1)); printf 'ok    %s\n' "$name"
  else failed=$((failed + 1)); printf 'FAIL  %s\n' "$name"; fi
  [ -z "$said" ] || printf '%s\n' "$said" | uniq | tail -30 | cut -c1-300 | sed 's/^/        /'
}
skip() { skipped=$((skipped + 1)); printf 'SKIP  %s: %s\n' "$1" "$2"; }
# missing TOOL...: the first that is not there.
missing() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || [ -x "/usr/sbin/$tool" ] || { echo "$tool is not installed"; return 0; }
  done
  [ -e /usr/lib/nginx/modules/ngx_rtmp_module.so ] || { echo "nginx has no RTMP module"; return 0; }
  return 1
}
free_port() { perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'; }
finish() { echo "devices: $passed passed, $failed failed, $skipped skipped"; [ "$failed" = 0 ]; exit; }

EXAMPLES=${VITRINE_MEDIA_EXAMPLES:-$TARGET/debug/examples}
EXAMPLE=$EXAMPLES/camera_to_rtmp
TONE=$EXAMPLES/studio_tone
if [ -z "${VITRINE_MEDIA_EXAMPLES:-}" ] && ! cargo build --quiet -p vitrine-media --example camera_to_rtmp --example studio_tone; then
  failed=1; echo 'FAIL  the examples of vitrine-media do not build'; finish
fi

# --- a camera and a sound card: one boot of the VM ---------------------------------------------------
camera() {
  local out=$D/vm
  mkdir -p "$out"
  timeout -k 10 500 tests/rig/camera-vm.sh --out "$out" --timeout 420 -- /bin/bash "$PWD/tests/devices/in-guest.sh" "$EXAMPLE" 12 "$HZ"
}
name='camera and sound card reach an RTMP server'
if reason=$(missing qemu-system-x86_64 busybox cpio modprobe nginx ffmpeg ffprobe gst-launch-1.0); then skip "$name" "$reason"
else
  camera > "$D/camera.log" 2>&1; rc=$?
  if [ $rc = 125 ]; then skip "$name" "the VM did not start: $(tail -1 "$D/camera.log")"
  else
    check "$name" eval "cat '$D/camera.log'; [ $rc = 0 ]"
    if [ -s "$D/vm/guest.flv" ]; then
      check 'the recording holds H.264 and AAC' has_codecs "$D/vm/guest.flv"
      check "the camera's picture moves" moves "$D/vm/guest.flv"
      check "the camera's colours are right" has_bars "$D/vm/guest.flv"
      check 'the sound card is heard' is_heard "$D/vm/guest.flv"
    else failed=$((failed + 1)); echo 'FAIL  nothing was recorded in the VM'; fi
  fi
fi

# --- a microphone: a virtual sound system ------------------------------------------------------------
microphone() {
  timeout -k 10 120 tests/rig/virtual-audio.sh --tone "$HZ" -- bash -c '
    "$1" "$2" 9 none default & example=$!
    sleep 8; pactl list short clients > "$3"
    wait $example' - "$EXAMPLE" "rtmp://127.0.0.1:$port/live/tone" "$D/clients"
}
name='the microphone reaches an RTMP server'
if reason=$(missing pulseaudio pacat pactl sox nginx ffmpeg ffprobe perl); then skip "$name" "$reason"
else
  port=$(free_port)
  tests/devices/rtmp-server.sh "$D/host" "$port" > "$D/nginx.log" 2>&1 & pids+=($!)
  for _ in $(seq 1 100); do (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null && break; sleep 0.1; done
  check "$name" microphone
  # The devices were listed each 2 s meanwhile.
  check 'the sound server is asked over one connection' one_connection "$D/clients"
  check 'the recording holds H.264 and AAC' has_codecs "$D/host/tone.flv"
  check 'the tone is in the stream' is_tone "$D/host/tone.flv" "$HZ"
  check 'the tone is in the recording, and muting silences it' \
    timeout -k 10 120 tests/rig/virtual-audio.sh --tone "$HZ" -- "$TONE" "$HZ" 6
fi
finish
