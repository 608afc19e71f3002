#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The laws of the layout: who may include whom, and that no includes form a circle.

    check_includes.py [ROOT]     exit 0: every law holds; 1: each offence as file:line: text
"""
import re
import sys
from pathlib import Path

# A room, and the rooms whose headers its files may include beside its own. The public headers of
# a product are open to every room of it.
EDGES = {
    "heaplens": {
        "format": set(),
        "runtime": {"format"},
        "profile": {"format"},
        "export": {"format", "profile"},
        "bench": {"format", "profile"},  # call sites of what a benchmark allocates: adr 0200
        "cli": {"format", "profile", "export", "bench"},
    },
    "competency": {
        "base": set(),
        "profiling": {"base"},
        "text": {"base"},
        "kernels": {"base"},
        "model": {"base", "text"},  # a model directory holds the vocabulary of its tokenizer
        "encoder": {"base", "text", "kernels", "model"},
        "embed": {"base", "text", "kernels", "model", "encoder"},
        "match": {"base", "text", "kernels", "model", "encoder", "embed"},
        "io": {"base", "text", "kernels", "model", "encoder", "embed", "match"},
        "evaluation": {"base", "text", "kernels", "model", "encoder", "embed", "match", "io"},
        "cli": set(),
        "server": set(),
    },
}
# Rooms that prove the others, and so may look into every room of their product.
WITNESSES = {"tests", "fuzz", "benchmarks"}
# Rooms that may use nothing of their own product but its public headers.
OUTSIDERS = {("competency", "cli"), ("competency", "server")}
# The only doors from competency to heaplens.
DOORS = {"heaplens/heaplens.h", "heaplens/optional.h", "heaplens/budget.h", "heaplens/bench.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
SOURCES = {".c", ".h", ".cc", ".cpp", ".hpp"}


def sources(root):
    for top in ("heaplens", "competency", "examples", "tests", "python"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SOURCES and "node_modules" not in path.parts:
                yield path


def resolve(root, path, quoted, name):
    """The file in the repository that `name` means in `path`, or None for a system header."""
    places = [root / p / "include" for p in EDGES]
    if quoted:
        places = [path.parent] + [root / p for p in EDGES] + [root / "tests/support"] + places
        if "tests" in path.parts:  # a room's tests may borrow another room's fixtures
            places += sorted(path.parent.parent.iterdir())
    for place in places:
        found = (place / name).resolve()
        if found.is_file() and root in found.parents:
            return found
    return None


def place_of(root, path):
    """(product, room) of a file; a public header is in the room "include"."""
    parts = path.relative_to(root).parts
    if parts[0] in EDGES:
        return parts[0], parts[1]
    return parts[0], None


def offence_of_edge(source, target, target_name):
    """Why a file at `source` may not include one at `target`; None if it may."""
    product, room = source
    to_product, to_room = target
    is_public = to_room == "include"
    if to_product not in EDGES:
        return None if room in WITNESSES | {None} else f"{product}/{room} includes test support"
    if product not in EDGES:
        return None if is_public else f"{product} may include public headers only"
    if product != to_product:
        if product == "heaplens":
            return "heaplens includes a header of competency"
        return None if target_name in DOORS else "competency reaches into heaplens past its doors"
    if room == to_room or room in WITNESSES:
        return None
    if is_public:
        return None
    if room == "include":
        return "a public header includes an internal one"
    if room not in EDGES[product]:
        return f"{product}/{room} is no room of the house: add it to the table"
    if (product, room) in OUTSIDERS:
        return f"{product}/{room} may include public headers only"
    if to_room not in EDGES[product][room]:
        return f"{product}/{room} may not include {product}/{to_room}"
    return None


def read_includes(root, path):
    """(line, name, quoted, resolved) of each include of a file."""
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            name = match.group(1) or match.group(2)
            yield number, name, bool(match.group(1)), resolve(root, path, bool(match.group(1)), name)


def offence_of_include(root, path, index, name, quoted, target):
    """Why one include line is not allowed; None if it is."""
    product = place_of(root, path)[0]
    own = path.with_suffix(".h")
    if index == 0 and path.suffix == ".c" and own.is_file() and target != own:
        return f"its own header {own.name} must come first"
    if target is None:
        prefix = name.split("/")[0]
        if quoted or prefix in EDGES:
            return f"no such header in the repository: {name}"
        return None
    public = str(target.relative_to(root / place_of(root, target)[0]).as_posix()).removeprefix("include/")
    if product == "competency" and place_of(root, target)[0] == "heaplens" and public not in DOORS:
        return "competency reaches into heaplens past its doors"
    return offence_of_edge(place_of(root, path), place_of(root, target), public)


def find_circle(graph):
    """One circle of includes as a list of files, or None. Iterative: no recursion limit."""
    state = {}
    for start in graph:
        stack = [(start, iter(graph[start]))] if start not in state else []
        if stack:
            state[start] = "open"
        while stack:
            node, edges = stack[-1]
            following = next(edges, None)
            if following is None:
                state[node] = "closed"
                stack.pop()
            elif state.get(following) == "open":
                trail = [n for n, _ in stack]
                return trail[trail.index(following):] + [following]
            elif following not in state:
                state[following] = "open"
                stack.append((following, iter(graph.get(following, []))))
    return None


def check(root):
    """All offences below `root`, as text."""
    offences, graph = [], {}
    for path in sources(root):
        graph[path] = []
        for index, (line, name, quoted, target) in enumerate(read_includes(root, path)):
            why = offence_of_include(root, path, index, name, quoted, target)
            if why:
                offences.append(f"{path.relative_to(root)}:{line}: {why}")
            if target:
                graph[path].append(target)
    circle = find_circle(graph)
    if circle:
        names = " -> ".join(str(p.relative_to(root)) for p in circle)
        offences.append(f"{circle[0].relative_to(root)}:1: includes form a circle: {names}")
    return offences


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    offences = check(root)
    print("\n".join(offences) or "every include law holds")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
