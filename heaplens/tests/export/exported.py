# SPDX-License-Identifier: MIT
"""What the tests of the export formats share: profiles, what they hold, and a decoder of pprof's.

The hand-made session is that of ../profile/synthetic.c; its figures are written out here again, by
stack, as every format has to show them.
"""
import argparse
import contextlib
import gzip
import pathlib
import subprocess
import tempfile

SKIPPED = 77

MAIN, ROW, GROW = "main", "parse_row", "grow_buffer"
LONG = "a_function_with_a_name_longer_than_the_column_for_names"
# By stack, outermost first: blocks and bytes in all, at the end, at the peak; temporary blocks.
# None is the address 0x8010 of libother.so.1, which has no name.
SITES = {
    (MAIN, ROW, GROW): (1000, 4000000, 0, 0, 100, 2500000, 750),
    (MAIN, ROW, GROW, ROW, GROW): (200, 600000, 0, 0, 4, 400000, 0),
    (MAIN, None): (3, 300000, 0, 0, 1, 100000, 0),
    ("(outer frames were cut)", LONG): (5, 1000, 5, 1000, 0, 0, 0),
    ("(no call stack)",): (2, 99000, 0, 0, 0, 0, 0),
}
FIGURES = ("blocks", "total", "blocks_end", "leaked", "blocks_peak", "peak", "temporary")
NAMELESS = "libother.so.1+0x8010"


def figure_of_sites(figure, nameless=NAMELESS):
    """Values that are not zero, by stack."""
    column = FIGURES.index(figure)
    return {tuple(name or nameless for name in stack): values[column]
            for stack, values in SITES.items() if values[column] > 0}


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--synthetic", required=True, help="write_synthetic")
    parser.add_argument("--program", help="a program to profile")
    parser.add_argument("--tools", type=pathlib.Path, help="where fetch-viewers.sh installed")
    return parser.parse_args()


class Profiles:
    """The hand-made session and store, and a program's profile, in a folder of their own."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = pathlib.Path(folder)
        self.synthetic = self.folder / "synthetic.heaplens"
        self.store = self.folder / "42.1.store"
        subprocess.run([options.synthetic, "session", self.synthetic], check=True)
        subprocess.run([options.synthetic, "store", self.store], check=True)
        if options.program:
            self.recorded = self.folder / "recorded.heaplens"
            subprocess.run([options.heaplens, "run", "-o", self.recorded, "--", options.program],
                           check=True, capture_output=True)

    def export(self, profile, form, suffix="", *arguments):
        """The path of a profile in another format."""
        out = self.folder / f"{profile.stem}.{form}{suffix}"
        subprocess.run([self.options.heaplens, "report", "--format", form, "-o", out, *arguments,
                        profile], check=True)
        return out


@contextlib.contextmanager
def profiles(options):
    with tempfile.TemporaryDirectory() as folder:
        yield Profiles(options, folder)


# --------------------------------------------------------- profile.proto, without its library

def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
        assert shift < 70, "a varint of more than ten bytes"


def fields(data):
    """(number, value) of each field: an integer, or bytes."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        else:
            assert key & 7 == 2, f"wire type {key & 7}"
            size, at = read_varint(data, at)
            value, at = data[at:at + size], at + size
            assert len(value) == size, "a field is cut"
        yield key >> 3, value


def packed(data):
    at, values = 0, []
    while at < len(data):
        value, at = read_varint(data, at)
        values.append(value)
    return values


def message(data):
    """A message as its fields by number, each a list."""
    out = {}
    for number, value in fields(data):
        out.setdefault(number, []).append(value)
    return out


class PprofFile:
    """A profile.proto, every reference followed."""

    def __init__(self, path):
        raw = path.read_bytes()
        assert raw[4:8] == bytes(4), "the gzip head has a time: two exports would differ"
        root = message(gzip.decompress(raw))
        self.strings = [text.decode("utf-8") for text in root[6]]
        assert self.strings[0] == "" and len(set(self.strings)) == len(self.strings)
        self.types = [tuple(self.strings[message(t)[field][0]] for field in (1, 2))
                      for t in root[1]]
        self.default_type = self.strings[root[14][0]]
        self.comments = [self.strings[i] for i in root[13]]
        self.mappings = self.by_id(root.get(3, []))
        self.functions = self.by_id(root[5])
        self.locations = self.by_id(root[4])
        self.samples = [self.sample(message(sample)) for sample in root[2]]

    @staticmethod
    def by_id(messages):
        out = {}
        for data in messages:
            one = message(data)
            assert one[1][0] > 0 and one[1][0] not in out, "an id is taken twice, or 0"
            out[one[1][0]] = one
        return out

    def frames(self, location):
        """Names of a location, innermost first; None without a line."""
        lines = [message(line) for line in location.get(4, [])]
        names = [self.strings[self.functions[line[1][0]][2][0]] for line in lines]
        if 2 in location:
            assert location[2][0] in self.mappings
        return names or [None]

    def sample(self, one):
        """(stack, values, labels), outermost first."""
        stack = [name for location in packed(one[1][0])
                 for name in self.frames(self.locations[location])]
        labels = {}
        for data in one.get(3, []):
            label = message(data)
            labels[self.strings[label[1][0]]] = (label[3][0], self.strings[label[4][0]])
        return tuple(reversed(stack)), tuple(packed(one[2][0])), labels
