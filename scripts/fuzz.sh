#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds every fuzz target with clang's libFuzzer and the sanitizers, and runs each for SECONDS
# (default 60), one after the other. Only targets whose name contains PATTERN, if given.
# New inputs stay in build/fuzz-corpus; a crash leaves its input in build/fuzz-crashes and exits 1.
#
#   scripts/fuzz.sh [SECONDS] [PATTERN]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-60}
pattern=${2:-}

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
mkdir -p build/fuzz-crashes
failed=0
while read -r target; do
  name=$(basename "$target")
  product=$(basename "$(dirname "$(dirname "$target")")")
  seeds=$product/fuzz/corpus/${name#fuzz_}
  [ -d "$seeds" ] || seeds=$product/fuzz/corpus/profile # fuzz_diff reads profiles
  grown=build/fuzz-corpus/$name
  mkdir -p "$grown"
  echo "== $name, $seconds s"
  if ! "$target" -max_total_time="$seconds" -print_final_stats=1 -rss_limit_mb=4096 -timeout=20 \
      -artifact_prefix="build/fuzz-crashes/$name-" "$grown" "$seeds" 2>"build/fuzz-crashes/$name.log"; then
    tail -n 40 "build/fuzz-crashes/$name.log"
    failed=1
  fi
  grep -E 'number_of_executed_units|new_units_added' "build/fuzz-crashes/$name.log" || true
done < <(find build/fuzz -type f -perm -u+x -name 'fuzz_*' ! -name '*_replay' -name "*$pattern*" | sort)
exit "$failed"
