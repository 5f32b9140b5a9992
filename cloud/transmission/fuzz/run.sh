#!/usr/bin/env bash
# Fuzzes one target: ./run.sh boxes|playlists|journal|timeline [seconds]
# Needs g++. New inputs go to corpus/, what breaks a promise to artifacts/; copy that one to seeds/.
set -euo pipefail
cd "$(dirname "$0")"
target=${1:?"which target?"}
seconds=${2:-60}
flags="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module"
for flag in level=4 inline-8bit-counters pc-table trace-compares; do
  flags+=" -Cllvm-args=-sanitizer-coverage-$flag"
done
mkdir -p "corpus/$target" "artifacts/$target"
# The target triple keeps the flags away from build scripts.
triple=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS=$flags CARGO_TARGET_DIR=${FUZZ_TARGET_DIR:-target} cargo build --quiet --target "$triple" --bin "$target"
exec "${FUZZ_TARGET_DIR:-target}/$triple/debug/$target" "corpus/$target" "seeds/$target" \
  -artifact_prefix="artifacts/$target/" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=512 \
  -print_final_stats=1
