#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The encoder beside its peers, on real skill names: one command, one report.

    cmake --build --preset release
    competency/benchmarks/encoder.py                    one name and 300 names, one thread
    competency/benchmarks/encoder.py --sets 10000 --rounds 1
    competency/benchmarks/encoder.py --only onnxruntime --parts times start
    competency/benchmarks/encoder.py --json FILE        the raw figures too
    competency/benchmarks/encoder.py --merge A B C --write docs/encoder.md
                                     the report of earlier runs; nothing is run

Every engine runs in a process of its own, holds its model, and is told what to embed; the rounds
alternate between them, so that a slow minute of the machine is everybody's. Times are medians; a
ratio is the median of the rounds' own ratios, so --merge never compares two runs. Then: from exec
to the first vector, peak memory, and how near the vectors are to ours.

The peers are installed under build/peers by the first run: a virtual environment with onnxruntime
and tokenizers from the package index that pip is configured for, the model as an ONNX graph
(onnx_graph.py), and candle, where there is a cargo (ten minutes of compiling; --only leaves it
out). sentence-transformers is not among them: it brings gigabytes of torch; nor is
fasttextembed, which runs one model that only a hub has.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEERS = os.path.join(ROOT, "build", "peers")
PYTHON = os.path.join(PEERS, "bin", "python")
PACKAGES = ["onnxruntime", "onnx", "numpy", "tokenizers"]
EACH = 40  # names that the one-name set is measured on, a call each
WARM_BELOW = 1000  # names: a longer set is not embedded once before it is timed
PEERS_ALL = ["onnxruntime f32 default", "onnxruntime f32 sorted", "onnxruntime int8 default",
             "onnxruntime int8 sorted", "candle f32 default", "candle f32 sorted"]
PARTS = ["peaks", "times", "start", "memory", "agreement"]


def default_model():
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.environ.get("COMPETENCY_MODEL_DIR") or os.path.join(data, "competency/models/all-MiniLM-L6-v2")


class Engine:
    """A process that embeds on command; the first line that it prints says what it is."""

    def __init__(self, name, command, env=None):
        self.name, self.command, self.env = name, command, env or {}

    def start(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
        self.process = subprocess.Popen(self.command, env=dict(env, **self.env), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.greeting = self.process.stdout.readline().split()
        if not self.greeting:
            sys.exit(f"encoder.py: {self.name} did not start: {' '.join(self.command)}")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"encoder.py: {self.name} ended at: {line}")
        return float(answer)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def install_onnx(model):
    if not os.path.exists(PYTHON):
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
    have = subprocess.run([PYTHON, "-c", "import " + ", ".join(PACKAGES)], stderr=subprocess.DEVNULL)
    if have.returncode != 0:
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"] + PACKAGES, check=True)
    maker = [PYTHON, os.path.join(HERE, "onnx_graph.py")]
    f32, int8 = os.path.join(PEERS, "f32.onnx"), os.path.join(PEERS, "int8.onnx")
    for path, command in ((f32, maker + [model]), (int8, maker + ["--int8", f32])):
        if not os.path.exists(path):
            subprocess.run(command + [path + ".part"], check=True, stderr=subprocess.DEVNULL)
            os.rename(path + ".part", path)
    return {"f32": f32, "int8": int8}


def install_candle():
    folder = os.path.join(PEERS, "candle")
    if not shutil.which("cargo"):
        return None
    shutil.copytree(os.path.join(HERE, "candle_peer"), folder, dirs_exist_ok=True)
    done = subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=folder)
    return os.path.join(folder, "target", "release", "candle_peer") if done.returncode == 0 else None


def read_names(path, count):
    """`count` names spread over the whole file: the first column named label, or the lines."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    header = lines[0].split("\t")
    if "label" in header:
        lines = [line.split("\t")[header.index("label")] for line in lines[1:]]
    names = list(dict.fromkeys(lines))
    if len(names) < count:
        sys.exit(f"encoder.py: {path} has {len(names)} different names, {count} are wanted")
    return [names[i * len(names) // count] for i in range(count)]


def write_names(folder, names, name):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(names) + "\n")
    return path


def make_engines(options, names, threads):
    """Ours in both precisions, then the peers that were asked for."""
    ours = os.path.join(options.build, "competency", "benchmarks", "bench_encoder")
    engines = [Engine(f"competency {precision}", [ours, "serve", options.model, names, precision, str(threads)])
               for precision in ("f32", "int8")]
    tokenizer = os.path.join(options.model, "tokenizer.json")
    for name in chosen_peers(options):
        kind, precision, batching = name.split()
        if kind == "onnxruntime":
            graph = install_onnx(options.model)[precision]
            engines.append(Engine(name, [PYTHON, os.path.join(HERE, "onnx_peer.py"), graph, tokenizer, names,
                                         str(threads), batching]))
        else:
            candle = install_candle()
            engines += [Engine(name, [candle, options.model, names, batching],
                               {"RAYON_NUM_THREADS": str(threads)})] if candle else []
    return engines


def chosen_peers(options):
    return [name for name in PEERS_ALL if not options.only or any(name.startswith(wanted) for wanted in options.only)]


def ours_like(name):
    """The engine of ours that an engine is compared with: of the same precision."""
    return f"competency {name.split()[1]}"


def measure(engines, count, rounds):
    """Nanoseconds of each engine in each round; before them one that warms up, unless it is long."""
    command = f"each 0 {EACH}" if count == 1 else f"all 0 {count}"
    found = []
    for round_number in range(rounds + (count <= WARM_BELOW)):
        taken = {}
        for engine in engines:
            taken[engine.name] = engine.ask(command)
            time.sleep(0.02)  # a peer's idle threads spin for a while
        found.append(taken)
    return found[-rounds:]


def compare_vectors(engines, folder, count):
    """Of each engine: largest difference of a component, and smallest cosine, against ours."""
    script = ("import sys, numpy\n"
              "a, b = (numpy.fromfile(p, '<f4').reshape(int(sys.argv[3]), -1) for p in sys.argv[1:3])\n"
              "print(abs(a - b).max(), (a * b).sum(1).min())\n")
    paths = {}
    for number, engine in enumerate(engines):
        paths[engine.name] = os.path.join(folder, f"{number}.f32")
        engine.ask(f"write 0 {count} {paths[engine.name]}")
    first = paths[engines[0].name]
    python = PYTHON if os.path.exists(PYTHON) else sys.executable
    found = {}
    for name, path in paths.items():
        printed = subprocess.run([python, "-c", script, first, path, str(count)], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout
        found[name] = [float(word) for word in printed.split()]
    return found


def read_peaks(options, threads):
    """{name: (number, unit)} of machine_peaks."""
    program = os.path.join(options.build, "competency", "benchmarks", "machine_peaks")
    printed = subprocess.run([program, str(threads)], check=True, text=True, stdout=subprocess.PIPE).stdout
    return {line.split()[0]: (float(line.split()[1]), line.split()[2]) for line in printed.splitlines()}


def cold_starts(options, rounds=21):
    """{engine: [us to the first vector, peak RSS KiB] of each round}, alternating."""
    clock = os.path.join(options.build, "competency", "benchmarks", "exec_clock")
    ours = os.path.join(options.build, "competency", "benchmarks", "bench_encoder")
    commands = {f"competency {p}": [ours, "first", options.model, "python", p] for p in ("f32", "int8")}
    for name in chosen_peers(options):
        kind, precision, batching = name.split()
        if kind == "onnxruntime" and batching == "default":
            commands[name] = [PYTHON, os.path.join(HERE, "onnx_peer.py"), install_onnx(options.model)[precision],
                              os.path.join(options.model, "tokenizer.json"), "--first", "python"]
    found = {name: [] for name in commands}
    for round_number in range(rounds + 1):
        for name, command in commands.items():
            if round_number > 3 and not name.startswith("competency"):
                continue
            printed = subprocess.run([clock, "1"] + command, check=True, text=True, stdout=subprocess.PIPE).stdout
            words = [float(word) for word in printed.split()]
            if round_number > 0:  # the one before brings the files into the page cache
                found[name].append([words[0], words[2]])
    return found


def memory_used(engines):
    """{engine: [ns to make its session, peak RSS KiB after 300 names]}, each in a new process."""
    found = {}
    for engine in engines:
        fresh = Engine(engine.name, engine.command, engine.env)
        fresh.start()
        fresh.ask("all 0 300")
        created = 0 if engine.name.startswith("competency") else float(fresh.greeting[0])
        found[engine.name] = [created, fresh.ask("rss")]
        fresh.stop()
    return found


class Report:
    """Lines of Markdown."""

    def __init__(self):
        self.lines = []

    def say(self, text=""):
        self.lines.append(text)

    def table(self, head, rows):
        widths = [max(len(str(row[i])) for row in [head] + rows) for i in range(len(head))]
        row_text = lambda row: "| " + " | ".join(
            str(cell).ljust(w) if i == 0 else str(cell).rjust(w) for i, (cell, w) in enumerate(zip(row, widths))) + " |"
        self.say(row_text(head))
        self.say("|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|")
        for row in rows:
            self.say(row_text(row))
        self.say()


def time_text(ns):
    return f"{ns / 1e9:.2f} s" if ns >= 1e9 else f"{ns / 1e6:.1f} ms" if ns >= 1e7 else f"{ns / 1e6:.2f} ms"


def first_line(path, key):
    with open(path) as file:
        return next((line.split(":", 1)[1].strip() for line in file if line.startswith(key)), "unknown")


def describe_machine(engines):
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], text=True,
                            stdout=subprocess.PIPE).stdout.strip()
    versions = [f"onnxruntime {e.greeting[1]}" for e in engines if e.name.startswith("onnxruntime")][:1]
    return {"cpu": first_line("/proc/cpuinfo", "model name"), "processors": os.cpu_count(),
            "linux": platform.release(), "commit": commit, "kernels": engines[0].greeting[0],
            "shape": [int(word) for word in engines[0].greeting[1:4]], "versions": versions}


def gather(options, folder):
    """The raw figures: {"machine": ..., "parts": [{"part", "threads", ...}]}."""
    names = write_names(folder, read_names(options.names, max(options.sets + [300])), "names")
    parts = []
    for threads in options.threads:
        engines = make_engines(options, names, threads)
        for engine in engines:
            engine.start()
        machine = describe_machine(engines) if threads == options.threads[0] else machine
        if "peaks" in options.parts:
            parts.append({"part": "peaks", "threads": threads, "figures": read_peaks(options, threads)})
        for count in options.sets if "times" in options.parts else ():
            tokens = (engines[0].ask(f"tokens 0 {EACH}") / EACH if count == 1
                      else engines[0].ask(f"tokens 0 {count}"))
            parts.append({"part": "times", "threads": threads, "count": count, "tokens": tokens,
                          "rounds": measure(engines, count, options.rounds)})
        if "agreement" in options.parts and threads == 1:
            parts.append({"part": "agreement", "figures": compare_vectors(engines, folder, 300)})
        for engine in engines:
            engine.stop()
        if "memory" in options.parts and threads == 1:
            parts.append({"part": "memory", "figures": memory_used(engines)})
        if "start" in options.parts and threads == 1:
            parts.append({"part": "start", "figures": cold_starts(options)})
    return {"machine": machine, "parts": parts}


def merge(runs):
    """Raw figures of several runs as if they were one."""
    merged = {"machine": runs[0]["machine"], "parts": []}
    merged["machine"]["versions"] = sorted({v for run in runs for v in run["machine"]["versions"]})
    if len({json.dumps([run["machine"][key] for key in ("cpu", "kernels", "shape")]) for run in runs}) > 1:
        sys.exit("encoder.py: --merge of runs on different machines, kernels or models")
    by_key = {}
    for part in (part for run in runs for part in run["parts"]):
        key = (part["part"], part.get("threads"), part.get("count"))
        first = by_key.setdefault(key, part)
        if first is part:
            merged["parts"].append(part)
        elif part["part"] == "times":
            first["rounds"] += part["rounds"]
        elif part["part"] == "peaks":
            for name, (value, unit) in part["figures"].items():
                first["figures"][name] = max(first["figures"].get(name, (0, unit)), (value, unit), key=lambda f: f[0])
        elif part["part"] == "start":
            for name, rows in part["figures"].items():
                first["figures"][name] = first["figures"].get(name, []) + rows
        else:
            first["figures"].update(part["figures"])
    return merged


def report_times(report, machine, part, peaks):
    layers, hidden, inside = machine["shape"]
    operations = part["tokens"] * layers * (8 * hidden * hidden + 4 * hidden * inside)
    layer_weights = layers * (4 * hidden * hidden + 2 * hidden * inside)
    threads, count = part["threads"], part["count"]
    report.say(f"{'One name' if count == 1 else f'{count:,} names'}, {part['tokens']:,.1f} tokens, "
               f"{threads} thread{'s' if threads > 1 else ''}:")
    report.say()
    rows = []
    for name in dict.fromkeys(name for taken in part["rounds"] for name in taken):
        times = [taken[name] for taken in part["rounds"] if name in taken]
        ratios = [taken[name] / taken[ours_like(name)] for taken in part["rounds"]
                  if name in taken and ours_like(name) in taken]
        ns = statistics.median(times)
        is_int8 = name.split()[1] == "int8"
        peak = max(peaks.get(key, (0, ""))[0] for key in (["int8_vnni_512"] if is_int8 else
                                                          ["f32_fma_512", "f32_fma_256"]))
        read = layer_weights * (1 if is_int8 else 4) / ns / peaks["read_42mb"][0] if "read_42mb" in peaks else 0
        rows.append([name, time_text(ns), f"{statistics.median(ratios):.2f}" if ratios else "",
                     f"{operations / ns:.0f}", f"{operations / ns / peak * 100:.0f} %" if peak else "",
                     f"{read * 100:.0f} %" if count == 1 and read else "", str(len(times))])
    head = ["engine", "time", "of ours", "Gop/s", "of peak", "of bandwidth", "rounds"]
    keep = [i for i in range(len(head)) if head[i] != "of bandwidth" or count == 1]
    report.table([head[i] for i in keep], [[row[i] for i in keep] for row in rows])


def report_start(report, start, memory):
    report.say("A new process: from exec to the first vector (onnxruntime's is a Python program), what creating its "
               "session or loading its model takes alone, and its peak RSS after 300 names:")
    report.say()
    rows = []
    for name in dict.fromkeys(list(memory) + list(start)):
        created, rss = memory.get(name, (0, 0))
        first = statistics.median(row[0] for row in start[name]) / 1e3 if name in start else 0
        rows.append([name, f"{first:.2f} ms" if first else "", f"{created / 1e6:.1f} ms" if created else "",
                     f"{rss * 1024 / 1e6:.0f} MB" if rss else ""])
    report.table(["engine", "first vector", "session", "peak RSS"], rows)


def render(raw):
    report = Report()
    machine = raw["machine"]
    report.say(f"{machine['cpu']}, {machine['processors']} processors, Linux {machine['linux']}; commit "
               f"{machine['commit']}; kernels {machine['kernels']}; {', '.join(machine['versions']) or 'no peers'}.")
    report.say()
    found = {}
    for part in raw["parts"]:
        found.setdefault(part["part"], []).append(part)
    peaks = {part["threads"]: part["figures"] for part in found.get("peaks", [])}
    for threads, figures in sorted(peaks.items()):
        report.say(f"Peaks measured with {threads} thread{'s' if threads > 1 else ''}: "
                   + ", ".join(f"`{name}` {value:g} {unit}" for name, (value, unit) in figures.items()) + ".")
        report.say()
    for part in sorted(found.get("times", []), key=lambda p: (p["threads"], p["count"])):
        report_times(report, machine, part, peaks.get(part["threads"], {}))
    if "start" in found or "memory" in found:
        report_start(report, *({n: f for p in found.get(k, []) for n, f in p["figures"].items()}
                               for k in ("start", "memory")))
    for part in found.get("agreement", []):
        report.say("How near each is to ours of f32, over 300 names:")
        report.say()
        report.table(["engine", "largest difference", "smallest cosine"],
                     [[name, f"{pair[0]:.1e}", f"{pair[1]:.7f}"] for name, pair in list(part["figures"].items())[1:]])
    return "\n".join(report.lines).rstrip() + "\n"


def write_into(page, text):
    """Replace what stands between the page's two comments."""
    begin, end = "<!-- encoder.py -->\n", "<!-- end of encoder.py -->\n"
    with open(page, encoding="utf-8") as file:
        old = file.read()
    if begin not in old or end not in old:
        sys.exit(f"encoder.py: {page} has no lines {begin.strip()} and {end.strip()}")
    with open(page, "w", encoding="utf-8") as file:
        file.write(old.split(begin)[0] + begin + "\n" + text + "\n" + end + old.split(end)[1])


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--model", default=default_model())
    parser.add_argument("--names", default=os.path.join(ROOT, "data", "quality", "esco_skill_corpus.tsv"))
    parser.add_argument("--sets", type=int, nargs="+", default=[1, 300], help="how many names; 1: one a call")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="*", metavar="PEER", help="peers by the start of their names; none: ours alone")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", metavar="FILE", help="write the raw figures to this file")
    parser.add_argument("--merge", nargs="+", metavar="FILE", help="report the raw figures in these files")
    parser.add_argument("--write", metavar="PAGE", help="put the report between the page's two comments")
    options = parser.parse_args()
    if options.only == []:
        options.only = ["-"]
    return options


def main():
    options = read_options()
    if options.merge:
        raw = merge([json.load(open(path, encoding="utf-8")) for path in options.merge])
    else:
        with tempfile.TemporaryDirectory() as folder:
            raw = gather(options, folder)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(raw, file, indent=1)
    text = render(raw)
    sys.stdout.write(text)
    if options.write:
        write_into(options.write, text)


if __name__ == "__main__":
    main()
