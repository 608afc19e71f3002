# SPDX-License-Identifier: MIT
"""DHAT files of the hand-made profiles, loaded by Valgrind's dh_view.js under node."""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
LOADER = pathlib.Path(__file__).with_name("load_dh_view.js")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--synthetic", required=True)
    options = parser.parse_args()
    node = shutil.which("node")
    if node is None:
        print("skipped: needs node")
        return SKIPPED

    # Total bytes and blocks, bytes at the peak and at the end: the sums in synthetic.c.
    cases = [("session", "5000000,1210,3000000,1000"), ("store", "850,9,850,150")]
    with tempfile.TemporaryDirectory() as folder:
        for kind, sums in cases:
            profile, report = f"{folder}/{kind}.heaplens", f"{folder}/{kind}.json"
            subprocess.run([options.synthetic, kind, profile], check=True)
            subprocess.run([options.heaplens, "report", "--format", "dhat", "-o", report, profile],
                           check=True)
            loaded = subprocess.run([node, LOADER, report], stdout=subprocess.PIPE, text=True,
                                    check=False)
            print(loaded.stdout, end="")
            if loaded.returncode != 0:
                return loaded.returncode
            assert loaded.stdout.rstrip().endswith(f": {sums}"), f"expected {sums}"
    return 0


sys.exit(main())
