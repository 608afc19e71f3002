#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Takes the pictures of heaplens's report page again: docs/images/heaplens-{report,report-dark,
# report-narrow,diff}.png. Needs a release build with its tests, the demo's model, node and Debian's
# chromium. Look at them before they are committed.
#
#   tools/pictures.sh [FOLDER]     (default: docs/images)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
out=$(realpath "${1:-docs/images}")
heaplens=$root/build/release/bin/heaplens
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Commands as a reader would type them: names of programs, not paths of this machine.
(
  cd data
  PATH=$root/build/release/bin:$PATH
  heaplens run -o "$scratch/match.heaplens" -- \
    competency match --role demo/demo_role.json --candidates demo/demo_candidates.jsonl --format jsonl >"$scratch/matches"
)
for build in base reshaped; do
  mkdir "$scratch/$build"
  cp "build/release/heaplens/tests/diff/programs/diff_target_$build" "$scratch/$build/parse"
  (cd "$scratch/$build" && "$heaplens" run -o "$scratch/$build.heaplens" -- ./parse)
done

picture() {
  node heaplens/tests/viewer/picture.mjs --heaplens "$heaplens" --viewer heaplens/viewer "$@"
}
picture --height 1180 "$scratch/match.heaplens" "$out/heaplens-report.png"
picture --height 1300 --theme dark --search embed "$scratch/match.heaplens" "$out/heaplens-report-dark.png"
picture --height 1100 --width 390 "$scratch/match.heaplens" "$out/heaplens-report-narrow.png"
picture --height 1000 "$scratch/base.heaplens" "$scratch/reshaped.heaplens" "$out/heaplens-diff.png"
