#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A profile held to a budget file. The exit status is 1 if a limit is broken.
set -uo pipefail
heaplens run -o out/leaky.heaplens -- "$EXAMPLES/leaky" "a line of the file"
heaplens check --budget examples/leaky.budget --top 1 out/leaky.heaplens
echo "exit status $?"
heaplens check --budget examples/leaky.budget --format junit -o out/budget.xml out/leaky.heaplens
grep -c '<failure' out/budget.xml
