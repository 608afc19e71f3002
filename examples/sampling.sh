#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sampled, one block in 4 KiB: every figure but the totals is an estimate, with its interval.
set -euo pipefail
heaplens run --mode sample=4096 -o out/sampled.heaplens -- "$EXAMPLES/leaky" "a line of the file"
heaplens report --sort leaked --top 1 out/sampled.heaplens
