#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Two versions of a program of benchmarks in turns: time and memory of each benchmark.
set -uo pipefail
export HEAPLENS_BENCH_OPTIONS="--sample-size 10 --warm-up 5ms --measurement-time 20ms"
heaplens compare --rounds 2 "$EXAMPLES/bench_join join/1000" "$EXAMPLES/bench_join_once join/1000"
echo "exit status $?"
