#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The best three of forty, and one line of JSON for each.
set -euo pipefail
competency rank --role data/demo/demo_role.json --candidates data/demo/demo_candidates.jsonl --top 3
competency rank --role data/demo/demo_role.json --candidates data/demo/demo_candidates.jsonl --top 3 --format jsonl |
  jq -c 'select(.rank) | {rank, id, score}'
