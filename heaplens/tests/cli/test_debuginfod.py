# SPDX-License-Identifier: MIT
"""Debug files from a debuginfod server: asked for when its variable is set, and only then. The
finished profile keeps the names when program and server are gone."""
import argparse
import functools
import http.server
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

OPTIONS = None
SKIPPED = 77


class Debuginfod(unittest.TestCase):
    def setUp(self):
        owner = tempfile.TemporaryDirectory()
        self.addCleanup(owner.cleanup)
        self.folder = pathlib.Path(owner.name)
        self.program = self.folder / "stripped"
        subprocess.run(["strip", "-o", self.program, OPTIONS.program], check=True)
        self.asked = self.serve_debug_file()

    def serve_debug_file(self):
        """The list of what is asked of a server on this machine that has the program's debug file."""
        notes = subprocess.run(["readelf", "-n", OPTIONS.program], capture_output=True, text=True, check=True)
        build_id = re.search(r"Build ID: (\w+)", notes.stdout)[1]
        served = self.folder / "served"
        (served / "buildid" / build_id).mkdir(parents=True)
        subprocess.run(["objcopy", "--only-keep-debug", OPTIONS.program,
                        served / "buildid" / build_id / "debuginfo"], check=True)
        asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                asked.append(self.path)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=served))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"
        return asked

    def record(self, **more):
        env = {k: v for k, v in os.environ.items() if k not in ("DEBUGINFOD_URLS", "http_proxy")} | more
        profile = self.folder / "p.heaplens"
        subprocess.run([OPTIONS.heaplens, "run", "-o", profile, "--", self.program, "a"], env=env, check=True)
        return profile

    def report(self, profile):
        return subprocess.run([OPTIONS.heaplens, "report", profile], capture_output=True, text=True, check=True).stdout

    def test_without_the_variable_nobody_is_asked(self):
        shown = self.report(self.record())
        self.assertEqual(self.asked, [])
        self.assertNotIn("leaky.c:", shown)
        self.assertIn("stripped+0x", shown)

    def test_with_the_variable_the_profile_has_names_for_ever(self):
        profile = self.record(DEBUGINFOD_URLS=self.url, DEBUGINFOD_CACHE_PATH=str(self.folder / "cache"))
        self.assertEqual(len([path for path in self.asked if path.endswith("/debuginfo")]) > 0, True)
        self.program.unlink()
        shutil.rmtree(self.folder / "cache")
        self.assertRegex(self.report(profile), r"parse_row +leaky\.c:\d+")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--heaplens", required=True)
    parser.add_argument("--program", required=True)
    OPTIONS, rest = parser.parse_known_args()
    if not all(shutil.which(tool) for tool in ("strip", "objcopy", "readelf")):
        print("skipped: needs binutils")
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
