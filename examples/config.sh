#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Parameters of the scoring from a file and from the command line, and the published result's shape.
set -euo pipefail
echo '{"penalty_config": {"similarity_threshold": 0.3}}' >out/config.json
competency match examples/skills.json --config out/config.json --strategy conservative --ratio-weight-meets 0.5
competency match examples/skills.json --format classic | jq -c '{overall_score, skill_scores: [.skill_scores[].probability]}'
