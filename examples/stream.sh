#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A stream of candidates: a bad record is an error in its place, the rest goes on, the status is 3.
set -uo pipefail
cat >out/pool.jsonl <<END
{"id": "Ann", "max_level": 5, "skills": [{"name": "PostgreSQL", "level": 4}]}
{"id": "Ben", "max_level": 5, "skills": [{"name": "Python", "level": 9}]}
{"id": "Cem", "max_level": 5, "skills": [{"name": "Python", "level": null}]}
{"id": "Dan", "max_level": 5, "skills": [{"name": "Python", "level": 4}]}
END
competency match --role examples/role.json --candidates out/pool.jsonl --format jsonl >out/matches.jsonl
echo "exit status $?"
jq -c 'select(.id) | {id, score, error}' out/matches.jsonl
