#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sets the machine up, builds, ranks the demo candidates for the demo role, and shows the heap
# profile of the engine that did it. Safe to run again; what is done already is not done twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { printf '\n== %s\n' "$*"; }

say "1. Packages"
scripts/setup.sh build
echo "everything that the build needs is installed"

say "2. Embedding model (all-MiniLM-L6-v2)"
scripts/fetch-model.sh

say "3. Build (optimised, with line tables)"
cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log >&2; rm -f build-configure.log; exit 1; }
rm -f build-configure.log
cmake --build --preset release

bin=build/release/bin
role=data/demo/demo_role.json
candidates=data/demo/demo_candidates.jsonl
mkdir -p out

say "4. Rank 40 candidates for an O*NET role: competency rank"
"$bin/competency" rank --role "$role" --candidates "$candidates" --top all

say "5. The same data under the heap profiler: heaplens run -- competency match"
"$bin/heaplens" run -o out/demo.heaplens -- \
  "$bin/competency" match --role "$role" --candidates "$candidates" --format jsonl >out/demo_matches.jsonl
"$bin/heaplens" report out/demo.heaplens --top 3
"$bin/heaplens" report out/demo.heaplens --format dhat -o out/dhat-heap.json

say "Made"
cat <<END
  $bin/competency            the matching engine's command line
  $bin/heaplens              the heap profiler's command line
  out/demo_matches.jsonl     the 40 matches, one JSON object a line
  out/demo.heaplens          heap profile of the engine:  $bin/heaplens report out/demo.heaplens
  out/dhat-heap.json         the same for DHAT's viewer: open dh_view.html (Debian package valgrind,
                             /usr/libexec/valgrind/dh_view.html) in a browser and load it
Skills of the demo: O*NET 29.3 (CC BY 4.0), see data/README.md.
END
