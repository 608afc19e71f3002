#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A profile kept by a name, a budget that is relative to it, and what changed since.
set -uo pipefail
rm -rf out/baselines
heaplens run -o out/before.heaplens -- "$EXAMPLES/leaky" "a line"
heaplens baseline save --baselines out/baselines main out/before.heaplens
heaplens run -o out/after.heaplens -- "$EXAMPLES/leaky" "a longer line"
printf '[profile]\npeak <= baseline + 2 %%\nblocks <= baseline\n' >out/relative.budget
heaplens check --baselines out/baselines --baseline main --budget out/relative.budget --top 1 out/after.heaplens
echo "exit status $?"
heaplens diff --sort peak --top 1 out/before.heaplens out/after.heaplens
