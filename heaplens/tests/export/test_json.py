# SPDX-License-Identifier: MIT
"""heaplens's own JSON: against its schema, and against the hand-made session."""
import json
import pathlib
import sys
import unittest

import exported

try:
    import jsonschema
except ImportError:
    print("skipped: needs python3-jsonschema")
    sys.exit(exported.SKIPPED)

OPTIONS = exported.parse_arguments()
SCHEMA = pathlib.Path(__file__).parents[3] / "docs" / "format" / "heaplens-profile.schema.json"
KEYS = ("blocks_total", "bytes_total", "blocks_at_end", "bytes_at_end", "blocks_at_peak",
        "bytes_at_peak", "blocks_temporary")


def closed(schema):
    """The schema with every object closed: a key that it does not document is an error here."""
    if isinstance(schema, dict):
        out = {key: closed(value) for key, value in schema.items()}
        return {**out, "additionalProperties": False} if "properties" in schema else out
    return [closed(item) for item in schema] if isinstance(schema, list) else schema


class Json(unittest.TestCase):
    def setUp(self):
        self.profiles = self.enterContext(exported.profiles(OPTIONS))
        self.schema = closed(json.loads(SCHEMA.read_text("utf-8")))
        jsonschema.Draft202012Validator.check_schema(self.schema)

    def load(self, profile, *arguments):
        return json.loads(self.profiles.export(profile, "json", "", *arguments).read_text("utf-8"))

    def test_follows_its_schema(self):
        for profile, arguments in [(self.profiles.synthetic, []), (self.profiles.recorded, []),
                                   (self.profiles.store, []),
                                   (self.profiles.synthetic, ["--process", "100"])]:
            document = self.load(profile, *arguments)
            errors = [f"{error.json_path}: {error.message}" for error in
                      jsonschema.Draft202012Validator(self.schema).iter_errors(document)]
            self.assertEqual(errors, [])

    def test_its_schema_refuses_what_is_wrong(self):
        validator = jsonschema.Draft202012Validator(self.schema)
        for path, value in [(("version",), 2), (("process", "mode"), 2),
                            (("locations", 0, "address"), 4112), (("sites", 0, "stack"), [-1]),
                            (("sites", 0, "bytes_total"), -1), (("unknown",), 0)]:
            document = at = self.load(self.profiles.synthetic)
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = value
            self.assertFalse(validator.is_valid(document), path)

    def test_has_every_site_with_its_figures(self):
        document = self.load(self.profiles.synthetic)
        places = document["locations"]
        got = {}
        for site in document["sites"]:
            names = [frame["function"] for at in site["stack"]
                     for frame in places[at]["frames"] or [{"function": places[at]["address"]}]]
            got[tuple(reversed(names))] = tuple(site[key] for key in KEYS)
        spelled = {None: "0x8010", "(outer frames were cut)": "0x0"}
        self.assertEqual(got, {
            () if stack == ("(no call stack)",) else tuple(spelled.get(n, n) for n in stack): values
            for stack, values in exported.SITES.items()})

    def test_has_the_facts(self):
        document = self.load(self.profiles.synthetic)
        self.assertEqual(document["process"]["command"],
                         "app \"quoted\" back\\slash \x1b[31m \ufffd caf\u00e9")
        self.assertEqual(document["totals"]["bytes_at_peak"], 3000000)
        self.assertEqual(document["losses"]["frees_unknown"], 1234)
        self.assertEqual([member["pid"] for member in document["session"]], [100, 101])
        self.assertEqual(document["locations"][0]["frames"][1],
                         {"function": "parse_row", "file": "/src/parse.c", "line": 40})
        other = self.load(self.profiles.synthetic, "--process", "100")
        self.assertFalse(other["process"]["is_finished"])
        self.assertEqual(other["moments"][0]["label"], "loaded")

    def test_has_what_a_raw_store_holds_beside_its_sites(self):
        document = self.load(self.profiles.store)
        self.assertEqual(document["totals"]["bytes_total"], 850)
        for key in ("sites", "timeline", "overflows", "scopes", "variances"):
            self.assertGreater(len(document[key]), 0, key)
        self.assertEqual(document["timeline"][-1]["rss_bytes"], 8192)
        self.assertEqual(document["overflows"][0]["bytes_behind"], 4)
        scope = document["scopes"][0]
        self.assertEqual((scope["label"], scope["kind"], scope["scopes"], scope["bytes_peak"]),
                         ("load", "thread", 5, 600))
        self.assertIn(900.0, [one["bytes_total"] for one in document["variances"]])

    def test_counts_blocks_by_size(self):
        # 100, 200, 300, 400 and 500 bytes.
        sizes = {(size["bytes_min"], size["bytes_max"]): size["blocks"]
                 for size in self.load(self.profiles.recorded)["sizes"] if size["blocks"] > 0}
        self.assertEqual(sizes, {(64, 127): 1, (128, 255): 1, (256, 511): 3})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
