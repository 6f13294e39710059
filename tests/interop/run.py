#!/usr/bin/env python3
"""Makes the environment of requirements.txt in the cache folder (once) and runs check.py in it.

Usage: run.py --limno PROGRAM [--all] [--only CASE]. Skips where the packages cannot be had.
"""
import argparse
import pathlib
import subprocess
import sys

from environment import python_with

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", required=True)
    parser.add_argument("--all", action="store_true", help="Spark as well")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    python = python_with(HERE / "requirements.txt", "interop")
    if python is None:
        print("skipped: the foreign engines cannot be installed here (no network?)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    return subprocess.run([str(python), str(HERE / "check.py"), "--limno", options.limno, "--only", options.only,
                           *(["--spark"] if options.all else [])]).returncode


if __name__ == "__main__":
    sys.exit(main())
