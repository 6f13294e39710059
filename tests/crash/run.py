#!/usr/bin/env python3
"""Whatever happens to a process, the table is as before or as after, and what was acknowledged is there once.

Usage: run.py --limno PROGRAM [--all] [--seed N] [--only TEXT]

- kill -9 in load, MERGE, OPTIMIZE and inserts that write checkpoints, at random moments (200 times with
  --all, else 12), and as often in loads of several files,
- sixteen processes appending and merging at once (four without --all),
- writers of every statement on one table, killed at random moments, and deltalake beside them,
- a full disk, at any page and any byte, and missing rights: a clear error, and the table is intact,
- a reader in a long scan while VACUUM takes the files away.
Standard library only, but for the foreign engines, which have an environment of their own. The seed is printed; the same
seed kills at the same share of each statement's time.
"""
import argparse
import gzip
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

import disk
import mixed
import vacuum
from lake import Lake, Wrong, kill

NOBODY = 65534


class Killing:
    """One table, and statements that are killed somewhere on their way."""

    def __init__(self, lake, chance):
        self.lake, self.chance, self.round = lake, chance, 0
        self.seconds = {}
        lake.sql("create schema crash; create table crash.t (id bigint, v varchar) with ('delta.checkpointInterval' = '2')")
        lake.sql("insert into crash.t select i, 'start' from range(5000) t(i)")

    def statements(self):
        """Name -> (arguments, whether a repetition changes nothing more)."""
        number = self.round
        source = self.lake.folder / f"in_{number}.csv"
        source.write_text("id,v\n" + "".join(f"{1_000_000 * (number + 1) + i},loaded\n" for i in range(2000)))
        return {
            "load": (["load", str(source), "--into", "crash.t", "--no-provenance"], True),
            "merge": (["sql", f"merge into crash.t as t using (select i * 3 as id, 'merged {number}' as v from range(3000) r(i)) as s "
                              "on t.id = s.id when matched then update set v = s.v when not matched then insert (id, v) "
                              "values (s.id, s.v)"], True),
            "optimize": (["sql", "optimize crash.t zorder by (id)"], True),
            "insert": (["sql", f"insert into crash.t values ({-number - 1}, 'inserted')"], False),
        }

    def one(self):
        """Kills one statement, looks, and repeats it where a repetition is harmless."""
        name = self.chance.choice(["load", "merge", "optimize", "insert"])
        arguments, repeatable = self.statements()[name]
        self.round += 1
        before = self.lake.state("crash.t")
        after = self.after(arguments)
        share = self.chance.random() * 1.05
        killed = kill(self.lake, arguments, share * self.seconds[name] if name in self.seconds else 0.05)
        found = self.lake.state("crash.t")
        if found not in (before, after):
            raise Wrong(f"{name} killed at {share:.2f}: {found} is neither {before} nor {after}")
        if not killed and found != after:
            raise Wrong(f"{name} was acknowledged and is not there")
        if repeatable:
            self.lake.run(*arguments, check=True)
            if self.lake.state("crash.t") != after:
                raise Wrong(f"{name} killed at {share:.2f} and repeated: {self.lake.state('crash.t')}, expected {after}")

    def after(self, arguments):
        """The state that the statement leads to, found out on a copy; remembers how long it takes."""
        copy = self.lake.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.lake.folder / "lake", copy / "lake")
        twin = Lake(self.lake.limno, copy)
        started = time.monotonic()
        done = twin.run(*arguments)
        self.seconds[arguments[0] if arguments[0] == "load" else arguments[1].split()[0]] = time.monotonic() - started
        if done.returncode:
            raise Wrong(f"{arguments[-1][:60]} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        return twin.state("crash.t")


def kill_often(lake, chance, times):
    killing = Killing(lake, chance)
    for _ in range(times):
        killing.one()
    if not list((lake.folder / "lake/crash/t/_delta_log").glob("*.checkpoint.parquet")):
        raise Wrong("no checkpoint was written, so none was interrupted")


def kill_loads(lake, chance, times):
    """Loads of several files, killed again and again before they are allowed to end."""
    folder = lake.folder / "in"
    folder.mkdir()
    arguments = ["load", str(folder), "--into", "loads.t", "--column", "id=BIGINT"]
    rows, kills, batch, seconds = 0, 0, 0, 0.3
    while kills < times:
        for kind in ("csv", "csv.gz", "zip"):
            text = "id,v\n" + "".join(f"{rows + i},{kind}\n" for i in range(3000))
            path = folder / f"{batch}.{kind}"
            if kind == "zip":
                with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                    for part in range(2):
                        archive.writestr(f"{part}.csv", "id,v\n" + "".join(text.splitlines(True)[1 + part::2]))
            else:
                path.write_bytes(gzip.compress(text.encode()) if kind == "csv.gz" else text.encode())
            rows += 3000
        batch += 1
        for _ in range(4):
            kills += 1
            kill(lake, arguments, chance.random() * seconds)
        started = time.monotonic()
        lake.run(*arguments, check=True)
        seconds = max(0.1, time.monotonic() - started)
        check_loaded(lake, rows, f"after {kills} kills")
    if json.loads(lake.run("--json", *arguments, check=True).stdout)["steps"][0]["status"] != "nothing to do":
        raise Wrong("a load of the same files found something to do")
    lake.sql("drop table loads.t")
    lake.run(*arguments, check=True)
    check_loaded(lake, rows, "loaded once more from the landing zone")
    return ""


def check_loaded(lake, rows, when):
    found = lake.sql("select count(*) as n, count(distinct id) as ids, min(id) as lo, max(id) as hi from loads.t")[0]
    if found != {"n": rows, "ids": rows, "lo": 0, "hi": rows - 1}:
        raise Wrong(f"{when}: {found}, expected {rows} rows")


def write_together(lake, writers, commits):
    """Every writer appends its own rows and merges into its own keys; what was acknowledged must be there."""
    lake.sql("create schema many; create table many.t (id bigint, v varchar)")
    processes, logs = [], []
    for writer in range(writers):
        script = lake.folder / f"writer_{writer}.sh"
        lines = ["set -u"]
        for n in range(commits):
            key = writer * 1000 + n
            statement = (f"insert into many.t values ({key}, 'a')" if n % 3 else
                         f"merge into many.t as t using (select {key}::bigint as id, 'm' as v) as s on t.id = s.id "
                         "when matched then update set v = s.v when not matched then insert (id, v) values (s.id, s.v)")
            words = " ".join(f'"{c}"' for c in lake.command("sql"))
            lines.append(f'for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do\n'
                         f'  {words} "{statement}" >/dev/null 2>error_{writer} && {{ echo {key}; break; }}\n'
                         f'  grep -qi "conflict\\|version" error_{writer} || {{ cat error_{writer} >&2; exit 1; }}\ndone')
        script.write_text("\n".join(lines) + "\n")
        log = open(lake.folder / f"acknowledged_{writer}", "w+")
        logs.append(log)
        processes.append(subprocess.Popen(["bash", str(script)], stdout=log, stderr=subprocess.PIPE, text=True, cwd=lake.folder))
    errors = [process.communicate()[1].strip() for process in processes]
    acknowledged = []
    for log in logs:
        log.seek(0)
        acknowledged += [int(line) for line in log]
    if any(errors):
        raise Wrong(next(error for error in errors if error)[-300:])
    ids = sorted(row["id"] for row in lake.sql("select id from many.t"))
    if ids != sorted(acknowledged):
        raise Wrong(f"{len(acknowledged)} rows acknowledged, {len(ids)} there, {len(set(ids))} different")
    if len(acknowledged) != writers * commits:
        raise Wrong(f"{writers * commits - len(acknowledged)} statements gave up")


def full_disk(lake, chance):
    """The lake on a disk of a few megabytes that fills up while it is written."""
    disk = lake.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        return "a small disk can only be mounted by root"
    try:
        small = Lake(lake.limno, disk)
        small.sql("create schema d; create table d.t (id bigint, v varchar); insert into d.t select i, 'x' from range(100) r(i)")
        before = small.state("d.t")
        done = small.run("sql", "insert into d.t select i, md5(i::varchar) || md5((i + 1)::varchar) from range(2000000) r(i)")
        if done.returncode == 0:
            raise Wrong("2,000,000 rows fit on a disk of 6 MB")
        if "space" not in done.stderr.lower() and "full" not in done.stderr.lower():
            raise Wrong(f"the error does not say that the disk is full: {done.stderr.strip()[-300:]}")
        if small.state("d.t") != before:
            raise Wrong("the table changed")
        small.sql("insert into d.t values (1000, 'after')")
        large = lake.folder / "large.csv"
        large.write_text("id,v\n" + "".join(f"{i},{chance.random()}{chance.random()}\n" for i in range(400000)))
        before = small.state("d.t")
        done = small.run("load", str(large), "--into", "d.t", "--no-provenance")
        if done.returncode == 0:
            raise Wrong("a load of 400,000 rows fit on a disk of 6 MB")
        if "space" not in done.stderr.lower() and "full" not in done.stderr.lower():
            raise Wrong(f"the error of a load does not say that the disk is full: {done.stderr.strip()[-300:]}")
        if small.state("d.t") != before:
            raise Wrong("a load that found the disk full changed the table")
        large.write_text("id,v\n2000,loaded\n")
        small.run("load", str(large), "--into", "d.t", "--no-provenance", check=True)
        if small.state("d.t")[0] != before[0] + 1:
            raise Wrong("the landing zone is of no use after the disk was full")
    finally:
        subprocess.run(["umount", "-l", str(disk)], capture_output=True)
    return ""


def denied(lake):
    """The folder of a table may not be written."""
    lake.sql("create schema n; create table n.t (id bigint, v varchar); insert into n.t values (1, 'x')")
    before = lake.state("n.t")
    other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    os.chmod(lake.folder, 0o755)
    for folder, _, _ in os.walk(lake.folder / "lake"):
        os.chmod(folder, 0o555)
    try:
        done = lake.run("sql", "insert into n.t values (2, 'y')", env={**os.environ, "HOME": "/"}, **other)
        if done.returncode == 0:
            raise Wrong("a folder without write permission was written")
        if "denied" not in done.stderr.lower() and "permission" not in done.stderr.lower():
            raise Wrong(f"the error does not speak of rights: {done.stderr.strip()[-300:]}")
    finally:
        for folder, _, _ in os.walk(lake.folder / "lake"):
            os.chmod(folder, 0o755)
    if lake.state("n.t") != before:
        raise Wrong("the table changed")
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", required=True, type=pathlib.Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", default="", metavar="TEXT", help="suites whose names hold this text")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    suites = [
        ("killed at random moments", lambda lake, chance: kill_often(lake, chance, 200 if options.all else 12)),
        ("loads killed again and again", lambda lake, chance: kill_loads(lake, chance, 200 if options.all else 12)),
        ("writers side by side", lambda lake, _: write_together(lake, 16 if options.all else 4, 12 if options.all else 5)),
        ("writers of everything, killed", lambda lake, chance: mixed.alone(lake, chance, *((16, 25) if options.all else (4, 5)))),
        ("writers beside deltalake",
         lambda lake, chance: mixed.beside_deltalake(lake, chance, *((8, 3, 25) if options.all else (2, 1, 5)))),
        ("a full disk", full_disk),
        ("a disk full at any page", lambda lake, chance: disk.full_at_any_page(lake, chance, 300 if options.all else 10)),
        ("a file that ends at any byte", lambda lake, chance: disk.full_at_any_byte(lake, chance, 400 if options.all else 10)),
        ("a reader beside VACUUM", lambda lake, chance: vacuum.reader_beside_vacuum(lake, chance, 40 if options.all else 3)),
        ("no rights", lambda lake, _: denied(lake))]
    if options.only:
        suites = [suite for suite in suites if options.only in suite[0]]
    passed = failed = skipped = 0
    for name, suite in suites:
        with tempfile.TemporaryDirectory(prefix="limno-crash-") as folder:
            try:
                # Of its own, so that --only changes nothing.
                reason = suite(Lake(str(options.limno.resolve()), folder), random.Random(f"{options.seed} {name}"))
            except (Wrong, subprocess.CalledProcessError) as wrong:
                failed += 1
                print(f"FAILED   {name}: {wrong}", flush=True)
                continue
        if reason:
            skipped += 1
            print(f"skipped  {name}: {reason}", flush=True)
        else:
            passed += 1
            print(f"ok       {name}", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
