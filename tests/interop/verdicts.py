"""`limno doctor` against the engines themselves: what it says they can do with foreign tables, they do."""
import os
import pathlib
import shutil
import tempfile

import polars

from readers import READERS, append_deltalake, duckdb_connection, read_deltalake

SHARED = pathlib.Path(os.environ.get("LIMNO_SHARED", pathlib.Path(__file__).resolve().parents[3] / "shared"))
FAMILIES = ("features", "spark-written", "delta-rs-written")

# Engine by the doctor's name -> how the readers call it.
ENGINES = {"delta-rs": "deltalake", "polars": "polars", "duckdb": "duckdb"}

# (engine, table) -> why the engine does something else than its features would have it.
DECIMALS = "delta-rs takes apart decimals below zero in partition values wrongly"
EXCEPTIONS = {
    ("delta-rs", "features/basic-decimal-table"): DECIMALS,
    ("polars", "features/basic-decimal-table"): DECIMALS,
    ("delta-rs", "spark-written/partitioned_special"): DECIMALS,
    ("polars", "spark-written/partitioned_special"): DECIMALS,
    ("delta-rs", "spark-written/partitioned_types"): "delta-rs makes file names that are too long of so many partition columns",
    ("polars", "features/void-column"): "Polars has no Arrow type for columns that are always NULL",
    ("delta-rs", "spark-written/nested_evolution"): "delta-rs does not fill new fields of structs within maps",
    ("polars", "spark-written/nested_evolution"): "delta-rs does not fill new fields of structs within maps",
    ("duckdb", "spark-written/vacuum_protocol_check"): "DuckDB's kernel does not commit to tables with vacuumProtocolCheck",
}


def first_row(path):
    return read_deltalake(path).slice(0, 1)


def write_polars(path, rows):
    polars.from_arrow(rows).write_delta(str(path), mode="append")


def write_duckdb(path, _rows):
    with duckdb_connection() as connection:
        connection.execute(f"attach '{path}' as target (type delta)")
        connection.execute("insert into target select * from target limit 1")


WRITERS = {"delta-rs": append_deltalake, "polars": write_polars, "duckdb": write_duckdb}


def verdicts(bench, path):
    """Engine -> (reads, writes, some of it silently wrong)."""
    found = {}
    for row in bench.sql(f"from delta_compatibility('{path}')"):
        silent = found.get(row["engine"], (0, 0, False))[2] or bool(row["silently_wrong"])
        found[row["engine"]] = (row["reads"], row["writes"], silent)
    return found


def count(bench, path):
    return bench.sql(f"select count(*) as n from delta('{path}')")[0]["n"]


def read_whole(bench, path):
    """Fails for logs whose data files are not there."""
    bench.sql(f"copy (from delta('{path}')) to '/dev/null' (format csv)")


def compare(bench, engine, path, verdict):
    """What the engine does with a copy of the table against what was said of it; "" if that is so."""
    reads, writes, silent = verdict
    if silent:
        return ""
    rows = count(bench, path)
    try:
        found = READERS[ENGINES[engine]](path).num_rows
    except Exception as error:
        return f"should read, but: {str(error)[:200]}" if reads else ""
    if not reads:
        return f"should not read, but finds {found} rows"
    if found != rows:
        return f"reads {found} rows, not {rows}"
    if not rows:
        return ""
    try:
        WRITERS[engine](path, first_row(path))
    except Exception as error:
        return f"should write, but: {str(error)[:200]}" if writes else ""
    if not writes:
        return "should not write, but does"
    after = count(bench, path)
    return "" if after == rows + 1 else f"has written {after - rows} rows, not 1"


def tables():
    for family in FAMILIES:
        for log in sorted((SHARED / "data" / "delta" / family).glob("**/_delta_log")):
            yield log.parent, str(log.parent.relative_to(SHARED / "data" / "delta"))


def check(tally, bench):
    if not (SHARED / "data" / "delta").is_dir():
        tally.skip("verdicts", "no foreign Delta tables; LIMNO_SHARED names another folder")
        return
    for original, name in tables():
        with tempfile.TemporaryDirectory(prefix="limno-verdict-") as folder:
            path = pathlib.Path(folder) / original.name
            shutil.copytree(original, path)
            try:
                read_whole(bench, path)
                said = verdicts(bench, path)
            except AssertionError as error:
                tally.skip(f"verdicts {name}", str(error)[:100])
                continue
            for engine in ENGINES:
                if (engine, name) in EXCEPTIONS:
                    tally.skip(f"verdict {engine} {name}", EXCEPTIONS[engine, name])
                    continue
                own = pathlib.Path(folder) / engine / original.name
                shutil.copytree(original, own)
                tally.check(f"verdict {engine} {name}", lambda: compare(bench, engine, own, said[engine]))
