#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs into build/tools the viewers that the tests open heaplens's files with: pprof, speedscope
# and inferno, of the versions and contents that heaplens/tests/export/consumers pins. Quick when they
# are there. What cannot be had (no go, no npm, no cargo, no network) is said; its tests are then skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

consumers=$PWD/heaplens/tests/export/consumers
tools=$PWD/build/tools
mkdir -p "$tools"

# Usage: is_current NAME FILE...: NAME was installed from these files as they are now.
is_current() {
  local name=$1
  shift
  [ "$(cat "$tools/$name.installed" 2>/dev/null)" = "$(cat "$@" | sha256sum)" ]
}

mark_current() {
  local name=$1
  shift
  cat "$@" | sha256sum >"$tools/$name.installed"
}

fetch_pprof() {
  local pins=("$consumers/pprof/go.mod" "$consumers/pprof/go.sum")
  is_current pprof "${pins[@]}" && return 0
  (cd "$consumers/pprof" && go build -mod=readonly -trimpath -o "$tools/pprof" github.com/google/pprof) &&
    mark_current pprof "${pins[@]}"
}

fetch_speedscope() {
  local pins=("$consumers/speedscope/package.json" "$consumers/speedscope/package-lock.json")
  is_current speedscope "${pins[@]}" && return 0
  mkdir -p "$tools/speedscope"
  cp "${pins[@]}" "$tools/speedscope"
  (cd "$tools/speedscope" && npm ci --ignore-scripts --no-audit --no-fund --silent) &&
    mark_current speedscope "${pins[@]}"
}

# What reads stacks with two counts, as flamegraph.pl does. --locked: its dependencies too are those
# of its release. Not optimised: it is compiled for longer than it ever runs.
fetch_inferno() {
  local pins=("$consumers/inferno/version")
  is_current inferno "${pins[@]}" && return 0
  CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --locked --debug --version "$(cat "${pins[@]}")" --no-default-features --features cli \
    --bin inferno-flamegraph --root "$tools/inferno" inferno &&
    mark_current inferno "${pins[@]}"
}

fetch_inferno || echo "viewers: inferno cannot be built (needs cargo); its tests are skipped"
fetch_pprof || echo "viewers: pprof cannot be built (needs go); its tests are skipped"
fetch_speedscope || echo "viewers: speedscope cannot be installed (needs npm); its tests are skipped"
