#!/usr/bin/env python3
"""Reads every Delta table below a folder with Limno and compares its rows. One line per table:

    ok        rows equal to the expected ones, in every version there is something to compare with
    refused   Limno says it cannot read it, and why
    FAILED    anything else

Usage: run.py --limno PROGRAM [--not-yet LIST] [--only TEXT] DIR [ORACLES]

What is expected comes from `expected/*.parquet` beside a table folder named `delta`, from
ORACLES/<path>/oracle.json with its v<N>.parquet, or is nothing: then reading all of it is enough.
LIST names tables ("path" or "path@version") that are not yet read, with the reason; they count as skipped.
ORACLES also has the change feed of tables that record one.
The comparison runs in Limno too: rows as multisets, cast to the expected types, NaN equal to NaN.
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

SECONDS = 120


class Refusal(Exception):
    """Limno ended with an error it explains."""


class Mismatch(Exception):
    """What was read is not what was expected."""


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


class Limno:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def rows(self, sql):
        """The rows of a query as dictionaries."""
        try:
            done = subprocess.run([self.program, "--lake", os.path.join(self.folder, "lake"), "sql", "--json", sql],
                                  capture_output=True, text=True, errors="replace", timeout=SECONDS,
                                  cwd=self.folder)
        except subprocess.TimeoutExpired:
            raise Mismatch(f"no answer in {SECONDS} s") from None
        if done.returncode < 0 or done.returncode > 75:
            raise Mismatch(f"ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        if done.returncode:
            raise Refusal(" ".join(done.stderr.split()) or f"ended with {done.returncode} and no word")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def columns(self, *sources):
        """For each source its columns as name -> type."""
        union = " union all ".join(f"select {number} as source, column_name, column_type "
                                   f"from (describe select * from {source})" for number, source in enumerate(sources))
        found = [{} for _ in sources]
        for row in self.rows(union):
            found[row["source"]][row["column_name"]] = row["column_type"]
        return found


def as_expected(column, found, wanted):
    """A column as the expected rows have it; variants are JSON text there."""
    if found == wanted:
        return column
    json_text = re.sub(r"\bVARIANT\b", "JSON", found)
    value = f"cast({column} as {json_text})" if json_text != found else column
    return f"cast({value} as {wanted}) as {column}"


def compare(limno, table, expected):
    """Raises Mismatch unless both sources hold the same rows. Returns their number."""
    wanted, found = limno.columns(expected, table)
    if list(wanted) != list(found):
        raise Mismatch(f"columns {list(found)}, expected {list(wanted)}")
    if not wanted:
        return limno.rows(f"select count(*) as n from {table}")[0]["n"]
    plain = ", ".join(identifier(name) for name in wanted)
    cast = ", ".join(as_expected(identifier(name), found[name], type_) for name, type_ in wanted.items())
    row = limno.rows(
        f"with expected as materialized (select {plain} from {expected}), "
        f"actual as materialized (select {cast} from {table}) "
        "select (select count(*) from expected) as wanted, (select count(*) from actual) as found, "
        "(select count(*) from (from expected except all from actual)) as missing, "
        "(select count(*) from (from actual except all from expected)) as surplus, "
        f"(select count(*) from {table}) as counted")[0]
    if row["missing"] or row["surplus"]:
        raise Mismatch(f"{row['found']} rows, expected {row['wanted']}: {row['missing']} missing, {row['surplus']} surplus")
    if row["counted"] != row["found"]:
        raise Mismatch(f"count(*) says {row['counted']}, there are {row['found']} rows")
    return row["found"]


def rows_read(limno, table):
    """Number of rows by reading them: count(*) alone is answered from the log and opens no file."""
    return limno.rows(f"with read as materialized (from {table}) select count(*) as n from read")[0]["n"]


def check_version(limno, path, version, folder):
    """One version against its oracle entry."""
    table = f"delta({quoted(path)}, version => {version['version']})"
    if "error" in version:
        try:
            rows = rows_read(limno, table)
        except Refusal as refusal:
            return f"v{version['version']} refused, as the reference does"
        raise Mismatch(f"v{version['version']}: read {rows} rows, the reference says: {version['error'].get('message', '')[:120]}")
    if version.get("rows_file"):
        rows = compare(limno, table, f"read_parquet({quoted(folder / version['rows_file'])})")
    else:
        rows = rows_read(limno, table)
    if rows != version["rows"]:
        raise Mismatch(f"{rows} rows, expected {version['rows']}")
    return f"v{version['version']} {rows} rows"


def check_feed(limno, path, feed, folder):
    """The change feed from the version the oracle read it from; earlier ones are refused."""
    for version, error in feed.get("errors", {}).items():
        # Columns whose type was widened in between are read as what they are now, which Spark does not do.
        if error.get("condition") == "DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA":
            continue
        changes = f"table_changes({quoted(path)}, {version})"
        try:
            rows = rows_read(limno, changes)
        except Refusal:
            continue
        raise Mismatch(f"feed from {version}: read {rows} rows, the reference refuses")
    if "rows_file" not in feed:
        return "feed refused, as the reference does"
    changes = f"table_changes({quoted(path)}, {feed['starting_version']}, {feed['ending_version']})"
    if "_commit_timestamp" not in feed["columns"]:
        changes = f"(select * exclude (_commit_timestamp) from {changes})"
    rows = compare(limno, changes, f"read_parquet({quoted(folder / feed['rows_file'])})")
    return f"feed from v{feed['starting_version']} {rows} rows"


def check_table(limno, root, name, oracles, not_yet):
    """List of (name, outcome, text) of one table: itself, or one for each version that went wrong."""
    path = root / name
    expected = sorted((path.parent / "expected").glob("*.parquet")) if path.name == "delta" else []
    oracle = oracles / name / "oracle.json" if oracles else None
    outcomes, good = [], []
    known = json.loads(oracle.read_text()) if oracle and oracle.exists() else {}
    # Where the reference contradicts the archive, its oracle says so and settles it.
    if expected and known.get("expected", {}).get("agree") is not False:
        files = "[" + ", ".join(quoted(f) for f in expected) + "]"
        attempt(lambda: f"{compare(limno, f'delta({quoted(path)})', f'read_parquet({files})')} rows",
                name, good, outcomes)
    if known:
        if known.get("latest_version") is None:
            attempt(lambda: refused(limno, path, known["error"]), name, good, outcomes)
        for version in known.get("versions", []):
            label = name if version["version"] == known.get("latest_version") else f"{name}@{version['version']}"
            attempt(lambda v=version: check_version(limno, path, v, oracle.parent), label, good, outcomes)
    if known.get("cdf"):
        attempt(lambda: check_feed(limno, path, known["cdf"], oracle.parent), f"{name}@feed", good, outcomes)
    if not good and not outcomes:
        attempt(lambda: f"{rows_read(limno, f'delta({quoted(path)})')} rows, "
                        "nothing to compare with", name, good, outcomes)
    if outcomes:
        return outcomes
    return [(name, "ok", ", ".join(good))]


def attempt(action, label, good, outcomes):
    try:
        good.append(action())
    except Refusal as refusal:
        outcomes.append((label, "refused", str(refusal)))
    except Mismatch as mismatch:
        outcomes.append((label, "FAILED", str(mismatch)))


def refused(limno, path, error):
    try:
        rows = rows_read(limno, f"delta({quoted(path)})")
    except Refusal as refusal:
        return f"refused, as the reference does: {refusal}"
    raise Mismatch(f"read {rows} rows, the reference refuses: {error.get('message', '')[:120]}")


def read_not_yet(path):
    """label -> reason."""
    listed = {}
    for line in path.read_text().splitlines() if path else []:
        line = line.strip()
        if line and not line.startswith("#"):
            label, _, reason = line.partition(" ")
            listed[label] = reason.strip()
    return listed


def judge(outcomes, not_yet, counts):
    """Prints the lines of one table and counts them."""
    labels = {label for label, _, _ in outcomes}
    for label, outcome, text in outcomes:
        base = label.split("@")[0]
        reason = not_yet.get(label, not_yet.get(base))
        if outcome == "ok":
            counts["passed"] += 1
            stale = [known for known in not_yet if known.split("@")[0] == base]
            note = f"  (listed as not yet read: take {', '.join(stale)} from the list)" if stale else ""
            print(f"ok       {label}: {text}{note}", flush=True)
        elif reason is not None:
            counts["skipped"] += 1
            print(f"{outcome:8} {label}: {text[:300]}  (known: {reason})", flush=True)
        else:
            counts["failed"] += 1
            print(f"{outcome:8} {label}: {text}", flush=True)
    return labels


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", required=True, type=pathlib.Path)
    parser.add_argument("--not-yet", type=pathlib.Path)
    parser.add_argument("--only", default="", help="tables whose path holds this text")
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("oracles", type=pathlib.Path, nargs="?")
    options = parser.parse_args()
    root = options.directory.resolve()
    if not root.is_dir():
        sys.exit(f"acceptance: {root} is no folder")
    names = sorted(str(p.parent.relative_to(root)) for p in root.rglob("_delta_log")
                   if p.is_dir() and options.only in str(p))
    if not names:
        sys.exit(f"acceptance: no Delta table below {root}")
    not_yet = read_not_yet(options.not_yet)
    oracles = options.oracles.resolve() if options.oracles else None
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with tempfile.TemporaryDirectory(prefix="limno-acceptance-") as folder:
        limno = Limno(str(options.limno.resolve()), folder)
        # A program that cannot run at all would otherwise seem to refuse everything.
        if limno.rows("select 1 as one") != [{"one": 1}]:
            sys.exit(f"acceptance: {options.limno} does not answer")
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for outcomes in pool.map(lambda name: check_table(limno, root, name, oracles, not_yet), names):
                judge(outcomes, not_yet, counts)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
