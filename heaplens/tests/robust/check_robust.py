#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program that nobody here wrote does the same under heaplens as without it.

    check_robust.py sqlite3|jq|python3|gcc|git|pipeline --heaplens PATH [--case NAME]

The same standard output, standard error (but for heaplens's own lines at its end), exit status and
files, and afterwards a report that can be read and has blocks in it. Exit status 77 where the
program is not installed.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

SKIPPED = 77
SYSTEM_PATH = "/usr/bin:/bin"


@dataclass
class Case:
    """One invocation; it runs in an empty folder in which `setup` ran first, unprofiled."""

    name: str
    command: list
    exit: int = 0  # None: not 0; which one depends on the program's version
    stdin: bytes = b""
    setup: str = ""
    outputs: list = field(default_factory=list)    # files that it must write, byte for byte
    processes: list = field(default_factory=list)  # programs that the report must list


SQL = b"""create table t(id integer primary key, name text, x real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
insert into t select i, printf('name %05d', i * 7919 % 3000), i / 7.0 from n;
create index by_name on t(name);
select count(*), sum(x), min(name), max(name) from t;
select a.id, b.name from t a join t b on a.name = b.name where a.id % 500 = 0 order by b.name desc;
delete from t where id % 3 = 0; vacuum; pragma integrity_check;
"""
RECORDS = json.dumps([{"id": i, "tags": [f"t{i % 7}", "x" * (i % 50)]} for i in range(2000)]).encode()
HELLO = r"""
#include <stdio.h>
#include <stdlib.h>
int main(void) { char *p = malloc(10); snprintf(p, 10, "%d", 42); puts(p); free(p); return 0; }
"""
GIT_SETUP = """
git init -q -b trunk . && seq 1 500 >numbers && git add numbers && git commit -q -m first
sed -i 's/7/seven/' numbers && git commit -q -a -m second && echo more >>numbers
"""

CASES = {
    "sqlite3": [
        Case("memory", ["sqlite3", "-batch", ":memory:"], stdin=SQL),
        Case("file", ["sqlite3", "-batch", "db", ".read script"], setup="cat >script", stdin=SQL),
        Case("error", ["sqlite3", "-bail", ":memory:", "select * from missing"], exit=1),
        Case("version", ["sqlite3", "--version"]),
    ],
    "jq": [
        Case("group", ["jq", "group_by(.tags[0]) | map({n: length, ids: map(.id) | add})"], stdin=RECORDS),
        Case("compact", ["jq", "-c", ".[] | select(.id % 2 == 0) | .tags"], stdin=RECORDS),
        Case("runtime_error", ["jq", ".a"], exit=5, stdin=b"[1]"),
        Case("malformed", ["jq", "."], exit=None, stdin=b"[1,}"),
        Case("bad_filter", ["jq", "{"], exit=3, stdin=b"1"),
        Case("no_file", ["jq", ".", "absent.json"], exit=2),
    ],
    "python3": [
        Case("program", ["python3", "-c", "print(sum(len(str(i)) for i in range(200000)))"]),
        Case("stdin", ["python3", "-"], stdin=b"import json, re\nprint(json.dumps({'a': [1] * 5}))\n"),
        Case("raises", ["python3", "-c", "def f(n):\n return f(n - 1) if n else 1 / 0\nf(9)"], exit=1),
        Case("syntax", ["python3", "-c", "def"], exit=1),
        Case("status", ["python3", "-c", "import sys; print('out'); sys.exit(42)"], exit=42),
        Case("child", ["python3", "-c", "import subprocess as s; print(s.check_output(['/bin/echo', 'hi']))"]),
        Case("fork", ["python3", "-c", "import os\np = os.fork()\nx = ['y'] * 1000\n"
                      "os._exit(7) if p == 0 else print(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]))"]),
        Case("threads", ["python3", "-c", "import concurrent.futures as c\n"
                         "with c.ThreadPoolExecutor(4) as e:\n print(sum(e.map(lambda n: len('a' * n), range(5000))))"]),
    ],
    "gcc": [
        Case("object", ["gcc", "-O2", "-c", "hello.c", "-o", "hello.o"], setup="cat >hello.c",
             stdin=HELLO.encode(), outputs=["hello.o"], processes=["cc1", "as"]),
        Case("program", ["gcc", "-Wl,--build-id=none", "hello.c", "-o", "hello"], setup="cat >hello.c",
             stdin=HELLO.encode(), processes=["cc1", "as", "collect2", "ld"]),
        Case("syntax_error", ["gcc", "-c", "bad.c"], exit=1, setup="echo 'int main(void) { return x; }' >bad.c"),
        Case("no_file", ["gcc", "absent.c"], exit=1),
        Case("preprocess", ["gcc", "-E", "-P", "-"], stdin=b"#define A(x) x + x\nint y = A(1);\n"),
    ],
    "git": [
        Case("log", ["git", "--no-pager", "log", "-p"], setup=GIT_SETUP),
        Case("diff", ["git", "--no-pager", "diff", "--stat"], setup=GIT_SETUP),
        Case("commit", ["git", "commit", "-a", "-m", "third"], setup=GIT_SETUP),
        Case("blame", ["git", "--no-pager", "blame", "HEAD", "--", "numbers"], setup=GIT_SETUP),
        Case("gc", ["git", "gc", "--quiet"], setup=GIT_SETUP),
        Case("bad_command", ["git", "frobnicate"], exit=1),
        Case("no_repository", ["git", "status"], exit=128),
    ],
    "pipeline": [
        Case("three", ["sh", "-c", "seq 1 20000 | sort -r | tail -n 3"]),
        Case("broken_pipe", ["sh", "-c", "yes | head -n 2"]),
        Case("killed", ["sh", "-c", "kill -TERM $$"], exit=128 + 15),
        Case("stdin", ["sort"], stdin=b"b\na\nc\n"),
    ],
}


def environment(home):
    """As little as the programs need, the same for every run."""
    fixed = {"PATH": SYSTEM_PATH, "HOME": str(home), "LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0",
             "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(home.parent)}
    for role in ("AUTHOR", "COMMITTER"):
        fixed |= {f"GIT_{role}_NAME": "A", f"GIT_{role}_EMAIL": "a@example.org",
                  f"GIT_{role}_DATE": "2001-02-03T04:05:06Z"}
    return fixed


def run_case(case, place, prefix):
    """(exit status, stdout, stderr, output files) of a case run in `place`, which is made anew."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    env = environment(place)
    stdin = case.stdin
    if case.setup:
        subprocess.run(["sh", "-c", case.setup], cwd=place, env=env, input=stdin, check=True)
        stdin = b""
    done = subprocess.run(prefix + case.command, cwd=place, env=env, input=stdin,
                          capture_output=True, check=False)
    # The shell's way to name a signal, which is heaplens's too.
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    files = [(place / name).read_bytes() if (place / name).is_file() else None for name in case.outputs]
    return status, done.stdout, done.stderr, files


def without_own_lines(stderr):
    """Standard error without the lines of heaplens at its end, and those lines."""
    lines = stderr.splitlines(keepends=True)
    count = 0
    while count < len(lines) and lines[-1 - count].startswith(b"heaplens: "):
        count += 1
    return b"".join(lines[:len(lines) - count]), b"".join(lines[len(lines) - count:])


def compare(case, plain, profiled):
    stderr, own = without_own_lines(profiled[2])
    expected = plain[0] != 0 if case.exit is None else plain[0] == case.exit
    found = [] if expected else [f"exit status {plain[0]} without heaplens, {case.exit} expected"]
    pairs = [("exit status", plain[0], profiled[0]), ("stdout", plain[1], profiled[1]),
             ("stderr", plain[2], stderr), ("files", plain[3], profiled[3])]
    found += [f"{what} differs: {a!r:.300} without heaplens, {b!r:.300} with it"
              for what, a, b in pairs if a != b]
    if not own:
        found.append("heaplens does not say what it wrote")
    return found


def check_report(case, heaplens, profile):
    """What is wrong with the profile: not there, not readable, empty, a process missing."""
    report = subprocess.run([heaplens, "report", profile], capture_output=True, text=True, check=False)
    dhat = subprocess.run([heaplens, "report", "--format", "dhat", profile], capture_output=True,
                          text=True, check=False)
    if report.returncode or dhat.returncode:
        return [f"heaplens report: exit {report.returncode}, {dhat.returncode}: {report.stderr}{dhat.stderr}"]
    found = []
    if sum(point["tbk"] for point in json.loads(dhat.stdout)["pps"]) == 0:
        found.append("the profile has no blocks")
    for process in case.processes:
        if not re.search(rf"(^|[\s/]){re.escape(process)}\b", report.stdout, re.M):
            found.append(f"the report does not list the process {process}")
    return found


def check_case(case, heaplens, folder):
    profile = folder / "out.heaplens"
    plain = run_case(case, folder / "place", [])
    profiled = run_case(case, folder / "place", [heaplens, "run", "-o", profile, "--"])
    found = compare(case, plain, profiled) + check_report(case, heaplens, profile)
    return [f"{case.name}: {text}" for text in found]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", choices=CASES)
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--case")
    args = parser.parse_args()
    cases = [c for c in CASES[args.program] if args.case in (None, c.name)]
    missing = [c.command[0] for c in cases if not shutil.which(c.command[0], path=SYSTEM_PATH)]
    if missing:
        print(f"{missing[0]} is not installed")
        return SKIPPED
    found = []
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            found += check_case(case, args.heaplens, Path(folder))
    print("\n".join(found) or f"{len(cases)} invocations of {args.program}: nothing differs")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
