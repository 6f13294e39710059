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


def deltalake_import(source, target):
    import deltalake
    import pyarrow.parquet
    file = pyarrow.parquet.ParquetFile(source)
    deltalake.write_deltalake(target, pyarrow.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches()))


def polars_import(source, target):
    import polars
    polars.scan_parquet(source).sink_delta(target)


def deltalake_merge(table, source, tuned="", condition=None):
    import deltalake
    import pyarrow.parquet
    merge = deltalake.DeltaTable(table).merge(
        pyarrow.parquet.read_table(source), "t.id = s.id", source_alias="s", target_alias="t",
        **({"streamed_exec": False} if tuned else {}))
    merge.when_matched_update_all(predicate=condition).when_not_matched_insert_all().execute()


def duckdb_merge(database, source):
    """DuckDB's own table; closing it writes what the log holds into the file."""
    import duckdb
    with duckdb.connect(database) as connection:
        connection.execute(f"merge into items as t using read_parquet('{source}') as s on t.id = s.id "
                           "when matched then update set * when not matched then insert *")


def ducklake_merge(folder, source):
    import duckdb
    load_extension("ducklake")
    duckdb.execute(f"attach 'ducklake:{folder}/catalog' as d (data_path '{folder}/files', override_data_path true)")
    duckdb.execute(f"merge into d.items as t using read_parquet('{source}') as s on t.id = s.id "
                   "when matched then update set * when not matched then insert *")


def load_extension(name):
    """An extension that came as a package."""
    import importlib
    import duckdb
    package = importlib.import_module(f"duckdb_extension_{name}")
    duckdb.execute(f"load '{next(pathlib.Path(package.__file__).parent.rglob(name + '.duckdb_extension'))}'")


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
    duckdb_query(table, *QUERIES)


def duckdb_query(table, *queries):
    import deltalake  # for the list of files only, like a user who knows them would write it
    import duckdb
    files = [f.removeprefix("file://") for f in deltalake.DeltaTable(table).file_uris()]
    for query in queries:
        print(duckdb.execute(query.replace("{t}", f"read_parquet({files!r})")).fetchall())


def duckdb_delta_query(table, *queries):
    import duckdb
    load_extension("delta")
    for query in queries:
        print(duckdb.execute(query.replace("{t}", f"delta_scan('{table}')")).fetchall())


def polars_scan(table):
    polars_query(table, *QUERIES)


def polars_query(table, *queries):
    import polars
    context = polars.SQLContext(t=polars.scan_delta(table))
    for query in queries:
        query = query.replace("length(", "octet_length(").replace("{t}", "t")
        print(context.execute(query).collect(engine="streaming").rows())


def deltalake_scan(table):
    deltalake_query(table, *QUERIES)


def deltalake_query(table, *queries):
    import deltalake
    import pyarrow
    builder = deltalake.QueryBuilder().register("t", deltalake.DeltaTable(table))
    for query in queries:
        print(pyarrow.table(builder.execute(query.replace("{t}", "t"))).to_pylist())


def deltalake_count(table):
    import deltalake
    print(deltalake.DeltaTable(table).count())


def deltalake_versions(table, *versions):
    import deltalake
    for version in versions:
        print(deltalake.DeltaTable(table, version=int(version)).count())


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
    """Rows of a Parquet file, a Delta table (as DuckDB's delta extension sees it), a DuckDB file or a DuckLake; for
    items the updated ones too, for a log the distinct ones."""
    import duckdb
    if table.endswith(".parquet"):
        source = f"read_parquet('{table}')"
    elif table.endswith(".duckdb"):
        duckdb.execute(f"attach '{table}' as d (read_only)")
        source = "d.items"
    elif table.endswith(".ducklake"):
        load_extension("ducklake")
        duckdb.execute(f"attach 'ducklake:{table}/catalog' as d (data_path '{table}/files', override_data_path true)")
        source = "d.items"
    else:
        load_extension("delta")
        source = f"delta_scan('{table}')"
    columns = [c[0] for c in duckdb.execute(f"describe select * from {source}").fetchall()]
    extra = ", count(*) filter (where comment like 'updated%')" if "comment" in columns and not table.endswith(".parquet") else ""
    extra += ", count(distinct (writer, number))" if "writer" in columns else ""
    print(*duckdb.execute(f"select count(*){extra} from {source}").fetchone())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
