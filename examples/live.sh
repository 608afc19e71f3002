#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A process that runs is read without stopping it.
set -euo pipefail
rm -f out/pid out/go && mkfifo out/go
heaplens run -o out/live.heaplens -- bash -c 'text=$(printf %100000d 7); echo $$ >out/pid; read -r _ <out/go' &
until [ -s out/pid ]; do sleep 0.05; done
heaplens top --once --top 1 "$(cat out/pid)"
heaplens snapshot -o out/now.heaplens "$(cat out/pid)"
echo >out/go
wait
