# slow-line.sh - two network namespaces with a line between them that can be slowed, made lossy and cut; sourced.
# Needs root, ip, tc (tbf) and nft (numgen). The near end sends; only what it sends is slowed.
#
#   line_missing                what is not there, or false
#   line_up RATE                makes the line; RATE as tc takes it: 3mbit
#   near CMD...  far CMD...     runs a command at an end; the far end is $LINE_FAR_IP
#   line_rate RATE              another rate, at once
#   line_loss PERCENT           so many of the packets are lost; 0: none
#   line_cut  line_mend         connections are reset and none is made; again they are
#   line_down                   takes everything away
LINE_NEAR=vt-near-$$ LINE_FAR=vt-far-$$
LINE_NEAR_IP=192.0.2.1 LINE_FAR_IP=192.0.2.2
PATH=$PATH:/usr/sbin:/sbin

line_missing() {
  local tool
  [ "$(id -u)" = 0 ] || { echo 'network namespaces need root'; return 0; }
  for tool in ip tc nft; do command -v $tool >/dev/null || { echo "$tool is not installed"; return 0; }; done
  if line_up 1mbit 2>/dev/null && line_loss 1 2>/dev/null; then line_down; return 1; fi
  line_down
  echo 'this kernel has no namespaces, no veth, no tbf or no nftables'
}
near() { ip netns exec "$LINE_NEAR" "$@"; }
far() { ip netns exec "$LINE_FAR" "$@"; }
# A short queue in front of the slow line, as a good router has: 48 kB are 130 ms of 3 Mb/s.
line_rate() { near tc qdisc replace dev line root tbf rate "$1" burst 8kb limit 48kb; }
line_up() {
  ip netns add "$LINE_NEAR" && ip netns add "$LINE_FAR" || return
  near ip link add line type veth peer name line netns "$LINE_FAR" || return
  near ip address add $LINE_NEAR_IP/30 dev line && far ip address add $LINE_FAR_IP/30 dev line || return
  near ip link set lo up; far ip link set lo up
  near ip link set line up && far ip link set line up || return
  # what most senders have; a machine may prefer another
  near sysctl -qw net.ipv4.tcp_congestion_control=cubic 2>/dev/null || true
  near nft -f - <<NFT || return
table inet line {
  chain lose { type filter hook postrouting priority 0; }
}
NFT
  far nft -f - <<NFT || return
table inet line {
  chain arrive { type filter hook input priority 0; }
}
NFT
  line_rate "$1"
}
line_loss() {
  near nft flush chain inet line lose || return
  [ "$1" = 0 ] || near nft add rule inet line lose meta l4proto tcp numgen random mod 100 '<' "$1" drop
}
line_cut() { far nft add rule inet line arrive meta l4proto tcp reject with tcp reset; }
line_mend() { far nft flush chain inet line arrive; }
line_down() { ip netns del "$LINE_NEAR" 2>/dev/null; ip netns del "$LINE_FAR" 2>/dev/null; return 0; }
