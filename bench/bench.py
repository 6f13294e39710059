#!/usr/bin/env python3
"""Limno beside its peers: CPU and wall seconds of whole processes, peak memory, ratios.

    ./dev bench [WORKLOAD...] [--size S|M|L] [--runs N] [--json FILE]

Contestants take turns within a run, so that a busy machine is busy for all. The ratio is a peer's CPU
seconds over those of the first contestant, Limno; CPU is what to look at when the machine was not quiet.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

import data
import measure
import workloads

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "interop"))
from environment import python_with  # noqa: E402


def one_run(contestant, scratch, results):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=scratch))
    try:
        command = contestant.prepare(folder)
        cost = measure.run(command, folder)
        note = contestant.check(folder, cost)
        results[contestant.name].append((cost, note))
    except measure.Failed as failure:
        print(f"  {contestant.name} FAILED: {failure}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_workload(name, make, options, scratch):
    print(f"\n{name}: {make.__doc__}", flush=True)
    contestants = list(make())
    results = {c.name: [] for c in contestants}
    for _ in range(options.runs):
        for contestant in contestants:
            one_run(contestant, scratch, results)
    print(f"  {'':24} {'CPU s':>8} {'wall s':>8} {'MiB':>7} {'ratio':>7} {'spread':>7}")
    base = measure.median([cost for cost, _ in results[contestants[0].name]])
    rows = []
    for contestant in contestants:
        costs = [cost for cost, _ in results[contestant.name]]
        if not costs:
            continue
        cost = measure.median(costs)
        ratio = cost.cpu_seconds / base.cpu_seconds if base else float("nan")
        note = results[contestant.name][costs.index(cost)][1]
        remark = "; ".join(filter(None, [note, f"goal {contestant.goal}" if contestant.goal else ""]))
        print(f"  {contestant.name:24} {cost.cpu_seconds:8.3f} {cost.wall_seconds:8.3f} {cost.peak_mib:7.0f} {ratio:7.2f} "
              f"{measure.spread(costs):7.2f}  {remark}", flush=True)
        rows.append({"workload": name, "size": options.size, "contestant": contestant.name, "runs": len(costs),
                     "cpu_s": cost.cpu_seconds, "wall_s": cost.wall_seconds, "rss_mib": cost.peak_mib, "ratio": ratio,
                     "spread": measure.spread(costs), "note": note, "load": measure.quiet()})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limno", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--size", choices=["S", "M", "L"], default="S")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path, help="append the results, a JSON line each")
    parser.add_argument("workload", nargs="*")
    options = parser.parse_args()
    python = python_with(HERE / "requirements.txt", "bench")
    if python is None:
        sys.exit("bench: the peers cannot be installed here (no network?)")
    folder = HERE.parent / "build" / "bench"
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    made = data.Data(folder / "data", str(python), options.size)
    table = workloads.Workloads(options.limno.resolve(), python, made).all()
    for name in options.workload:
        if name not in table:
            sys.exit(f"bench: no workload '{name}': there are {', '.join(table)}")
    print(f"size {options.size}, {options.runs} runs each, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    rows = []
    for name in options.workload or table:
        rows += run_workload(name, table[name], options, scratch)
    if options.json:
        with options.json.open("a") as file:
            for row in rows:
                file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
