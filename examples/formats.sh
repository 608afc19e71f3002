#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One profile for every viewer.
set -euo pipefail
heaplens run -o out/leaky.heaplens -- "$EXAMPLES/leaky" "a line of the file"
for format in html dhat pprof folded speedscope json markdown; do
  heaplens report --format "$format" -o "out/leaky.$format" out/leaky.heaplens
  [ -s "out/leaky.$format" ] && echo "out/leaky.$format"
done
cat out/leaky.folded
