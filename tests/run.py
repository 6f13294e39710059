#!/usr/bin/env python3
"""Runs every part of the tests and sums them up: `N passed, N failed, N skipped` is the last line.

Usage: run.py --build DIR [--all] [--only PART]...

A part is a program that prints such a line itself; the unit tests are the programs ctest knows, counted
test by test. What cannot run here (no network for foreign engines, no shared data) skips and says so.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped", re.M)


class Counts:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def program(*command, **environment):
    """Runs a part that counts by itself; a part that ends without counts has failed."""
    done = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True, cwd=ROOT,
                            env={**os.environ, **environment})
    text = ""
    for line in done.stdout:
        text += line
        if not COUNTS.match(line):
            print(f"  {line}", end="", flush=True)
    done.wait()
    found = COUNTS.findall(text)
    counts = Counts(*map(int, found[-1])) if found else Counts(failed=1)
    if done.returncode and not counts.failed:
        print(f"  {command[0]} ended with {done.returncode}")
        counts.failed = 1
    return counts


def python(script, *arguments, **environment):
    return program(sys.executable, TESTS / script, *arguments, **environment)


def unit(options):
    """The programs ctest knows. GoogleTest programs are counted by test, others as one."""
    listed = subprocess.run(["ctest", "--test-dir", str(options.build), "--show-only=json-v1"],
                            capture_output=True, text=True, check=True).stdout
    tests = [t for t in json.loads(listed)["tests"] if t.get("command")]
    if not tests:
        print("  no test program was built")
        return Counts(failed=1)
    counts = Counts()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result, text in pool.map(run_unit, tests):
            counts += result
            if text:
                print(text, flush=True)
    return counts


def run_unit(test):
    properties = {p["name"]: p["value"] for p in test.get("properties", [])}
    environment = dict(pair.split("=", 1) for pair in properties.get("ENVIRONMENT", []))
    with tempfile.TemporaryDirectory(prefix="limno-test-") as folder:
        report = pathlib.Path(folder, "report.json")
        started = time.monotonic()
        try:
            done = subprocess.run(test["command"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  errors="replace", cwd=properties.get("WORKING_DIRECTORY"), timeout=900,
                                  env={**os.environ, "GTEST_OUTPUT": f"json:{report}", "TMPDIR": folder,
                                       **environment})
            code, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired as error:
            code, output = -1, f"{error.stdout or ''}\nno end after 900 s"
        seconds = time.monotonic() - started
        counts = count_report(report) if report.exists() else Counts(passed=int(code == 0))
    if code and not counts.failed:
        counts.failed = 1
    lines = [f"  {test['name']}: {counts} ({seconds:.1f} s)"]
    if counts.failed:
        lines += ["    " + line for line in failures(output)]
    elif counts.skipped:
        reasons = set(re.findall(r"Skipped\n(.+)", output))
        lines += [f"    skipped: {reason}" for reason in sorted(reasons)]
    return counts, "\n".join(lines)


def count_report(report):
    counts = Counts()
    for suite in json.loads(report.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            if case.get("result") == "SKIPPED":
                counts.skipped += 1
            elif case.get("failures"):
                counts.failed += 1
            elif case.get("result") == "COMPLETED":
                counts.passed += 1
    return counts


def failures(output):
    """What GoogleTest printed of the tests that failed, else the end of the output."""
    kept, block = [], []
    for line in output.splitlines():
        if line.startswith("[ RUN "):
            block = []
        block.append(line)
        if re.match(r"\[  FAILED  \] .*\(\d+ ms\)", line):
            kept += block
            block = []
    return (kept or output.splitlines()[-40:])[:200]


def rules(options):
    """The rules of the house, and the tests of the rules."""
    loader = unittest.TestLoader()
    suite = loader.discover(str(TESTS / "tidy"), pattern="test_*.py")
    with open(os.devnull, "w") as quiet:
        result = unittest.TextTestRunner(stream=quiet).run(suite)
    bad = result.failures + result.errors
    for test, text in bad:
        print(f"  {test}\n{text}")
    counts = Counts(result.testsRun - len(bad), len(bad))
    counts += python("tidy/tidy.py", "--build", options.build, *(["--all"] if options.all else []))
    return counts


def parts(options):
    """(name, what to call) in the order in which they run: fast and likely to fail first."""
    limno = options.build / "limno"
    every = ["--all"] if options.all else []
    table = [("tidy", lambda: rules(options)), ("unit", lambda: unit(options))]
    for name, script in [("script", "script/run.py"), ("docs", "docs/run.py"), ("demo", "demo/run.py"),
                         ("interop", "interop/run.py"), ("damage", "damage/run.py"), ("crash", "crash/run.py")]:
        if (TESTS / script).exists():
            table.append((name, lambda script=script: python(script, "--limno", limno, *every)))
    table.append(("acceptance", lambda: acceptance(limno)))
    if options.all:
        # The unit tests have run the first few thousand.
        table.append(("simulation", lambda: program(options.build / "limno_simulate", "--schedules", "1000000")))
    return table


def acceptance(limno):
    shared = pathlib.Path(os.environ.get("LIMNO_SHARED", ROOT.parent / "shared"))
    tables = shared / "data" / "delta"
    if not tables.is_dir():
        print(f"  skipped: no foreign Delta tables ({tables}; LIMNO_SHARED names another folder)")
        return Counts(skipped=1)
    return python("acceptance/run.py", "--limno", limno, "--not-yet", TESTS / "acceptance" / "not_yet.txt",
                  tables, tables / "oracles")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--all", action="store_true", help="the slow suites as well")
    parser.add_argument("--only", action="append", default=[], metavar="PART")
    options = parser.parse_args()
    options.build = options.build.resolve()
    total = Counts()
    known = parts(options)
    for name in options.only:
        if name not in [part for part, _ in known]:
            parser.error(f"no part '{name}': there are {', '.join(part for part, _ in known)}")
    for name, run in known:
        if options.only and name not in options.only:
            continue
        print(f"== {name}", flush=True)
        started = time.monotonic()
        counts = run()
        total += counts
        print(f"== {name}: {counts} ({time.monotonic() - started:.1f} s)", flush=True)
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
