"""Writes tables with Limno, reads them with every foreign engine, lets delta-rs append and goes on.

    check.py --limno PROGRAM [--only CASE] [--spark]

Runs in the environment of requirements.txt; run.py makes it. Ends with one line of counts.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import duckdb

import canonical
import copies
import repairs
import spark
import verdicts
from cases import CASES
from readers import READERS, append_deltalake, read_deltalake, read_feed


class Bench:
    """One lake and the plain DuckDB that says what its tables must hold."""

    def __init__(self, limno, folder):
        self.limno, self.folder = limno, pathlib.Path(folder)
        self.copies = 0
        self.lake = self.folder / "lake"
        self.reference = duckdb.connect()
        self.reference.execute("set timezone = 'UTC'; create sequence ids")

    def sql(self, *statements):
        """Runs statements in one Limno process; returns the rows of the last one."""
        done = subprocess.run([self.limno, "--lake", str(self.lake), "sql", "--json", ";\n".join(statements)],
                              capture_output=True, text=True, cwd=self.folder)
        if done.returncode:
            raise AssertionError(f"limno ended with {done.returncode}: {done.stderr.strip()}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def write(self, case):
        name = f"interop.{case.name}"
        statements = [s.replace("{t}", name) for s in case.statements]
        self.sql("create schema if not exists interop", f"create table {name} ({case.columns}) {case.suffix}",
                 *statements, *(s.replace("{t}", name) for s in case.maintenance))
        self.reference.execute(f"create table {case.name} ({case.reference or case.columns})")
        for statement in case.statements:
            self.reference.execute(statement.replace("{t}", case.name))

    def path(self, case):
        return self.lake / "interop" / case.name

    def wanted(self, case):
        return canonical.lines(self.reference.execute(f"select {case.view} from {case.name}").to_arrow_table())

    def own(self, case):
        """The rows as Limno reads them, through a Parquet file."""
        # A new name each time: the reference caches what it has read, by name and second.
        self.copies += 1
        target = self.folder / f"{case.name}_{self.copies}.parquet"
        self.sql(f"copy (select {case.view} from interop.{case.name}) to '{target}' (format parquet)")
        return canonical.lines(self.reference.execute("select * from read_parquet(?)", [str(target)]).to_arrow_table())


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, what, action):
        """Runs an action that returns "" or what is wrong."""
        try:
            wrong = action()
        except Exception as error:  # an engine may fail in any way: it is a finding, not an end
            wrong = f"{type(error).__name__}: {str(error)[:400]}"
        if wrong:
            self.failed += 1
            print(f"FAILED   {what}: {wrong}", flush=True)
        else:
            self.passed += 1

    def skip(self, what, why):
        self.skipped += 1
        print(f"skipped  {what}: {why}", flush=True)


def read_by_all(tally, bench, case, moment):
    wanted = bench.wanted(case)
    tally.check(f"{case.name} {moment}: limno", lambda: canonical.difference(wanted, bench.own(case)))
    for engine, read in READERS.items():
        if engine in case.not_read_by:
            tally.skip(f"{case.name}: {engine}", case.not_read_by[engine])
            continue
        tally.check(f"{case.name} {moment}: {engine}",
                    lambda: canonical.difference(wanted, canonical.lines(read(bench.path(case)))))


def versions_agree(bench, case):
    """Every version has as many rows for delta-rs as for Limno."""
    name = f"interop.{case.name}"
    for entry in bench.sql(f"describe history {name}"):
        version = int(entry["version"])
        ours = bench.sql(f"select count(*) as n from {name} at (version => {version})")[0]["n"]
        theirs = read_deltalake(bench.path(case), version).num_rows
        if ours != theirs:
            return f"version {version}: limno {ours} rows, deltalake {theirs}"
    return ""


def feeds_agree(bench, case):
    """The change feed has the same rows for delta-rs as for Limno."""
    columns = [name.split()[0] for name in case.columns.split(", ")] + ["_change_type", "_commit_version"]
    ours = bench.sql(f"select {', '.join(columns)} from table_changes('interop.{case.name}', 0)")
    theirs = read_feed(bench.path(case)).select(columns).to_pylist()
    key = lambda row: tuple(str(row[name]) for name in columns)  # noqa: E731
    mine, others = sorted(map(key, ours)), sorted(map(key, theirs))
    if mine != others:
        return f"limno {len(mine)} rows, deltalake {len(others)}: {sorted(set(mine) ^ set(others))[:4]}"
    return "" if mine else "the feed is empty"


def no_vectors(bench, case):
    """A table that is set not to have deletion vectors has none."""
    for commit in (bench.path(case) / "_delta_log").glob("*.json"):
        if '"deletionVector":{' in commit.read_text():
            return f"{commit.name} names a deletion vector"
    return ""


def checkpoint_alone(bench, case):
    """The table still reads when the commits before its checkpoint are gone."""
    checkpoints = sorted((bench.path(case) / "_delta_log").glob("*.checkpoint*.parquet"))
    if not checkpoints:
        return "no checkpoint was written"
    copy = bench.folder / f"{case.name}_cut"
    shutil.copytree(bench.path(case), copy)
    newest = int(checkpoints[-1].name[:20])
    for commit in (copy / "_delta_log").glob("*.json"):
        if int(commit.name[:20]) < newest:
            commit.unlink()
    wanted = bench.wanted(case)
    for engine, read in READERS.items():
        if engine in case.not_read_by:
            continue
        wrong = canonical.difference(wanted, canonical.lines(read(copy)))
        if wrong:
            return f"{engine}: {wrong}"
    return ""


# Case -> what its log is to hold.
FILES_OF_LOG = {
    "v2_checkpoints": ("0*10.checkpoint.*-*.parquet",),
    "v2_sidecars": ("0*03.checkpoint.*-*.parquet", "_sidecars/*.parquet"),
    "compacted_log": ("0*00.0*09.compacted.json", "0*10.0*19.compacted.json"),
    "checksums": ("0*00.crc", "0*06.crc"),
}


def has_file(bench, case, pattern):
    found = list((bench.path(case) / "_delta_log").glob(pattern))
    return "" if found else f"no file {pattern} in the log"


def foreign_append(bench, case):
    rows = bench.reference.execute(case.append).to_arrow_table()
    append_deltalake(bench.path(case), rows)
    bench.reference.execute(f"insert into {case.name} by name {case.append}")
    return canonical.difference(bench.wanted(case), bench.own(case))


def go_on(bench, case):
    """Limno writes after the foreign writer: the appended rows are deleted, then put back."""
    name, first = f"interop.{case.name}", case.columns.split()[0]
    for table, run in ((name, bench.sql), (case.name, bench.reference.execute)):
        run(f"insert into {table} by name {case.append}")
        run(f"delete from {table} where {first} = (select min({first}) from {table})")
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", required=True, type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--spark", action="store_true")
    options = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="limno-interop-") as folder:
        bench = Bench(str(options.limno.resolve()), folder)
        written = []
        for case in CASES:
            if options.only not in case.name:
                continue
            before = tally.failed
            tally.check(f"{case.name}: written", lambda: bench.write(case))
            if tally.failed > before:
                continue
            written.append(case)
            read_by_all(tally, bench, case, "as written")
            if "deltalake" not in case.not_read_by:
                tally.check(f"{case.name}: versions", lambda: versions_agree(bench, case))
            if case.name == "change_feed":
                tally.check(f"{case.name}: feeds agree", lambda: feeds_agree(bench, case))
            if case.name == "copy_on_write":
                tally.check(f"{case.name}: no vectors", lambda: no_vectors(bench, case))
            if case.name in ("checkpoints", "v2_sidecars", "statistics_as_columns"):
                tally.check(f"{case.name}: checkpoint alone", lambda: checkpoint_alone(bench, case))
            for pattern in FILES_OF_LOG.get(case.name, ()):
                tally.check(f"{case.name}: has {pattern}", lambda: has_file(bench, case, pattern))
            if case.append and "deltalake" in case.appended_by:
                tally.check(f"{case.name}: deltalake appends", lambda: foreign_append(bench, case))
                tally.check(f"{case.name}: limno goes on", lambda: go_on(bench, case))
                read_by_all(tally, bench, case, "after both")
        written += repairs.check(tally, bench, options.only, read_by_all)
        written += copies.check(tally, bench, options.only, read_by_all)
        if options.only in "verdicts":
            verdicts.check(tally, bench)
        if options.spark:
            spark.check(tally, bench, written)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
