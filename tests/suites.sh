# The suites of `./x test`, one function each; sourced by x. They run one after another.
# A suite builds what it needs, starts what it needs on free ports, and leaves nothing running.

suite_check() { verb_check; }

suite_web() { web_all; npm test --silent; npm run --silent -w cloud/widget size; }

# with_postgres COMMAND...: runs it with VITRINE_TEST_PG naming a server of its own.
with_postgres() {
  local folder url rc=0
  folder=$(mktemp -d -t vitrine-pg.XXXXXX)
  url=$(tests/postgres.sh start "$folder")
  VITRINE_TEST_PG=$url "$@" || rc=$?
  tests/postgres.sh stop "$folder" || true
  return $rc
}

suite_rust() { house; with_postgres cargo test "${HOUSE[@]}"; }

suite_stories() { house; enhanced_ffmpeg; mail_server; VITRINE_CLOUD_BIN=$TARGET/debug/vitrine-cloud "$(test_program it)"; }

# The HTTP interface against its own document.
suite_api() { house; schemathesis; [ -z "${VITRINE_TEST_SCHEMATHESIS:-}" ] || tests/api/run.py "$TARGET/debug/vitrine-cloud" "$VITRINE_TEST_SCHEMATHESIS"; }

# Two cores that film, encode, serve and browse at once: one smaller rung is enough.
suite_browser() { house; VITRINE_LADDER=source,480p VITRINE_CLOUD_BIN=$TARGET/debug/vitrine-cloud npm test --silent -w tests/browser; }

# The studio's page, which films and encodes nothing.
suite_studio() { web_all; (cd tests/browser && npx playwright test --config studio.config.ts); }

suite_desktop() { house; tauri_driver; VITRINE_LADDER=source,480p tests/desktop/run.sh "$TARGET/debug/vitrine-cloud" "$TARGET/debug/vitrine-studio"; }

suite_devices() { house; VITRINE_MEDIA_EXAMPLES=$TARGET/debug/examples tests/devices/run.sh; }

suite_network() { house; VITRINE_MEDIA_EXAMPLES=$TARGET/debug/examples tests/network/run.sh; }

# An ffmpeg that publishes HEVC and AV1, which Debian's cannot; kept in the cache. Without it their story is skipped, and says so.
enhanced_ffmpeg() {
  local folder=$CACHE/tools/ffmpeg
  [ -n "${VITRINE_TEST_FFMPEG:-}" ] && return 0
  if ! ls "$folder"/imageio_ffmpeg-0.8.1.dist-info >/dev/null 2>&1; then
    python3 -m pip --version >/dev/null 2>&1 || packages python3-pip
    say "Fetching an ffmpeg that publishes HEVC and AV1"
    python3 -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target "$folder" imageio-ffmpeg==0.8.1 ||
      { say "It could not be fetched: the story of HEVC and AV1 is skipped"; return 0; }
  fi
  VITRINE_TEST_FFMPEG=$(ls "$folder"/imageio_ffmpeg/binaries/ffmpeg-* | head -1)
  export VITRINE_TEST_FFMPEG
}

# A mail server that takes letters; kept in the cache. Without it their story is skipped, and says so.
mail_server() {
  local folder=$CACHE/tools/mail
  [ -n "${VITRINE_TEST_PYTHON:-}" ] && return 0
  if ! ls "$folder"/aiosmtpd-1.4.6.dist-info >/dev/null 2>&1; then
    python3 -m pip --version >/dev/null 2>&1 || packages python3-pip
    say "Fetching a mail server"
    python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$folder" aiosmtpd==1.4.6 ||
      { say "It could not be fetched: the story of letters is skipped"; return 0; }
  fi
  export VITRINE_TEST_PYTHON=$folder
}

# What asks an HTTP interface all that its document allows; kept in the cache. Without it the suite is skipped, and says so.
schemathesis() {
  local folder=$CACHE/tools/schemathesis
  [ -n "${VITRINE_TEST_SCHEMATHESIS:-}" ] && return 0
  if ! ls "$folder"/schemathesis-4.32.5.dist-info >/dev/null 2>&1; then
    python3 -m pip --version >/dev/null 2>&1 || packages python3-pip
    say "Fetching schemathesis"
    rm -rf "$folder"
    python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$folder" schemathesis==4.32.5 ||
      { say "SKIPPED: schemathesis could not be fetched, so the interface is not held to its document"; return 0; }
  fi
  export VITRINE_TEST_SCHEMATHESIS=$folder
}

# tauri-driver speaks WebDriver to the studio's window; built once, kept in the cache.
tauri_driver() {
  local bin=$CACHE/tools/bin/tauri-driver
  [ -x "$bin" ] || { say "Building tauri-driver"; cargo install tauri-driver --version '^2' --locked --quiet --root "$CACHE/tools" --target-dir "$CACHE/tools/target"; }
  export VITRINE_TAURI_DRIVER=$bin
}

# What asks at a steady rate, and the interface's peer; built once, kept in the cache. Without Go there is no peer, and its figures say so.
bench_tools() {
  local bin=$CACHE/tools/bin
  [ -x "$bin/oha" ] || { say "Building oha"; cargo install oha --version '^1' --locked --quiet --root "$CACHE/tools" --target-dir "$CACHE/tools/target"; }
  export VITRINE_BENCH_OHA=$bin/oha
  [ -x "$bin/pocketbase" ] || ! command -v go >/dev/null || {
    say "Building PocketBase"
    GOTOOLCHAIN=local CGO_ENABLED=0 GOBIN=$CACHE/tools/go go install github.com/pocketbase/pocketbase/examples/base@v0.31.0 &&
      mv "$CACHE/tools/go/base" "$bin/pocketbase" || say "It could not be built: the figures beside it are skipped, and say so"
  }
  export VITRINE_BENCH_POCKETBASE=$bin/pocketbase
}
