#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The engine under the profiler: what allocates while 40 candidates are ranked.
set -euo pipefail
heaplens run -o out/engine.heaplens -- competency rank --role data/demo/demo_role.json \
  --candidates data/demo/demo_candidates.jsonl --format json >out/ranking.json
heaplens report out/engine.heaplens | sed -n "/^In short/,/most never/p"
