#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A shell and what it starts: one profile, with a part for each process.
set -euo pipefail
heaplens run -o out/shell.heaplens -- sh -c "$EXAMPLES/leaky one; $EXAMPLES/leaky 'a longer line'"
heaplens report --format json out/shell.heaplens |
  jq -r '.session[] | "\(.bytes_at_peak) bytes at the peak of \(.command)"'
