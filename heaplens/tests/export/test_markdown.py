# SPDX-License-Identifier: MIT
"""The Markdown report, rendered by GitHub's own parser."""
import html.parser
import shutil
import subprocess
import sys
import unittest

import exported

OPTIONS = exported.parse_arguments()
RENDERER = shutil.which("cmark-gfm")


class Page(html.parser.HTMLParser):
    """Headings, list items and tables of a page, as text."""

    def __init__(self, text):
        super().__init__()
        self.headings, self.tables, self.items = [], [], []
        self.tags = set()
        self.into = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.into = self.tables[-1][-1]
            self.into.append("")
        elif tag in ("h2", "h3"):
            self.into = self.headings
            self.into.append("")
        elif tag == "li":
            self.into = self.items
            self.into.append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th", "h2", "h3", "li"):
            self.into = None

    def handle_data(self, data):
        if self.into is not None:
            self.into[-1] += data


class Markdown(unittest.TestCase):
    def setUp(self):
        self.profiles = self.enterContext(exported.profiles(OPTIONS))

    def render(self, *arguments):
        text = self.profiles.export(self.profiles.synthetic, "markdown", ".md", *arguments)
        done = subprocess.run([RENDERER, "-e", "table", "--validate-utf8", text],
                              capture_output=True, check=True)
        return Page(done.stdout.decode("utf-8"))

    def test_renders_the_totals(self):
        page = self.render()
        self.assertEqual(page.headings[0],
                         "Heap of app \"quoted\" back\\slash ?[31m \ufffd caf\u00e9")
        self.assertEqual(page.tables[0], [
            ["", "bytes", "", "blocks"],
            ["live at the peak", "3,000,000", "2.9 MiB", "105"],
            ["allocated", "5,000,000", "4.8 MiB", "1,205"],
            ["never freed", "1,000", "1000 B", "5"]])

    def test_renders_a_table_for_each_question(self):
        page = self.render()
        self.assertEqual(page.headings[1:], [
            "Findings", "Live at the peak", "Most bytes allocated", "Never freed",
            "Temporary blocks, freed before the thread's next allocation"])
        for table, metric in zip(page.tables[1:], ("peak", "total", "leaked", "temporary")):
            self.assertEqual({len(row) for row in table}, {5})
            values = [int(row[0].replace(",", "")) for row in table[1:]]
            self.assertEqual(values,
                             sorted(exported.figure_of_sites(metric).values(), reverse=True))
        self.assertEqual(page.tables[1][1:3], [
            ["2,500,000", "83.3 %", "3.9 KiB", "grow_buffer in parse.c:12",
             "parse_row \u2190 main"],
            ["400,000", "13.3 %", "2.9 KiB", "grow_buffer in parse.c:12",
             "parse_row \u2190 grow_buffer \u2190 parse_row"]])
        self.assertLessEqual(page.tags, {"h2", "h3", "p", "ul", "li", "code", "table", "thead",
                                         "tbody", "tr", "th", "td"})

    def test_renders_findings_as_text(self):
        findings = self.render().items
        self.assertIn("96.7 % of the peak is from grow_buffer: 2.8 MiB in 104 blocks", findings)

    def test_renders_one_metric_and_as_many_sites_as_are_wanted(self):
        page = self.render("--sort", "total", "--top", "2")
        self.assertEqual(page.headings[1:], ["Findings", "Most bytes allocated"])
        self.assertEqual([row[0] for row in page.tables[1]], ["bytes", "4,000,000", "600,000"])
        page = self.render("--sort", "lifetime")
        self.assertEqual(page.tables[1][1][:2], ["5 ms", "-"])


if __name__ == "__main__":
    if RENDERER is None:
        print("skipped: needs cmark-gfm")
        sys.exit(exported.SKIPPED)
    unittest.main(argv=sys.argv[:1])
