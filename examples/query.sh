#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A profile as JSON, asked with jq: how much each function never frees.
set -euo pipefail
heaplens run -o out/leaky.heaplens -- "$EXAMPLES/leaky" "a line of the file"
heaplens report --format json out/leaky.heaplens |
  jq -r '.locations as $at | .sites[] | select(.bytes_at_end > 0)
         | "\(.bytes_at_end) bytes: \([.stack[] | $at[.].frames[].function] | join(" < "))"'
