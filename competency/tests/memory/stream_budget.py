#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A stream with 1 % bad records ends with exactly those reported, in constant memory.

    stream_budget.py HEAPLENS COMPETENCY [--records N] [--command match|rank]

Candidates come from a pipe, every skill with a vector of its own. heaplens records the program;
`heaplens check` holds it to a budget that does not depend on N, and the peak of a tenth of the
records must be the same to a few blocks. Exit 0: all of that holds.
"""
import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

# What the program may have at any time, and how much more ten times as many records may take.
ABSOLUTE = {"match": "[profile]\npeak <= 216 KiB\nleaked == 0\n", "rank": "[profile]\npeak <= 256 KiB\nleaked == 0\n"}
RELATIVE = "[profile]\npeak <= baseline + 8 KiB\n"
ROLE = {"skills": [{"name": f"Skill {i}", "level": "3/5", "embedding": [1, i, i * i]} for i in range(3)]}


def is_bad(number):
    return number % 100 == 37


def write_candidates(pipe, count):
    """One of five ways of being wrong, or a candidate."""
    chance = random.Random(1)
    wrong = ['{"id": "%s", "skills": [{"name": "A", "level": "6/5", "embedding": [1, 0, 0]}]}',
             '{"id": "%s", "skills": []}', '{"id": "%s", "skills": 1}', '{"id": "%s", "skills": [',
             '{"id": "%s", "skills": [{"name": "A", "level": "1/5", "embedding": [1]}]}']
    with pipe:
        for number in range(count):
            if is_bad(number):
                line = wrong[number // 100 % 5] % f"c{number}"
            else:
                skills = ", ".join(
                    '{"name": "Skill %d", "level": {"value": %d, "max": 5}, "embedding": [1, %d, %d]}'
                    % (n, chance.randrange(6), n % 7, n % 5)
                    for n in chance.sample(range(200), 1 + number % 8))
                line = '{"id": "c%d", "skills": [%s]}' % (number, skills)
            pipe.write(line.encode() + b"\n")


def count_lines(output, expected):
    """Reads JSONL results; the numbers of the records that failed."""
    failed, seen = [], 0
    for line in output:
        if line.startswith(b'{"run"'):
            continue
        if b'"error"' in line[:4096] and "error" in json.loads(line):
            failed.append(seen)
        seen += 1
    if seen != expected:
        sys.exit(f"{seen} results of {expected} records")
    return failed


def run(arguments, folder, count):
    """Runs the program over (count) records under heaplens; returns the profile's path."""
    role, profile = folder / "role.json", folder / f"{count}.heaplens"
    role.write_text(json.dumps(ROLE))
    ranking = arguments.command == "rank"
    command = [arguments.heaplens, "run", "-o", profile, "--", arguments.competency, arguments.command,
               "--role", role, "--candidates", "-", "--format", "jsonl"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    writer = threading.Thread(target=write_candidates, args=(process.stdin, count))
    writer.start()
    bad = [number for number in range(count) if is_bad(number)]
    if ranking:
        errors = sum("error" in json.loads(line) for line in process.stdout)
        found = errors == len(bad)
    else:
        found = count_lines(process.stdout, count) == bad
    writer.join()
    status = process.wait()
    if not found or status != 3:
        sys.exit(f"{count} records: exit {status}, the errors are {'right' if found else 'wrong'}")
    return profile


def check(arguments, folder, profile, budget, *baseline):
    path = folder / "budget"
    path.write_text(budget)
    done = subprocess.run([arguments.heaplens, "check", profile, "--budget", path, *baseline],
                          capture_output=True, text=True, check=False)
    print(f"{profile.stem} records, 1 % of them bad:\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("heaplens")
    parser.add_argument("competency")
    parser.add_argument("--records", type=int, default=50000)
    parser.add_argument("--command", choices=("match", "rank"), default="match")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few = run(arguments, folder, arguments.records // 10)
        many = run(arguments, folder, arguments.records)
        kept = [check(arguments, folder, few, ABSOLUTE[arguments.command]),
                check(arguments, folder, many, ABSOLUTE[arguments.command]),
                check(arguments, folder, many, RELATIVE, "--baseline", few)]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
