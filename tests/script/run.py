#!/usr/bin/env python3
"""Runs the scripts of this folder with the program limno_script, which is built beside limno.

    run.py --limno PROGRAM [--all] [FILE...]

run_scripts.cc says what a script is.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", type=pathlib.Path, required=True)
    parser.add_argument("--all", action="store_true", help="for the other parts; here there is nothing more")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    runner = options.limno.resolve().parent / "limno_script"
    files = options.files or sorted(HERE.rglob("*.test"))

    def run(file):
        done = subprocess.run([runner, options.limno, file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return file, done

    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, done in pool.map(run, files):
            text = re.sub(r"^\d+ passed, \d+ failed, \d+ skipped\n", "", done.stdout, flags=re.M)
            if done.returncode == 0:
                passed += 1
            else:
                failed += 1
                print(text or f"{file} ended with {done.returncode}\n", end="")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
