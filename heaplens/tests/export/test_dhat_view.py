# SPDX-License-Identifier: MIT
"""DHAT files of the hand-made profiles, loaded by Valgrind's dh_view.js under node."""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
VIEWERS = ["/usr/libexec/valgrind/dh_view.js", "/usr/lib/valgrind/dh_view.js"]
CHECK = pathlib.Path(__file__).with_name("check_dhat_view.mjs")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--synthetic", required=True)
    options = parser.parse_args()
    node = shutil.which("node")
    viewer = next((path for path in VIEWERS if pathlib.Path(path).exists()), None)
    if node is None or viewer is None:
        print("skipped: needs node and Valgrind's dh_view.js")
        return SKIPPED

    # Total bytes and blocks, bytes at the peak and at the end: the sums in synthetic.c.
    cases = [("session", ["5000000", "1210", "3000000", "1000"]),
             ("store", ["850", "9", "850", "150"])]
    with tempfile.TemporaryDirectory() as folder:
        for kind, figures in cases:
            profile, report = f"{folder}/{kind}.heaplens", f"{folder}/{kind}.json"
            subprocess.run([options.synthetic, kind, profile], check=True)
            subprocess.run([options.heaplens, "report", "--format", "dhat", "-o", report, profile],
                           check=True)
            subprocess.run([node, CHECK, viewer, report, *figures], check=True)
    return 0


sys.exit(main())
