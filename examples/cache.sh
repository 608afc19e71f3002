#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Vectors kept on disk for the next run. The results are the same bytes.
set -euo pipefail
rm -rf out/vectors
rank() { competency rank --role data/demo/demo_role.json --candidates data/demo/demo_candidates.jsonl --format json "$@"; }
rank --cache out/vectors >out/first.json
rank --cache out/vectors >out/second.json
cmp out/first.json out/second.json && echo "the same bytes"
competency cache info --cache out/vectors
