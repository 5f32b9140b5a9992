#!/usr/bin/env bash
# run.sh CLOUD STUDIO - the studio's window, driven as a person drives it, against a real cloud.
# Screenshots of the window go to $VITRINE_SHOTS when it is set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
CLOUD=$(realpath "$1") STUDIO=$(realpath "$2")
missing=()
for tool in Xvfb WebKitWebDriver dbus-daemon gnome-keyring-daemon import python3; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "SKIP  the studio's window: not installed: ${missing[*]}"
  echo "desktop: 0 passed, 0 failed, 1 skipped"
  exit 0
fi
D=$(mktemp -d -t vitrine-desktop.XXXXXX)
cleanup() {
  for one in "${logind:-}" "${bus:-}"; do
    [ -z "$one" ] || { kill "$one" 2>/dev/null || true; wait "$one" 2>/dev/null || true; }
  done
  [ -z "${cloud:-}" ] || { kill "$cloud" 2>/dev/null || true; wait "$cloud" 2>/dev/null || true; }
  rm -rf "$D" 2>/dev/null || { sleep 1; rm -rf "$D"; }
}
trap cleanup EXIT
trap 'exit 143' TERM INT HUP
# Publishers go through a gate of the story's own, which can be shut.
GATE_PORT=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
export GATE_PORT VITRINE_RTMP_PUBLIC_URL=rtmp://127.0.0.1:$GATE_PORT/live
VITRINE_DATA_DIR=$D/data VITRINE_LISTEN=127.0.0.1:0 VITRINE_RTMP_LISTEN=127.0.0.1:0 "$CLOUD" serve >"$D/cloud.log" 2>&1 & cloud=$!
for _ in $(seq 1 300); do [ -s "$D/data/run/serve.json" ] && break; sleep 0.1; done
[ -s "$D/data/run/serve.json" ] || { cat "$D/cloud.log"; exit 1; }
# A login manager that only notes who keeps the machine awake, on a system bus of its own.
skipped=0
if /usr/bin/python3 -c 'import dbusmock' 2>/dev/null; then
  dbus-daemon --session --nofork --print-address=3 3>"$D/bus" 2>/dev/null & bus=$!
  for _ in $(seq 1 50); do [ -s "$D/bus" ] && break; sleep 0.1; done
  DBUS_SYSTEM_BUS_ADDRESS=$(cat "$D/bus"); export DBUS_SYSTEM_BUS_ADDRESS FAKE_LOGIND=1
  /usr/bin/python3 -m dbusmock --system --template logind >"$D/logind.log" 2>&1 & logind=$!
else
  echo "SKIP  staying awake: python3-dbusmock is not installed"
  skipped=1
fi
# The window runs in a fresh home of its own; a demo on this machine must not leak in.
export VITRINE_DEMO_RUN_FILE=$D/no-demo.json RUN_FILE=$D/data/run/serve.json STUDIO
rc=0
timeout -k 5 540 tests/rig/webdriver.sh --keyring --driver "${VITRINE_TAURI_DRIVER:-$(command -v tauri-driver)}" \
  -- timeout -k 5 480 node tests/desktop/story.mjs || rc=$?
if [ $rc = 0 ]; then echo "desktop: 1 passed, 0 failed, $skipped skipped"; else
  tail -n 40 "$D/cloud.log"
  echo "desktop: 0 passed, 1 failed"
fi
exit $rc
