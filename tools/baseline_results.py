#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure the engine on this machine, and write docs/BASELINE_RESULTS.md with its plots.

    tools/baseline_results.py [BUILD]                  measure everything, and write the page: 10 minutes
    tools/baseline_results.py [BUILD] --step STEP...   measure these steps only, and write nothing
    tools/baseline_results.py [BUILD] --render         write the page from what was measured last

What a step measured is kept as JSON in out/baseline-results, so that it can be measured again alone. BUILD is
build/release if it is not given. Nothing else should run meanwhile.
"""
import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import log_plot  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
SHARE_MIN = 0.9
KEPT = ROOT / "out/baseline-results"
SHARES = KEPT / "shares.json"
PAGE = ROOT / "docs/BASELINE_RESULTS.md"
SUITES = ("memory_benchmark", "embedding_benchmark", "overlap_benchmark")
PAIRS = ("model_loading", "similarity_matrix", "embedding_calls")
ALLOCATOR_CASES = ("match_skills", "embedding_memory", "similarity_memory", "batch_embedding", "unique_combined", "pool")
FIGURES = {"wall_time": "wall time", "processor_time": "processor time", "rss_peak": "resident set, peak",
           "heap_peak": "heap: peak", "heap_bytes": "heap: bytes allocated", "heap_blocks": "heap: blocks allocated",
           "heap_leaked_bytes": "heap: never freed"}


def output_of(*command, **options):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


def first_match(pattern, text):
    found = re.search(pattern, text, re.M)
    return found.group(1).strip() if found else "unknown"


# --- What is measured: a function a step, whose result is JSON.

def measure_machine(build):
    compiler = first_match(r"^CMAKE_C_COMPILER:\w+=(.*)$", (build / "CMakeCache.txt").read_text())
    return {
        "processor": first_match(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text()),
        "processors": os.cpu_count(),
        "memory": first_match(r"^MemTotal:\s*(.*)$", Path("/proc/meminfo").read_text()),
        "kernel": f"{platform.system()} {platform.release()}",
        "libc": output_of("getconf", "GNU_LIBC_VERSION").strip(),
        "compiler": output_of(compiler, "--version").splitlines()[0],
        "build": first_match(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", (build / "CMakeCache.txt").read_text()),
        "kernels": first_match(r"[Kk]ernels:?\s+(\S+)", output_of(build / "bin/competency", "model", "info")),
        "commit": output_of("git", "rev-parse", "--short=10", "HEAD").strip(),
        "date": datetime.date.today().isoformat(),
    }


def measure_memory(build):
    tests = build / "competency/tests/memory"
    said = output_of(tests / "test_memory", stderr=subprocess.DEVNULL)
    rows = re.findall(r"^(match|similarities|embed) (\S+)\s+(\d+) bytes at the peak,\s+(\d+) blocks$", said, re.M)
    return {
        "rows": sorted({(what, size, int(peak), int(blocks)) for what, size, peak, blocks in rows}),
        "exponent": float(first_match(r"to the power ([0-9.]+)", said)),
        "resident": [int(n) for n in re.search(r"(\d+) KiB resident at most; now (\d+) KiB of its own, (\d+) KiB of files",
                                               output_of(tests / "resident_memory", stderr=subprocess.DEVNULL)).groups()],
    }


def measure_suite(build, suite):
    return json.loads(output_of(build / "competency/benchmarks" / suite, "--quick", "--json", "-"))["benchmarks"]


def measure_by(build, script, only):
    """What a script of competency/benchmarks writes with --json."""
    path = KEPT / "script.json"
    output_of(ROOT / "competency/benchmarks" / script, build, "--only", only, "--json", path)
    found = json.loads(path.read_text())
    path.unlink()
    return found


STEPS = {
    "machine": measure_machine,
    "memory": measure_memory,
    **{suite: lambda build, suite=suite: measure_suite(build, suite) for suite in SUITES},
    **{f"pair-{name}": lambda build, name=name: measure_by(build, "pairs/run_pairs.py", name)["pairs"][name]
       for name in PAIRS},
    **{f"allocators-{case}": lambda build, case=case: measure_by(build, "allocators.py", case)["rows"]
       for case in ALLOCATOR_CASES},
}


# --- The page.

def time_text(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if abs(ns) >= size:
            return f"{ns / size:.4g} {unit}"
    return f"{ns:.4g} ns"


def amount_text(value, unit):
    if unit == "s":
        return time_text(value * 1e9)
    return f"{value:,.0f} B" if unit == "B" else f"{value:,.0f}"


def table(head, rows):
    align = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [head, align, *rows]) + "\n"


def machine_facts(kept):
    return table(["fact", ""], [[key, value] for key, value in kept["machine"].items()])


def share_table(shares):
    timed = [step for step in STEPS if step not in ("machine", "memory")]
    return table(["step", "share"], [[step, f"{shares[step]:.2f}" if step in shares else "not recorded"] for step in timed])


def memory_tables(kept):
    by_size = {(what, size): (peak, blocks) for what, size, peak, blocks in kept["memory"]["rows"]}
    number = {key: int(re.match(r"\d+", key[1]).group()) for key in by_size}
    for what, title in (("match", "candidates x required"), ("embed", "names"), ("similarities", "candidates x required")):
        keys = sorted((key for key in by_size if key[0] == what), key=number.get)
        yield what, table([title, "peak of the heap, bytes", "blocks"],
                          [[key[1], *(f"{n:,}" for n in by_size[key])] for key in keys])


def growth_plot(kept):
    points = [(int(size.split("x")[0]), peak) for what, size, peak, _ in kept["memory"]["rows"] if what == "match"]
    return log_plot.svg("Peak of the heap of a match, half as many required", "candidate skills", "bytes",
                        {"measured": sorted(points)})


def embedding_plot(kept):
    series = {"a call for each name": "single_embedding", "one call": "batch_embedding"}
    cases = kept["embedding_benchmark"]
    return log_plot.svg("Embedding of N names", "names", "ms", {
        label: [(c["size"], c["time"]["estimates"][c["time"]["estimates"]["typical"]]["value"] / 1e6)
                for c in cases if c["group"] == group] for label, group in series.items()})


def embedding_picture(shares):
    if not is_quiet(shares, "embedding_benchmark"):
        return ""
    return "![Embedding in one call and in a call for each name](images/baseline-embedding.svg)\n"


def memory_figure(case, key):
    return "" if not case["memory"] else f"{case['memory'][key]['estimate']['value']:,.0f}"


def is_quiet(shares, step):
    return shares.get(step, 0) >= SHARE_MIN


def suite_table(cases, has_times):
    rows = []
    for case in cases:
        estimates = case["time"]["estimates"]
        typical = estimates[estimates["typical"]]
        interval = f"{time_text(typical['low'])} - {time_text(typical['high'])}"
        rows.append([case["id"], *((time_text(typical["value"]), interval) if has_times else ("-", "-")),
                     *(memory_figure(case, key) for key in ("blocks", "bytes", "peak_bytes"))])
    return table(["benchmark", "time", "95 % interval", "blocks", "bytes", "peak"], rows)


def allocator_table(kept, shares):
    rows = []
    for case in ALLOCATOR_CASES:
        has_times = is_quiet(shares, f"allocators-{case}")
        for row in kept[f"allocators-{case}"]:
            low, high = row["time_ratio_range"]
            rows.append([row["case"], row["allocator"], time_text(row["time_ns"]) if has_times else "-", f"{row['time_ratio']:.3f}",
                         f"{low:.3f} - {high:.3f}", "-" if row["peak_bytes"] is None else f"{row['peak_bytes']:,.0f}", f"{row['resident_bytes'] / 2**20:.1f} MiB",
                         f"{row['held']:.2f}"])
    return table(["case", "allocator", "time", "of system's", f"least - largest of {row['rounds']}", "peak of the heap, bytes",
                  "resident", "held"], rows)


def change_text(figure):
    if figure["change"] is None:
        return "-"
    return f"{100 * figure['change']:+.1f} %" if figure["relative"] else f"{figure['change']:+,.0f}"


def interval_text(figure):
    if figure["exact"] or not figure["interval"] or None in figure["interval"]:
        return "exact" if figure["exact"] else "unknown"
    return " to ".join(f"{100 * edge:+.1f} %" for edge in figure["interval"])


def site_lines(diff):
    """The call sites that changed most, by bytes and then by blocks."""
    def change(site, figure):
        before, after = site["figures"][figure]
        return after - before

    changed = [site for site in diff["sites"] if change(site, "total") or change(site, "blocks")]
    changed.sort(key=lambda site: (-abs(change(site, "total")), -abs(change(site, "blocks"))))
    for site in changed[:5]:
        path = " <- ".join(diff["functions"][at]["name"] for at in site["path"][:3])
        yield f"- {change(site, 'blocks'):+,} blocks, {change(site, 'total'):+,} bytes: `{path}`, " \
              f"{Path(site['file'] or '?').name}:{site['line']}"


def pair_section(kept, name):
    pair = kept[f"pair-{name}"]
    rows = [[FIGURES[f["figure"]], amount_text(f["base"], f["unit"]), amount_text(f["head"], f["unit"]), change_text(f),
             interval_text(f), f["verdict"].replace("-", " ")] for f in pair["compare"]["figures"] if f["figure"] in FIGURES]
    return (f"### {name}: {pair['what']}\n\n" + table(["", "before", "after", "change", "interval", "verdict"], rows)
            + "\nCall sites that changed:\n\n" + "\n".join(site_lines(pair["diff"])) + "\n")


def page(kept, shares):
    memory = dict(memory_tables(kept))
    most, own, files = kept["memory"]["resident"]
    suites = "\n".join(f"### {suite}\n\n{suite_table(kept[suite], is_quiet(shares, suite))}" for suite in SUITES)
    pairs = "\n".join(pair_section(kept, name) for name in PAIRS)
    return f"""# Baseline results

Written by `tools/baseline_results.py`, from what it measured on one machine. Do not edit it; run it again:

```text
tools/baseline_results.py
```

{machine_facts(kept)}
Memory is exact and repeats. Times are of this machine and say little of another.

## How quiet it was

The share of one processor that the programs of a step had while it was measured. They use one each: where the share
is below {SHARE_MIN}, or was not recorded, other work may have taken the processor from them, and an interval knows nothing
of that. Times of such a step are left out. Verdicts and ratios come from runs in turns, and say in their intervals and
ranges how far they were disturbed.

{share_table(shares)}
## Memory of the engine

`build/release/competency/tests/memory/test_memory` holds these to budgets. A match, the embedding of its names
included, with an embedder that is there:

{memory["match"]}
The peak grows with the number of skills to the power {kept["memory"]["exponent"]:.3f}, by least squares on the logarithms:

![Peak of the heap over the number of skills](images/baseline-growth.svg)

Names embedded; the embedder took its memory when it was made:

{memory["embed"]}
A match of skills that bring their vectors:

{memory["similarities"]}
The whole process of a match of 100 with 50 skills has {most:,} KiB resident at most
(`build/release/competency/tests/memory/resident_memory`): {own:,} KiB of its own, the rest files that it maps,
nearly all of them weights ({files:,} KiB at the end).

## The suites

Programs in `build/release/competency/benchmarks`, with `--quick`. Memory is of one iteration.

{suites}
{embedding_picture(shares)}
## Allocators

`competency/benchmarks/allocators.py`: in turns; a ratio is of two neighbours of one round. *Held* are the private
bytes for each live byte, where most is live.

{allocator_table(kept, shares)}
## Before and after

`competency/benchmarks/pairs/run_pairs.py`: both versions in turns, by `heaplens compare --margin 2`.

{pairs}"""


def processor_time():
    times = os.times()
    return times.children_user + times.children_system


def measure(steps, build):
    KEPT.mkdir(parents=True, exist_ok=True)
    shares = json.loads(SHARES.read_text()) if SHARES.is_file() else {}
    for step in steps:
        print(f"{step} ...", flush=True)
        wall, processor = time.monotonic(), processor_time()
        found = STEPS[step](build)
        shares[step] = (processor_time() - processor) / (time.monotonic() - wall)
        (KEPT / f"{step}.json").write_text(json.dumps(found, indent=1) + "\n")
        SHARES.write_text(json.dumps(shares, indent=1) + "\n")


def render():
    missing = [step for step in STEPS if not (KEPT / f"{step}.json").is_file()]
    if missing:
        sys.exit(f"not measured yet: {' '.join(missing)}")
    kept = {step: json.loads((KEPT / f"{step}.json").read_text()) for step in STEPS}
    shares = json.loads(SHARES.read_text()) if SHARES.is_file() else {}
    PAGE.write_text(page(kept, shares))
    (ROOT / "docs/images/baseline-growth.svg").write_text(growth_plot(kept))
    if is_quiet(shares, "embedding_benchmark"):
        (ROOT / "docs/images/baseline-embedding.svg").write_text(embedding_plot(kept))
    print(f"wrote {PAGE.relative_to(ROOT)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=ROOT / "build/release")
    parser.add_argument("--step", action="append", choices=STEPS)
    parser.add_argument("--render", action="store_true")
    args = parser.parse_args()
    if not args.render:
        measure(args.step or STEPS, args.build.resolve())
    if not args.step:
        render()


if __name__ == "__main__":
    main()
