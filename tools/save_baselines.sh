#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Record the baselines of the repository again: budgets/baselines/*.heaplens, which the tests compare
# with. Run it after a change that uses more memory for a good reason, and commit what it writes.
#
#   tools/save_baselines.sh
#
# A profile has the paths of its program and sources. So that these are the same wherever it is
# recorded, what is committed (HEAD) is built and run in $TMPDIR/competency-baselines, which is
# removed afterwards.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
work=${TMPDIR:-/tmp}/competency-baselines
mkdir "$work"
trap 'rm -rf "$work"' EXIT

git -C "$root" archive HEAD | tar -x -C "$work"
cd "$work"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
cmake --build build --target heaplens_cli competency_cli test_memory >/dev/null

record() {
    name=$1
    shift
    "$@" >/dev/null 2>&1  # the first program that opens a model packs it
    build/bin/heaplens run -o "$name.heaplens" -- "$@" >/dev/null
    verb=save
    if [ -e "$root/budgets/baselines/$name.heaplens" ]; then
        verb=update
    fi
    build/bin/heaplens baseline "$verb" --baselines "$root/budgets/baselines" "$name" "$name.heaplens"
}

record match build/bin/competency match --role data/demo/demo_role.json \
    --candidates data/demo/demo_candidates.jsonl --format jsonl
for test in baseline_memory_usage embedding_memory_usage similarity_calculation_memory \
    memory_growth_patterns steady_state_allocates_nothing; do
    record "$test" build/competency/tests/memory/test_memory "$test"
done
