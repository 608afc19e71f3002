# SPDX-License-Identifier: MIT
"""Real programs and deterministic inputs for the overhead benchmark.

Each workload is a command over files that this module writes once into a cache folder, from a
fixed seed, so that two machines measure the same work.
"""

import multiprocessing
import os
import random
import shutil
import subprocess
import sys

SEED = 20261122
NAMES = ("sqlite3", "jq", "cc1", "python3", "git", "xmllint", "micro1", "micro2")  # in the order of the tables


def write(path, make):
    """Write a file once: `make` yields text; a half-written file is never left behind."""
    if os.path.exists(path):
        return path
    with open(path + ".part", "w") as out:
        for piece in make():
            out.write(piece)
    os.rename(path + ".part", path)
    return path


def sql_script(rows):
    def make():
        rng = random.Random(SEED)
        yield "CREATE TABLE a(id INTEGER PRIMARY KEY, k INT, v TEXT);\n"
        yield "CREATE TABLE b(id INTEGER PRIMARY KEY, k INT, w REAL);\nBEGIN;\n"
        for i in range(rows):
            yield f"INSERT INTO a VALUES({i},{rng.randrange(rows // 4 + 1)},'value {rng.random()}');\n"
            if i % 4 == 0:
                yield f"INSERT INTO b VALUES({i},{rng.randrange(rows // 4 + 1)},{rng.random()});\n"
        yield "COMMIT;\nCREATE INDEX ak ON a(k);\nCREATE INDEX bk ON b(k);\n"
        yield "SELECT count(*), sum(b.w) FROM a JOIN b ON a.k=b.k;\n"
        yield "SELECT substr(v,7,4) AS p, count(*) FROM a GROUP BY p ORDER BY 2 DESC, 1 LIMIT 5;\n"

    return make


def json_rows(megabytes):
    def make():
        rng = random.Random(SEED)
        yield "["
        written = 1
        first = True
        while written < megabytes * 1000000:
            row = (
                '%s{"id":%d,"name":"person %d","tags":["t%d","t%d"],"score":%.4f,"nested":{"k":%d,"on":%s}}'
                % ("" if first else ",\n", written, rng.randrange(10**6), rng.randrange(50),
                   rng.randrange(50), rng.random(), rng.randrange(1000), "true" if rng.random() < 0.5 else "false"))
            first = False
            written += len(row)
            yield row
        yield "]\n"

    return make


def xml_rows(megabytes):
    def make():
        rng = random.Random(SEED)
        yield "<people>\n"
        written = 0
        while written < megabytes * 1000000:
            row = '<person id="%d"><name>n%d</name><city>c%d</city><age unit="y">%d</age></person>\n' % (
                written, rng.randrange(10**6), rng.randrange(500), rng.randrange(90))
            written += len(row)
            yield row
        yield "</people>\n"

    return make


def c_source(functions):
    """Varied, type-correct C: loops, switches, structs, calls, floating point."""

    def body(rng, index):
        lines = [f"static int f{index}(struct s *p, int n, double d)", "{", "    int a = n, b = n ^ 7, c = 0;",
                 "    double x = d, y = d * 0.5;"]
        for _ in range(rng.randrange(4, 18)):
            kind = rng.randrange(9)
            k = rng.randrange(1, 99)
            if kind == 0:
                lines.append(f"    for (int i = 0; i < n % {k} + 1; i++) {{ a += b * i; p->v[i % 16] ^= a >> {k % 7}; }}")
            elif kind == 1:
                lines.append(f"    switch (a % 5) {{ case 0: b += {k}; break; case 1: c -= b; break; case 3: a = c * {k}; break; default: c++; }}")
            elif kind == 2:
                lines.append(f"    if (a > b + {k} && p->v[{k % 16}] < c) {{ c = a - b; }} else {{ b = (c << {k % 5}) | {k}; }}")
            elif kind == 3 and index > 0:
                lines.append(f"    c += f{rng.randrange(index)}(p, b % {k + 1}, x + y);")
            elif kind == 4:
                lines.append(f"    x = x * y + {k}.25; y = (x > {k}.0) ? x / (y + 1.0) : y - {k}.5;")
            elif kind == 5:
                lines.append(f"    p->w = p->w * {k}.0 + (double)a; p->t.q[{k % 4}] = (short)(c + {k});")
            elif kind == 6:
                lines.append(f"    while (c > {k} && n-- > 0) {{ c /= 2; a ^= c + {k}; }}")
            elif kind == 7:
                lines.append(f"    {{ struct s local = *p; local.v[{k % 16}] = a; *p = local; b += local.v[n & 15]; }}")
            else:
                lines.append(f"    a = (int)((unsigned)a * {k * 2654435761 % 4294967296}u >> {k % 9}) + c;")
        lines += ["    return a + b + c + (int)(x + y);", "}", ""]
        return "\n".join(lines)

    def make():
        rng = random.Random(SEED)
        yield "struct t { short q[4]; char name[12]; };\nstruct s { int v[16]; double w; struct t t; };\n"
        for index in range(functions):
            yield body(rng, index)
        yield "int main(void)\n{\n    struct s s = {{0}, 0, {{0}, {0}}};\n    int r = 0;\n"
        for index in range(0, functions, 3):
            yield f"    r += f{index}(&s, {index}, {index}.5);\n"
        yield "    return r;\n}\n"

    return make


def python_program(rounds):
    def make():
        yield f"""
import json
words = [f"word{{i % 5000}}" for i in range({rounds})]
index = {{}}
for position, word in enumerate(words):
    index.setdefault(word, []).append((position, word[::-1]))
rows = [{{"id": i, "word": w, "at": [p for p, _ in index[w]][:3]}} for i, w in enumerate(words[:{rounds} // 3])]
text = json.dumps(rows)
back = json.loads(text)
print(len(text), sum(len(r["at"]) for r in back), len(index))
"""

    return make


def git_repository(path, commits):
    if os.path.isdir(path):
        return path
    part = path + ".part"
    shutil.rmtree(part, ignore_errors=True)
    env = dict(os.environ, GIT_AUTHOR_DATE="1700000000 +0000", GIT_COMMITTER_DATE="1700000000 +0000",
               GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null",
               GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b")
    subprocess.run(["git", "init", "-q", "-b", "main", part], check=True, env=env)
    rng = random.Random(SEED)
    files = [[f"line {f} {i} {rng.random()}\n" for i in range(400)] for f in range(30)]
    stream = []
    for commit in range(commits):
        stream.append(f"commit refs/heads/main\ncommitter a <a@b> {1700000000 + commit} +0000\ndata 6\nchange\n")
        for f in rng.sample(range(30), 6):
            for _ in range(12):
                files[f][rng.randrange(400)] = f"line {commit} {rng.random()}\n"
            text = "".join(files[f])
            stream.append(f"M 100644 inline dir{f % 5}/file{f}.txt\ndata {len(text)}\n{text}\n")
    subprocess.run(["git", "-C", part, "fast-import", "--quiet"], input="".join(stream).encode(), check=True, env=env)
    os.rename(part, path)
    return path


def churn_program(folder, source_folder):
    program = os.path.join(folder, "churn")
    source = os.path.join(source_folder, "churn.c")
    if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
        subprocess.run(["gcc", "-std=c17", "-O2", "-pthread", source, "-o", program], check=True)
    return program


def processors_of(name):
    return 2 if name == "micro2" else 1


def make_all(makers):
    """Call each of (function, arguments...) in a process of its own: the inputs take seconds each."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=call, args=arguments) for call, *arguments in makers]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode != 0 for process in processes):
        sys.exit("workloads: an input could not be made")


def prepare(folder, scale):
    """Name -> (command, environment, stdin file or None), in the order of the table.

    `scale` 1 is the size of the published figures; DHAT, which is fifty times slower, gets less.
    """
    os.makedirs(folder, exist_ok=True)
    at = lambda name: os.path.join(folder, f"{scale}-{name}")
    sql, rows, xml, source = at("rows.sql"), at("rows.json"), at("rows.xml"), at("source.c")
    script, repository = at("script.py"), at("repository")
    make_all([
        (write, sql, sql_script(int(300000 * scale))),
        (write, rows, json_rows(50 * scale)),
        (write, xml, xml_rows(60 * scale)),
        (write, source, c_source(max(20, int(500 * scale)))),
        (write, script, python_program(int(300000 * scale))),
        (git_repository, repository, max(10, int(500 * scale))),
    ])
    churn = churn_program(folder, os.path.dirname(os.path.abspath(__file__)))
    cc1 = subprocess.run(["gcc", "-print-prog-name=cc1"], capture_output=True, text=True, check=True).stdout.strip()
    pairs = str(max(10000, int(16000000 * scale)))
    jq_filter = "group_by(.nested.k) | map({k: .[0].nested.k, n: length, s: (map(.score) | add)}) | length"
    work = {
        "sqlite3": (["sqlite3", ":memory:"], {}, sql),
        "jq": (["jq", jq_filter, rows], {}, None),
        "cc1": ([cc1, "-quiet", "-O2", source, "-o", "/dev/null"], {}, None),
        "python3": (["/usr/bin/python3", "-S", script], {"PYTHONMALLOC": "malloc"}, None),
        "git": (["git", "-C", repository, "log", "-p", "--stat"], {"GIT_PAGER": "cat"}, None),
        "xmllint": (["xmllint", "--xpath", "count(//person[city='c7'])", xml], {}, None),
        "micro1": ([churn, pairs, "1", "20"], {}, None),
        "micro2": ([churn, pairs, "2", "20"], {}, None),
    }
    missing = sorted({c[0] for c, _, _ in work.values() if shutil.which(c[0]) is None})
    for name in [n for n, (c, _, _) in work.items() if c[0] in missing]:
        print(f"skipped, {work[name][0][0]} is not installed: {name}", file=sys.stderr)
        del work[name]
    return work
