#!/usr/bin/env bash
# in-guest.sh EXAMPLE SECONDS HZ - inside the camera VM: a tone plays into the loopback card, the example takes the camera and
# that card to an RTMP server, whose recording comes back as $VM_OUT/guest.flv.
set -uo pipefail
example=$1 seconds=$2 hz=$3 work=/tmp/devices
here=$(dirname "${BASH_SOURCE[0]}")
mkdir -p "$work"
step() { echo "guest: $(cut -d" " -f1 /proc/uptime) s up: $*"; }

"$here/rtmp-server.sh" "$work" 1935 & server=$!
gst-launch-1.0 -q audiotestsrc freq="$hz" volume=0.5 ! audio/x-raw,format=S16LE,rate=48000,channels=2 \
  ! alsasink device=hw:Loopback,0,0 & tone=$!
until grep -q RUNNING /proc/asound/Loopback/pcm0p/sub0/status; do
  kill -0 "$tone" || exit 1
  sleep 0.2
done
for _ in $(seq 1 100); do (: </dev/tcp/127.0.0.1/1935) 2>/dev/null && break; sleep 0.2; done

step "server and tone run"
VITRINE_PREVIEW=$VM_OUT/preview.jpg timeout -k 5 $((seconds + 150)) \
  "$example" rtmp://127.0.0.1:1935/live/guest "$seconds" first alsa:hw:CARD=Loopback,DEV=1
rc=$?
step "the example ended: $rc"
sleep 1
kill "$server" "$tone" 2>/dev/null
wait "$server" 2>/dev/null
cp "$work/guest.flv" "$work/nginx/error.log" "$VM_OUT/" 2>/dev/null
exit $rc
