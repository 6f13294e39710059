#!/usr/bin/env python3
"""Limno beside its peers: CPU and wall seconds of whole processes, peak memory, ratios.

    ./dev bench [WORKLOAD...] [--size SIZE[,SIZE...]] [--runs N] [--spark] [--only NAME] [--json FILE]

Contestants take turns within a run, so that a busy machine is busy for all. The ratio is a peer's CPU
seconds over those of the first contestant, Limno; CPU is what to look at when the machine was not quiet.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import data
import growth
import measure
from contest import SHARED_SERVICES, Contest
from workloads import WORKLOADS

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "interop"))
from environment import python_with  # noqa: E402


def one_run(contestant, scratch, results):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=scratch))
    try:
        command = contestant.prepare(folder)
        cost = contestant.cost(measure.run(command, folder))
        note = contestant.check(folder, cost)
        results[contestant.name].append((cost, note))
    except measure.Failed as failure:
        print(f"  {contestant.name} FAILED: {failure}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_workload(name, make, about, size, options, scratch):
    print(f"\n{name}: {about}", flush=True)
    contestants = [c for c in make() if c.name.startswith(tuple(options.only.split(",")))]
    if not contestants:
        return []
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
        rows.append({"workload": name, "size": size, "contestant": contestant.name, "runs": len(costs),
                     "cpu_s": cost.cpu_seconds, "wall_s": cost.wall_seconds, "rss_mib": cost.peak_mib, "ratio": ratio,
                     "spread": measure.spread(costs), "note": note, "load": measure.quiet()})
    return rows


def spark_command():
    """How to run Spark with Delta, or nothing where the service's folder or its packages are not there."""
    home = pathlib.Path(os.environ.get("LIMNO_SERVICES_HOME", pathlib.Path.home() / ".cache/limno-services"))
    script = SHARED_SERVICES / "spark_connect.sh"
    if not script.exists() or subprocess.run([str(script), "install"], capture_output=True).returncode:
        print("bench: no Spark here, its figures are left out")
        return []
    venv = pathlib.Path(os.environ.get("LIMNO_SPARK_VENV", home / "venv" / "spark"))
    return [venv / "bin" / "python", HERE / "spark_job.py", os.environ.get("LIMNO_SPARK_JARS", home / "jars" / "delta")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limno", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--size", default="S", metavar="SIZE[,SIZE...]",
                        help="S, S3, M, M3, L: 1, 3, 10, 30, 100 times; of several, the growth of each cost")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--spark", action="store_true", help="Spark too, where shared services are")
    parser.add_argument("--only", default="", metavar="NAME[,NAME...]", help="contestants whose names begin so")
    parser.add_argument("--json", type=pathlib.Path, help="append the results, a JSON line each")
    parser.add_argument("workload", nargs="*")
    options = parser.parse_args()
    python = python_with(HERE / "requirements.txt", "bench")
    if python is None:
        sys.exit("bench: the peers cannot be installed here (no network?)")
    for name in options.workload:
        if name not in WORKLOADS:
            sys.exit(f"bench: no workload '{name}': there are {', '.join(WORKLOADS)}")
    sizes = options.size.split(",")
    for size in sizes:
        if size not in data.SIZES:
            sys.exit(f"bench: no size '{size}': there are {', '.join(data.SIZES)}")
    folder = HERE.parent / "build" / "bench"
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    spark = spark_command() if options.spark else []
    rows = []
    for size in sizes:
        print(f"\nsize {size}, {options.runs} runs each, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
        contest = Contest(options.limno.resolve(), str(python), data.Data(folder / "data", str(python), size), spark)
        for name in options.workload or WORKLOADS:
            found = run_workload(name, lambda n=name: WORKLOADS[n](contest), WORKLOADS[name].__doc__, size, options, scratch)
            rows += found
            if options.json:
                with options.json.open("a") as file:
                    file.writelines(json.dumps(row) + "\n" for row in found)
    if len(sizes) > 1:
        growth.print_table(rows, {size: data.SIZES[size] for size in sizes})


if __name__ == "__main__":
    main()
