#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A program that is killed leaves a profile up to its last operation.
set -uo pipefail
heaplens run -o out/killed.heaplens -- bash -c 'text=$(printf %100000d 7); kill -KILL $$'
echo "exit status $?"
heaplens report out/killed.heaplens | sed -n 3,8p
