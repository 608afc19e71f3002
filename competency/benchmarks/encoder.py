#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The encoder beside its peers, on real skill names: one command, one table.

    cmake --build --preset release
    competency/benchmarks/encoder.py                    one name and 300 names, 1 and 2 threads
    competency/benchmarks/encoder.py --sets 10000 --rounds 1
    competency/benchmarks/encoder.py --peers onnxruntime --threads 1
    competency/benchmarks/encoder.py --write docs/encoder.md      put what it prints there

Every engine runs in a process of its own, holds its model, and is told what to embed; the rounds
alternate between them, so that a slow minute of the machine is everybody's. Shown are medians,
and ratios of medians to ours. Then: from exec to the first vector, peak memory, and how near the
vectors are to ours.

The peers are installed under build/peers by the first run: a virtual environment with onnxruntime
and tokenizers from the package index that pip is configured for, the model as an ONNX graph
(onnx_graph.py), and candle, where there is a cargo (ten minutes of compiling; --peers leaves it
out). sentence-transformers is not among them: it brings gigabytes of torch; nor is
fasttextembed, which runs one model that only a hub has.
"""

import argparse
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


def make_engines(options, graphs, candle, names, threads):
    ours = os.path.join(options.build, "competency", "benchmarks", "bench_encoder")
    engines = [Engine(f"competency {precision}", [ours, "serve", options.model, names, str(threads)])
               for precision in options.precisions]
    tokenizer = os.path.join(options.model, "tokenizer.json")
    for precision, graph in graphs.items():
        for batching in ("default", "sorted"):
            engines.append(Engine(f"onnxruntime {precision} {batching}",
                                  [PYTHON, os.path.join(HERE, "onnx_peer.py"), graph, tokenizer, names,
                                   str(threads), batching]))
    for batching in ("default", "sorted") if candle else ():
        engines.append(Engine(f"candle f32 {batching}", [candle, options.model, names, batching],
                              {"RAYON_NUM_THREADS": str(threads)}))
    return engines


def measure(engines, count, rounds):
    """Nanoseconds of each engine, medians over alternating rounds; a round before them warms up."""
    command = f"each 0 {EACH}" if count == 1 else f"all 0 {count}"
    times = {engine.name: [] for engine in engines}
    for round_number in range(rounds + 1):
        for engine in engines:
            taken = engine.ask(command)
            if round_number > 0 or count > 1000:
                times[engine.name].append(taken)
            time.sleep(0.02)  # a peer's idle threads spin for a while
        if count > 1000 and round_number + 1 == rounds:
            break
    return {name: statistics.median(taken) for name, taken in times.items()}


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


def cold_starts(options, graphs, rounds=15):
    """{engine: (us to the first vector, peak RSS KiB)}, medians."""
    clock = os.path.join(options.build, "competency", "benchmarks", "exec_clock")
    ours = os.path.join(options.build, "competency", "benchmarks", "bench_encoder")
    commands = {f"competency {p}": [ours, "first", options.model, "python"] for p in options.precisions}
    for precision, graph in graphs.items():
        commands[f"onnxruntime {precision}"] = [
            PYTHON, os.path.join(HERE, "onnx_peer.py"), graph,
            os.path.join(options.model, "tokenizer.json"), "--first", "python"]
    found = {}
    for name, command in commands.items():
        count = rounds if name.startswith("competency") else 3
        printed = subprocess.run([clock, str(count)] + command, check=True, text=True, stdout=subprocess.PIPE).stdout
        rows = [[float(word) for word in line.split()] for line in printed.splitlines()]
        found[name] = tuple(statistics.median(row[i] for row in rows) for i in (0, 2))
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


def report_machine(report, options, engines):
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], text=True,
                            stdout=subprocess.PIPE).stdout.strip()
    versions = [f"onnxruntime {e.greeting[1]}" for e in engines if e.name.startswith("onnxruntime")][:1]
    report.say(f"{first_line('/proc/cpuinfo', 'model name')}, {os.cpu_count()} processors, Linux {platform.release()}; "
               f"commit {commit}; kernels {engines[0].greeting[0]}; {', '.join(versions) or 'no peers'}; "
               f"model {os.path.basename(options.model)}.")
    report.say()


def report_times(report, options, engines, count, threads, peaks):
    medians = measure(engines, count, options.rounds)
    tokens = engines[0].ask(f"tokens 0 {EACH if count == 1 else count}") / (EACH if count == 1 else 1)
    layers, hidden, inside = (int(word) for word in engines[0].greeting[1:4])
    operations = tokens * layers * (8 * hidden * hidden + 4 * hidden * inside)
    what = "One name" if count == 1 else f"{count:,} names"
    report.say(f"{what}, {tokens:,.1f} tokens, {threads} thread{'s' if threads > 1 else ''}:")
    report.say()
    rows = []
    for engine in engines:
        ns = medians[engine.name]
        ours = medians[f"competency {'int8' if 'int8' in engine.name and 'int8' in options.precisions else options.precisions[0]}"]
        peak = peaks.get("int8_vnni_512" if "int8" in engine.name else "f32_fma_256", (float("nan"), ""))
        best = max(peak[0], peaks.get("f32_fma_512", (0, ""))[0]) if "int8" not in engine.name else peak[0]
        rows.append([engine.name, time_text(ns), f"{ns / ours:.2f}", f"{operations / ns:.0f}",
                     f"{operations / ns / best * 100:.0f} %"])
    report.table(["engine", "time", "of ours", "Gop/s", "of peak"], rows)


def report_memory(report, engines, options, graphs, names_file):
    cold = cold_starts(options, graphs)
    rows = []
    for engine in engines:
        fresh = Engine(engine.name, engine.command, engine.env)
        fresh.start()
        fresh.ask("all 0 300")
        rss = fresh.ask("rss") / 1024
        created = "" if engine.name.startswith("competency") else f"{float(fresh.greeting[0]) / 1e6:.1f} ms"
        fresh.stop()
        start = cold.get(engine.name.replace(" default", ""))
        rows.append([engine.name, f"{start[0] / 1e3:.2f} ms" if start else "", created, f"{rss:.0f} MiB"])
    report.say("A new process: from exec to the first vector (onnxruntime's is a Python program), what "
               "creating its session or loading its model takes alone, and its peak RSS after 300 names:")
    report.say()
    report.table(["engine", "first vector", "session", "peak RSS"], rows)


def report_agreement(report, engines, folder):
    found = compare_vectors(engines, folder, 300)
    report.say("How near each is to ours, over 300 names:")
    report.say()
    report.table(["engine", "largest difference", "smallest cosine"],
                 [[name, f"{pair[0]:.1e}", f"{pair[1]:.7f}"] for name, pair in list(found.items())[1:]])


def run(options, folder):
    graphs = install_onnx(options.model) if "onnxruntime" in options.peers else {}
    candle = install_candle() if "candle" in options.peers else None
    names = write_names(folder, read_names(options.names, max(options.sets + [300])), "names")
    report = Report()
    for threads in options.threads:
        peaks = read_peaks(options, threads)
        engines = make_engines(options, graphs, candle, names, threads)
        for engine in engines:
            engine.start()
        if threads == options.threads[0]:
            report_machine(report, options, engines)
        report.say(f"Peaks measured with {threads} thread{'s' if threads > 1 else ''}: "
                   + ", ".join(f"{name} {value:g} {unit}" for name, (value, unit) in peaks.items()) + ".")
        report.say()
        for count in options.sets:
            report_times(report, options, engines, count, threads, peaks)
        if threads == 1:
            report_agreement(report, engines, folder)
            report_memory(report, engines, options, graphs, names)
        for engine in engines:
            engine.stop()
    return "\n".join(report.lines).rstrip() + "\n"


def write_into(page, sets, text):
    """Replace what stands between the page's two comments for these sets."""
    mark = "encoder.py --sets " + " ".join(str(count) for count in sets)
    begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->\n"
    with open(page, encoding="utf-8") as file:
        old = file.read()
    if begin not in old or end not in old:
        sys.exit(f"encoder.py: {page} has no lines {begin.strip()} and {end.strip()}")
    before, after = old.split(begin)[0], old.split(end)[1]
    with open(page, "w", encoding="utf-8") as file:
        file.write(before + begin + "\n" + text + "\n" + end + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--model", default=default_model())
    parser.add_argument("--names", default=os.path.join(ROOT, "data", "quality", "esco_skill_corpus.tsv"))
    parser.add_argument("--sets", type=int, nargs="+", default=[1, 300])
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--precisions", nargs="+", default=["f32"], help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peers", nargs="*", choices=["onnxruntime", "candle"], default=["onnxruntime", "candle"])
    parser.add_argument("--write", metavar="PAGE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = run(options, folder)
    sys.stdout.write(text)
    if options.write:
        write_into(options.write, options.sets, text)


if __name__ == "__main__":
    main()
