#!/usr/bin/env python3
"""Runs every fuzzer of a build folder for some seconds, side by side, and says how many inputs each tried.

Usage: run.py --build DIR [--seconds N] [--only NAME]

The corpus that grows is DIR/corpus/NAME, its beginning tests/fuzz/corpus/NAME. A find is put into DIR/found: run the
fuzzer with that file, mend what is wrong, and keep the file in tests/fuzz/corpus/NAME.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# A small file must not make anybody ask for much memory, or wait.
LIMITS = ["-rss_limit_mb=1500", "-malloc_limit_mb=256", "-timeout=20", "-max_len=8192", "-print_final_stats=1"]


def fuzz(program, build, seconds):
    name = re.fullmatch("limno_(.*)_fuzzer", program.name)[1]
    corpus, found = build / "corpus" / name, build / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    seeds = [str(HERE / "corpus" / name)] if (HERE / "corpus" / name).is_dir() else []
    done = subprocess.run([str(program), f"-max_total_time={seconds}", f"-artifact_prefix={found}/{name}-", *LIMITS, str(corpus), *seeds],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    tried = re.findall(r"stat::number_of_executed_units: (\d+)", done.stdout)
    return name, done.returncode, int(tried[-1]) if tried else 0, done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    build = options.build.resolve()
    programs = sorted(p for p in build.glob("limno_*_fuzzer") if options.only in p.name)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, code, tried, output in pool.map(lambda program: fuzz(program, build, options.seconds), programs):
            if code:
                failed += 1
                print("\n".join(output.splitlines()[-40:]))
            print(f"{'FAILED' if code else 'ok'}   {name}: {tried} inputs", flush=True)
    print(f"{len(programs) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not programs else 0


if __name__ == "__main__":
    sys.exit(main())
