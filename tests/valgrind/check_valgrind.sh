#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs both programs under Valgrind's memcheck: no error, and nothing that was allocated is lost.
#
#   check_valgrind.sh COMPETENCY HEAPLENS PROGRAM     PROGRAM is what heaplens records
set -euo pipefail
competency=$1 heaplens=$2 program=$3
command -v valgrind >/dev/null || { echo "skipped: no valgrind"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

checked() {  # expected-exit-code command...
  local expected=$1 code=0
  shift
  valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible \
    "$@" >"$folder/out" 2>"$folder/err" || code=$?
  if [ "$code" -ne "$expected" ] || grep -q '^==' "$folder/err"; then
    echo "exit code $code, expected $expected: $*"
    cat "$folder/err"
    exit 1
  fi
}

cat >"$folder/document.json" <<'END'
{"role": {"id": "r", "skills": [{"name": "A", "level": "4/5", "embedding": [1, 0, 0]},
                                {"name": "B", "level": "2/3", "embedding": [0, 1, 0.5]}]},
 "candidates": [{"id": "x", "skills": [{"name": "C", "level": "5/5", "embedding": [0.9, 0.1, 0]},
                                       {"name": "D", "level": null, "embedding": [0, 1, 0]}]},
                {"id": "y", "skills": [{"name": "B", "level": "1/5", "embedding": [0, 1, 0.5]}]}]}
END
for format in table json jsonl; do
  checked 0 "$competency" match --format "$format" "$folder/document.json"
done
checked 65 "$competency" match <(echo '{"role": {"skills": [{"name": "A", "level": "6/5"}]}}')
checked 66 "$competency" match "$folder/missing.json"

"$heaplens" run -o "$folder/p.heaplens" -- "$program" text 2>/dev/null
for format in text dhat; do
  checked 0 "$heaplens" report --format "$format" "$folder/p.heaplens"
done
head -c 200 "$folder/p.heaplens" >"$folder/cut.heaplens"
checked 65 "$heaplens" report "$folder/cut.heaplens"
echo "no error and no leak"
