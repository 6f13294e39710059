"""What the peers do, one job per process: peers.py JOB ARGUMENT... (in the environment of requirements.txt).

Each job is written as the peer's own documentation would; "tuned" names a setting that helps it.
"""
import pathlib
import sys
import time


def duckdb_csv_to_parquet(source, target):
    import duckdb
    duckdb.execute(f"copy (from read_csv('{source}')) to '{target}' (format parquet, compression zstd)")


def polars_csv_to_delta(source, target):
    import polars
    polars.scan_csv(source, try_parse_dates=True).sink_delta(target)


def duckdb_csv_to_delta(source, target):
    import deltalake
    import duckdb
    deltalake.write_deltalake(target, duckdb.execute(f"from read_csv('{source}')").to_arrow_reader(100_000))


def deltalake_merge(table, source, tuned=""):
    import deltalake
    import pyarrow.parquet
    merge = deltalake.DeltaTable(table).merge(
        pyarrow.parquet.read_table(source), "t.id = s.id", source_alias="s", target_alias="t",
        **({"streamed_exec": False} if tuned else {}))
    merge.when_matched_update_all().when_not_matched_insert_all().execute()


def deltalake_compact(table):
    import deltalake
    deltalake.DeltaTable(table).optimize.compact()


def deltalake_zorder(table, columns):
    import deltalake
    deltalake.DeltaTable(table).optimize.z_order(columns.split(","))


def duckdb_compact(table, target):
    """What DuckDB needs to read and write the same rows, without a table format: the floor."""
    import duckdb
    duckdb.execute(f"copy (from read_parquet('{table}/*.parquet')) to '{target}' (format parquet, compression zstd)")


def duckdb_sort(table, target, columns):
    import duckdb
    duckdb.execute(f"copy (from read_parquet('{table}/*.parquet') order by {columns}) to '{target}' "
                   "(format parquet, compression zstd)")


QUERIES = [
    "select flag, count(*), sum(quantity), sum(price), avg(discount) from {t} group by flag order by flag",
    "select sum(price * discount) from {t} where shipdate >= date '1994-01-01' and shipdate < date '1995-01-01' "
    "and discount between 0.05 and 0.07 and quantity < 24",
    "select count(*), max(comment) from {t} where id between 500000 and 510000",
    "select price from {t} where id = 654321",
    "select count(*), sum(length(comment)), max(partkey) from {t}",
]


def duckdb_scan(table):
    import deltalake  # for the list of files only, like a user who knows them would write it
    import duckdb
    files = [f.removeprefix("file://") for f in deltalake.DeltaTable(table).file_uris()]
    for query in QUERIES:
        print(duckdb.execute(query.replace("{t}", f"read_parquet({files!r})")).fetchall())


def polars_scan(table):
    import polars
    context = polars.SQLContext(t=polars.scan_delta(table))
    for query in QUERIES:
        query = query.replace("length(", "octet_length(").replace("{t}", "t")
        print(context.execute(query).collect(engine="streaming").rows())


def deltalake_scan(table):
    import deltalake
    import pyarrow
    builder = deltalake.QueryBuilder().register("t", deltalake.DeltaTable(table))
    for query in QUERIES:
        print(pyarrow.table(builder.execute(query.replace("{t}", "t"))).to_pylist())


def deltalake_append(table, writer, commits):
    """Appends `commits` times one row; a commit that was given up is counted, not hidden."""
    import deltalake
    import pyarrow
    failed = 0
    for number in range(int(commits)):
        rows = pyarrow.table({"writer": pyarrow.array([int(writer)], pyarrow.int64()),
                              "number": pyarrow.array([number], pyarrow.int64())})
        try:
            deltalake.write_deltalake(table, rows, mode="append")
        except Exception:
            failed += 1
    print(f"given up: {failed}")


def deltalake_refresh(table, commits):
    """The time of seeing one more commit, in milliseconds, each."""
    import deltalake
    opened = deltalake.DeltaTable(table)
    times = []
    for _ in range(int(commits)):
        add_commit(table)
        started = time.perf_counter()
        opened.update_incremental()
        times.append((time.perf_counter() - started) * 1000)
    print(" ".join(f"{t:.3f}" for t in times))


def add_commit(table):
    log = pathlib.Path(table, "_delta_log")
    version = len(list(log.glob("*.json")))
    (log / f"{version:020}.json").write_text(
        '{"add":{"path":"more-%d.parquet","partitionValues":{},"size":1,"modificationTime":0,"dataChange":true,'
        '"stats":"{\\"numRecords\\":1}"}}\n' % version)


def start(package):
    __import__(package)


def check(table):
    """Rows of a Parquet file or a Delta table (as DuckDB's delta extension sees it); for items the updated
    ones too, for a log the distinct ones."""
    import duckdb
    if table.endswith(".parquet"):
        print(*duckdb.execute("select count(*) from read_parquet(?)", [table]).fetchone())
        return
    import duckdb_extension_delta
    extension = next(pathlib.Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension"))
    duckdb.execute(f"load '{extension}'")
    columns = [c[0] for c in duckdb.execute("describe select * from delta_scan(?)", [table]).fetchall()]
    extra = ", count(*) filter (where comment like 'updated%')" if "comment" in columns else ""
    extra += ", count(distinct (writer, number))" if "writer" in columns else ""
    print(*duckdb.execute(f"select count(*){extra} from delta_scan(?)", [table]).fetchone())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
