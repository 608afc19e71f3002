#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One row of the robustness matrix, or all of them.

    check_matrix.py --heaplens PATH --library PATH --programs FOLDER [ROW...]
    check_matrix.py --list
    check_matrix.py --check-table docs/robustness.md  does it have these rows?
    check_matrix.py ... --table docs/robustness.md    run every row and write the table

A row passes if the program does the same under heaplens as without it (standard output, standard
error but for heaplens's own lines, exit status), and if the profile has the figures that the row
says. Exit status 77 if the only row cannot be run here.
"""
import argparse
import json
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from rows import ROWS

SKIPPED = 77
FOLDERS_OF_LIBRARIES = ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib")
UNPROFILED = "the program runs unprofiled"


class Skip(Exception):
    """This machine cannot run the row."""


class Profile:
    """What `heaplens report` says of a file or folder."""

    def __init__(self, heaplens, path):
        self.command = [heaplens, "report"]
        self.path = path
        self.text = self.report()
        # All of them, in the order of their start.
        self.pids = [process["pid"] for process in json.loads(self.report("--format", "json"))["session"]]

    def report(self, *options):
        done = subprocess.run([*self.command, *options, self.path], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(f"heaplens report: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def figures(self, process, function):
        """(bytes, blocks) in all and (bytes, blocks) at the end, of stacks with the function."""
        dhat = json.loads(self.report("--format", "dhat", "--process", str(self.pids[process])))
        name = re.compile(rf": {re.escape(function)} \(")
        frames = {i for i, text in enumerate(dhat["ftbl"]) if name.search(text)}
        found = [point for point in dhat["pps"] if frames & set(point["fs"])]
        return tuple(sum(point[key] for point in found) for key in ("tb", "tbk", "eb", "ebk"))

    def totals(self):
        """(bytes, blocks) that the summary says were allocated."""
        found = re.search(r"allocated +([\d,]+) bytes .*in ([\d,]+) blocks", self.text)
        return tuple(int(number.replace(",", "")) for number in found.groups())


class Checker:
    def __init__(self, row, args, folder):
        self.row, self.heaplens, self.library = row, args.heaplens, args.library
        programs = args.programs
        # A sanitized heaplens itself runs neither under another allocator nor without /proc: the
        # program then records by itself.
        self.is_sanitized = args.sanitized
        self.programs, self.folder = Path(programs), Path(folder)
        self.profile = self.folder / "out.heaplens"
        self.session = self.folder / "session"
        self.runtime = self.folder / "runtime"
        self.session.mkdir()
        self.runtime.mkdir()
        places = {"plugin": self.programs / "libmatrix_plugin.so", "library": self.library,
                  "interposer": self.programs / "libmatrix_interposer.so",
                  "output": self.folder / "output"}
        self.command = [self.programs / f"matrix_{row.program}",
                        *(argument.format_map(places) for argument in row.arguments)]
        self.preload = [self.find_library(name.format_map(places)) for name in row.preload]
        if not self.command[0].exists() and row.program:
            raise Skip(f"no program {self.command[0].name}: the compiler cannot make it")

    @staticmethod
    def find_library(name):
        for folder in ("", *FOLDERS_OF_LIBRARIES):
            if (Path(folder) / name).is_absolute() and (Path(folder) / name).exists():
                return str(Path(folder) / name)
        raise Skip(f"{name} is not installed")

    # ---------------------------------------------------------------------------- running

    def environment(self, *preload, **more):
        known = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C",
                 "ASAN_OPTIONS": "detect_leaks=0", "XDG_RUNTIME_DIR": str(self.runtime), "HEAPLENS_LIBRARY": self.library}
        joined = ":".join(map(str, (*preload, *self.preload)))
        return known | ({"LD_PRELOAD": joined} if joined else {}) | more

    def execute(self, command, **options):
        options = {"env": self.environment(), "stdin": subprocess.DEVNULL} | options
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                              check=False, **options)
        status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        return status, done.stdout, done.stderr

    def run_command(self):
        return [self.heaplens, "run", *self.row.options, "-o", self.profile, "--"]

    def recorded(self):
        """The environment of a program that records into the session's folder by itself."""
        return {"env": self.environment(self.library, HEAPLENS_SESSION=str(self.session))}

    def compare(self, plain, profiled, own=r"heaplens: peak .*\n"):
        """What differs; `own` is what heaplens itself must have said, behind what the program did."""
        said = profiled[2].removeprefix(plain[2])
        found = [f"{what} differs: {a!r} without heaplens, {b!r} with it" for what, a, b in
                 (("exit status", plain[0], profiled[0]), ("stdout", plain[1], profiled[1])) if a != b]
        if not re.fullmatch(own, said):
            found.append(f"stderr should end with {own!r}: {profiled[2]!r}")
        return found + self.check_plain(plain)

    def check_plain(self, plain):
        found = []
        if plain[0] != self.row.exit:
            found.append(f"exit status {plain[0]} without heaplens, {self.row.exit} expected")
        if self.row.stdout not in ("", plain[1]):
            found.append(f"stdout {plain[1]!r} without heaplens, {self.row.stdout!r} expected")
        return found

    def check_profile(self, path):
        profile = Profile(self.heaplens, path)
        found = []
        if len(profile.pids) != self.row.processes:
            found.append(f"{len(profile.pids)} processes, {self.row.processes} expected")
            return found
        for (process, function), expected in self.row.figures.items():
            figures = profile.figures(process, function)
            if figures != expected and expected[0] is not None:
                found.append(f"{function}: {figures}, {expected} expected")
        for process, function in self.row.absent:
            if profile.figures(process, function) != (0, 0, 0, 0):
                found.append(f"{function} has figures in process {process}")
        return found

    # --------------------------------------------------------------------- kinds of checks

    def run(self):
        plain = self.execute(self.command)
        if self.is_sanitized and self.preload:
            profiled = self.execute(self.command, **self.recorded())
            return self.compare(plain, profiled, own="") + self.check_profile(self.session)
        profiled = self.execute(self.run_command() + self.command)
        return self.compare(plain, profiled) + self.check_profile(self.profile)

    def plain(self):
        plain = self.execute(self.command)
        return self.check_plain(plain) + ([f"stderr {plain[2]!r}"] if plain[2] else [])

    def recorder_last(self):
        plain = self.execute(self.command)
        environment = self.environment(HEAPLENS_SESSION=str(self.session))
        environment["LD_PRELOAD"] += f":{self.library}"
        profiled = self.execute(self.command, env=environment)
        return self.compare(plain, profiled, own="") + self.check_profile(self.session)

    def left_alone(self):
        plain = self.execute(self.command)
        profiled = self.execute(self.run_command() + self.command)
        reasons = {"ends_static": "statically linked", "ends_sanitized": "built with a sanitizer",
                   "ends_musl": "linked with musl"}
        own = rf"heaplens: .* was not recorded: it is {reasons[self.row.program]}.*\n"
        # 74: there is no profile, and no failure of the program's own to tell.
        return self.compare(plain, (0 if profiled[0] == 74 else profiled[0], *profiled[1:]), own)

    BYPASSED = r"heaplens: malloc is not the recorder's: .*; the program runs unprofiled\n"

    def bypassed(self):
        plain = self.execute(self.command)
        profiled = self.execute(self.run_command() + self.command)
        own = self.BYPASSED + r"heaplens: .* was not recorded: it has a malloc of its own.*\n"
        return self.compare(plain, (0 if profiled[0] == 74 else profiled[0], *profiled[1:]), own)

    def allocator_first(self):
        plain = self.execute(self.command)
        environment = self.environment(HEAPLENS_SESSION=str(self.session))
        environment["LD_PRELOAD"] += f":{self.library}"
        profiled = self.execute(self.command, env=environment)
        return self.compare(plain, profiled, own=self.BYPASSED)

    def setuid(self):
        if os.getuid() != 0:
            raise Skip("only root can give a program away")
        program = self.folder / "other"
        shutil.copy(self.command[0], program)
        os.chown(program, 65534, 65534)
        program.chmod(0o4755)
        self.folder.chmod(0o755)
        if os.statvfs(program).f_flag & os.ST_NOSUID:
            raise Skip("the folder of temporary files ignores set-user-ID")
        plain = self.execute([program])
        profiled = self.execute(self.run_command() + [program])
        own = (r"(ERROR: ld.so: .*\n)?"  # the loader may say that it ignores the recorder
               r"heaplens: .* was not recorded: it runs with the rights of another user.*\n")
        return self.compare(plain, (0 if profiled[0] == 74 else profiled[0], *profiled[1:]), own)

    def stripped(self):
        plain = self.execute(self.command)
        profiled = self.execute(self.run_command() + self.command)
        found = self.compare(plain, profiled)
        totals = Profile(self.heaplens, self.profile).totals()
        return found + ([] if totals == (3000, 3) else [f"totals {totals}, (3000, 3) expected"])

    def run_killed(self):
        with subprocess.Popen([*map(str, self.run_command() + self.command)], env=self.environment(),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
            first = running.stdout.readline()
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
            running.stdin.write("\n")
            running.stdin.close()
            rest = running.stdout.read()  # until the program itself has ended
        folder, = self.runtime.iterdir()
        found = [] if first + rest == "allocated\nwent on\n" else [f"stdout {first + rest!r}"]
        return found + self.check_profile(folder)

    def daemon(self):
        plain = self.execute(self.command)
        output = self.folder / "output"
        wrote = output.read_bytes()
        output.unlink()
        profiled = self.execute(self.run_command() + self.command)
        found = self.compare(plain, profiled) + self.check_profile(self.profile)
        if output.read_bytes() != wrote or wrote != b"daemon\n":
            found.append(f"the daemon wrote {output.read_bytes()!r}, {wrote!r} without heaplens")
        return found

    def closed_streams(self):
        def close():
            os.close(0)
            os.close(2)

        plain = self.execute(self.command, preexec_fn=close)
        profiled = self.execute(self.command, preexec_fn=close, **self.recorded())
        return self.compare(plain, profiled, own="") + self.check_profile(self.session)

    def environment_cleared(self):
        command = ["env", "-i", *self.command]
        plain = self.execute(command)
        profiled = self.execute(self.run_command() + command)
        found = self.compare(plain, profiled)
        if Profile(self.heaplens, self.profile).figures(0, "keep_three")[1] != 0:
            found.append("the program was recorded")
        return found

    def limited(self, what, most):
        def limit():
            resource.setrlimit(what, (most, most))

        plain = self.execute(self.command, preexec_fn=limit)
        profiled = self.execute(self.command, preexec_fn=limit, **self.recorded())
        return self.compare(plain, profiled, own="") + self.check_profile(self.session)

    def file_size_limit(self):
        return self.limited(resource.RLIMIT_FSIZE, 4 << 20)

    def address_space_limit(self):
        return self.limited(resource.RLIMIT_AS, 300 << 20)

    def no_descriptors(self):
        # The loader needs one to load the libraries, so that the limit is set from inside.
        script = ("import ctypes, os, resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3)); "
                  "pid = os.fork(); "
                  "pid == 0 and os._exit(len([bytes(9) for i in range(9)])); "
                  "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))")
        command = [sys.executable, "-c", script]
        plain = self.execute(command)
        profiled = self.execute(command, **self.recorded())
        return self.compare(plain, profiled, rf"heaplens: cannot record .*; {UNPROFILED}\n")

    def check_cut(self, path):
        """Totals are right although the store had no room for every stack, and the report says so."""
        profile = Profile(self.heaplens, path)
        found = [] if profile.totals() == (450560, 8192) else [f"totals {profile.totals()}"]
        if "note: " not in profile.text:
            found.append("the report does not say that something was left out")
        return found

    def bounded_store(self):
        plain = self.execute(self.command)
        profiled = self.execute(self.run_command() + self.command)
        return self.compare(plain, profiled) + self.check_cut(self.profile)

    def in_namespace(self, script, *arguments, **options):
        """Run a shell script that may mount, as root of a user namespace."""
        probe = self.execute(["unshare", "-Urm", "true"])
        if probe[0] != 0:
            raise Skip("user namespaces are not permitted")
        return self.execute(["unshare", "-Urm", "sh", "-ec", script, "sh", *arguments], **options)

    def fork_threads(self):
        plain = self.execute(self.command)
        profiled = self.execute(self.run_command() + self.command, timeout=240)
        found = self.compare(plain, profiled)
        profile = Profile(self.heaplens, self.profile)
        if len(profile.pids) != 1 + 2 * 60:
            return [*found, f"{len(profile.pids)} processes, 121 expected"]
        # In the order of their start: each child, and then its own.
        for child, grandchild in zip(range(1, 121, 40), range(2, 121, 40)):
            figures = (profile.figures(child, "allocate_in_child"),
                       profile.figures(grandchild, "allocate_in_grandchild"))
            if figures != ((300, 10, 300, 10), (800, 20, 800, 20)):
                found.append(f"child {child}: {figures}")
        return found

    def as_on_old_kernel(self):
        """The launcher, where it is permitted."""
        launcher = self.programs / "matrix_without_populate"
        if self.execute([launcher, "/bin/true"])[0] == 77:
            raise Skip("system calls cannot be filtered")
        return launcher

    def old_kernel(self):
        plain = self.execute(self.command)
        profiled = self.execute([self.as_on_old_kernel(), *self.command], **self.recorded())
        return self.compare(plain, profiled, own="") + self.check_profile(self.session)

    def full_disk(self):
        plain = self.execute(self.command)
        if self.row.name == "old_kernel_full_disk":
            self.command = [self.as_on_old_kernel(), *self.command]
        kept = self.folder / "kept"
        # The folder is copied out of the namespace, holes and all, before it disappears.
        profiled = self.in_namespace(
            'mount -t tmpfs -o size=600k none "$1"; cd "$1"; session=$1 library=$2 kept=$3; shift 3; '
            'env LD_PRELOAD="$library" HEAPLENS_SESSION="$session" "$@"; '
            'cp --sparse=always -r . "$kept"',
            self.session, self.library, kept, *self.command)
        return self.compare(plain, profiled, own="") + self.check_cut(kept)

    def read_only_folder(self):
        plain = self.execute(self.command)
        profiled = self.in_namespace(
            'mount -t tmpfs -o ro none "$1"; LD_PRELOAD="$2" HEAPLENS_SESSION="$1" exec "$3"',
            self.session, self.library, *self.command)
        return self.compare(plain, profiled, rf"heaplens: cannot record .*; {UNPROFILED}\n")

    def no_proc(self):
        plain = self.execute(self.command)
        if self.is_sanitized:
            profiled = self.in_namespace(
                'mount -t tmpfs none /proc; LD_PRELOAD="$1" HEAPLENS_SESSION="$2" exec "$3" "$4"',
                self.library, self.session, *self.command)
            return self.compare(plain, profiled, own="") + self.check_profile(self.session)
        profiled = self.in_namespace('mount -t tmpfs none /proc; exec "$@"', self.heaplens, "run",
                                     "-o", self.profile, "--", *self.command)
        return self.compare(plain, profiled) + self.check_profile(self.profile)

    def pid_reuse(self):
        program = self.programs / "matrix_ends"
        # Inside a process namespace the next number can be chosen.
        script = ('for round in 1 2 3; do echo 100 >/proc/sys/kernel/ns_last_pid; '
                  'LD_PRELOAD="$1" HEAPLENS_SESSION="$2" "$3" & wait; done')
        if self.execute(["unshare", "-Urpf", "--mount-proc", "sh", "-c",
                         "echo 100 >/proc/sys/kernel/ns_last_pid"])[0] != 0:
            raise Skip("process namespaces are not permitted")
        done = self.execute(["unshare", "-Urpf", "--mount-proc", "sh", "-ec", script, "sh",
                             self.library, self.session, program])
        names = sorted(path.name for path in self.session.iterdir())
        found = [] if done == (0, "allocated\n" * 3, "") else [f"the programs: {done}"]
        if names != [f"101.{n}.store" for n in range(3)]:
            found.append(f"stores: {names}")
        profile = Profile(self.heaplens, self.session)
        if profile.pids != [101] * 3 or profile.figures(2, "keep_three") != (3000, 3, 3000, 3):
            found.append(f"processes {profile.pids}")
        return found


def check_row(row, args):
    """(passed, text) of a row; passed is None if it cannot be run here."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            checker = Checker(row, args, folder)
            found = getattr(checker, row.check)()
        except Skip as reason:
            return None, str(reason)
        except AssertionError as problem:
            return False, str(problem)
    return not found, "\n".join(found)


TABLE = """# Robustness

What is done to a program that is profiled, and what comes of it. In each row the program's standard
output, standard error and exit status are the same with heaplens as without it, and the profile can
be read and has the figures that were counted by hand; where the row says that the program runs
unprofiled, heaplens says so and why. This page is written by
`heaplens/tests/robust/matrix/check_matrix.py --table docs/robustness.md`, which runs every row;
each is also a test, `robust_matrix_<name>`.

| row | what is done | result on {system} |
|---|---|---|
{rows}
"""


def write_table(path, results):
    words = {True: "passes", False: "**fails**"}
    lines = [f"| {row.name.strip('_')} | {row.title} | "
             f"{words.get(passed) or 'not run: ' + text} |" for row, passed, text in results]
    system = os.uname()
    Path(path).write_text(TABLE.format(system=f"Linux {system.release.split('-')[0]}, "
                                       f"{system.machine}", rows="\n".join(lines)))


def check_table(path):
    text = Path(path).read_text()
    rows = re.findall(r"^\| (\w+) \| (.*) \| (passes|not run: .*) \|$", text, re.M)
    expected = [(row.name.strip("_"), row.title) for row in ROWS]
    if [row[:2] for row in rows] == expected:
        return 0
    print(f"{path} has other rows, or rows that fail: write it again with --table")
    return 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens")
    parser.add_argument("--library")
    parser.add_argument("--programs")
    parser.add_argument("--sanitized", action="store_true", help="heaplens itself is sanitized")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--table")
    parser.add_argument("--check-table")
    parser.add_argument("rows", nargs="*")
    args = parser.parse_args()
    if args.list:
        print("\n".join(row.name for row in ROWS))
        return 0
    if args.check_table:
        return check_table(args.check_table)
    results = []
    for row in ROWS:
        if not args.rows or row.name in args.rows:
            passed, text = check_row(row, args)
            results.append((row, passed, text))
            print({True: "passed ", False: "FAILED ", None: "skipped"}[passed], row.name, text)
    if args.table:
        write_table(args.table, results)
    if any(passed is False for _, passed, _ in results) or not results:
        return 1
    return SKIPPED if all(passed is None for _, passed, _ in results) else 0


if __name__ == "__main__":
    sys.exit(main())
