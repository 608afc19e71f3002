#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sets the machine up, then builds and runs every test: under the address+undefined and thread
# sanitizers, with clang, and last the whole suite on the optimised build.
#
#   ./test.sh           everything; ends at once when nothing changed since the last green run
#   ./test.sh --force   everything, changed or not
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

force=no
case "${1:-}" in
  "") ;;
  --force) force=yes ;;
  *) echo "usage: ./test.sh [--force]" >&2; exit 2 ;;
esac

say() { printf '\n== %s\n' "$*"; }

# What the outcome depends on: every file of the working tree, and the compilers.
fingerprint() {
  {
    git ls-files -z --cached --others --exclude-standard | sort -z | xargs -0 sha256sum 2>/dev/null
    gcc --version; clang --version; cmake --version; valgrind --version; uname -r
  } 2>/dev/null | sha256sum | cut -d' ' -f1
}

run_preset() {  # preset
  say "$1: configure, build, test"
  local log=build/$1.log
  cmake --preset "$1" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
  cmake --build --preset "$1" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
  wait "$viewers"
  ctest --preset "$1" --output-log "build/$1.ctest.log"
}

say "Packages and model"
scripts/setup.sh test
scripts/fetch-model.sh
mkdir -p build

now=$(fingerprint)
if [ "$force" = no ] && [ -f build/tests.green ] && [ "$(head -n 1 build/tests.green)" = "$now" ]; then
  say "Nothing changed since the last green run; its summary (./test.sh --force runs again):"
  tail -n +2 build/tests.green
  exit 0
fi
rm -f build/tests.green

# Others' programs, which the tests start: they are fetched and compiled while the first build is.
scripts/fetch-viewers.sh &
viewers=$!
for preset in asan tsan clang release; do
  run_preset "$preset"
done
{ echo "$now"; tail -n 12 build/release.ctest.log; } >build/tests.green
