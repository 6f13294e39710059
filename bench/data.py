"""What the workloads work on, generated once per size into build/bench/data (DuckDB's SQL, from the peers'
environment)."""
import json
import pathlib
import shutil
import subprocess
import zipfile

import logs

# S3 and M3 stand between, to see how a cost grows.
SIZES = {"S": 1, "S3": 3, "M": 10, "M3": 30, "L": 100}
# What there is of each kind at size S.
SMALLEST = {"taxi": 200_000, "items": 1_000_000, "adds": 10_000, "log commits": 100}
SMALL_FILES = {"S": (1_000, 1_000), "S3": (3_000, 1_000), "M": (10_000, 1_000), "M3": (10_000, 2_000), "L": (10_000, 3_000)}
COMMITS = {"S": 50, "S3": 150, "M": 500, "M3": 700, "L": 1_000}


def rows(kind, size):
    """Rows, files or commits of a kind of data at a size."""
    return COMMITS[size] if kind == "commits" else SMALLEST[kind] * SIZES[size]


TAXI = """
select 1 + (hash(i) % 2)::int as VendorID,
  strftime(timestamp '2024-01-01' + interval (i) second, '%Y-%m-%d %H:%M:%S') as tpep_pickup_datetime,
  strftime(timestamp '2024-01-01' + interval (i + 300 + (hash(i) % 900)::bigint) second, '%Y-%m-%d %H:%M:%S')
    as tpep_dropoff_datetime,
  1 + (hash(i * 3) % 6)::int as passenger_count, ((hash(i * 5) % 2000) / 100)::decimal(8,2) as trip_distance,
  1 as RatecodeID, 'N' as store_and_fwd_flag, 1 + (hash(i * 7) % 265)::int as PULocationID,
  1 + (hash(i * 9) % 265)::int as DOLocationID, 1 + (hash(i * 11) % 4)::int as payment_type,
  (3 + (hash(i * 13) % 5000) / 100)::decimal(8,2) as fare_amount, 0.5 as extra, 0.5 as mta_tax,
  ((hash(i * 15) % 1000) / 100)::decimal(8,2) as tip_amount, 0 as tolls_amount, 1.0 as improvement_surcharge,
  (5 + (hash(i * 17) % 6000) / 100)::decimal(8,2) as total_amount, 2.5 as congestion_surcharge
from range({first}, {last}) t(i)"""

ITEMS = """
select i as id, (hash(i) % 1500000)::bigint as custkey, (hash(i * 3) % 200000)::bigint as partkey,
  (1 + hash(i * 5) % 50)::int as quantity, ((hash(i * 7) % 10000000) / 100)::decimal(15,2) as price,
  ((hash(i * 11) % 11) / 100)::decimal(15,2) as discount, ['A', 'N', 'R'][1 + (hash(i * 13) % 3)::int] as flag,
  date '1992-01-01' + (hash(i * 17) % 2500)::int as shipdate,
  ['AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB', 'REG AIR'][1 + (hash(i * 19) % 7)::int] as "mode",
  'comment text ' || (hash(i * 23) % 1000000) || ' carefully ' || (hash(i * 29) % 1000) as comment
from range({first}, {last}) t(i)"""

CHANGES = """
select {key} as id, (hash(i * 41) % 1500000)::bigint as custkey, (hash(i * 43) % 200000)::bigint as partkey,
  7::int as quantity, 1.23::decimal(15,2) as price, 0.05::decimal(15,2) as discount, 'A' as flag,
  date '2024-01-01' as shipdate, 'AIR' as "mode", 'updated comment ' || i as comment
from range({count}) t(i)"""

HASHED = """
select *, (hash(custkey, partkey, quantity, price, discount, flag, shipdate, "mode", comment) >> 1)::bigint as row_hash
from read_parquet('{source}')"""


class Data:
    def __init__(self, folder, python, size):
        self.folder, self.python, self.size = pathlib.Path(folder), python, size
        self.folder.mkdir(parents=True, exist_ok=True)

    def duckdb(self, sql, extension=""):
        load = f"import peers; peers.load_extension('{extension}'); " if extension else ""
        subprocess.run([self.python, "-c", f"import duckdb, sys; {load}duckdb.execute(sys.stdin.read())"], input=sql, text=True,
                       check=True, cwd=pathlib.Path(__file__).parent)

    def once(self, name, make):
        """`make(path)` fills folder/name unless it is there; a half-made one never is."""
        path = self.folder / f"{self.size}_{name}"
        if not path.exists():
            print(f"  making {path.name}", flush=True)
            partial = path.with_name("partial_" + path.name)
            subprocess.run(["rm", "-rf", str(partial)], check=True)
            make(partial)
            partial.rename(path)
        return path

    def taxi_zip(self):
        """Twelve CSV files in one ZIP."""
        def make(path):
            count = rows("taxi", self.size)
            step = count // 12
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
                for month in range(12):
                    last = count if month == 11 else (month + 1) * step
                    csv = path.with_suffix(".csv")
                    self.duckdb(f"copy ({TAXI.format(first=month * step, last=last)}) to '{csv}' (header)")
                    packed.write(csv, f"taxi/2024-{month + 1:02}.csv")
                    csv.unlink()
        return self.once("taxi.zip", make)

    def taxi_csv(self):
        """The same files unpacked."""
        def make(path):
            with zipfile.ZipFile(self.taxi_zip()) as packed:
                packed.extractall(path)
        return self.once("taxi_csv", make)

    def items(self):
        """A Delta table of line items written by delta-rs, in files of about a million rows."""
        def make(path):
            self.by_deltalake(path, (ITEMS.format(first=first, last=first + 1_000_000)
                                     for first in range(0, rows("items", self.size), 1_000_000)))
        return self.once("items", make)

    def by_deltalake(self, path, queries):
        """A table that delta-rs writes, each query a file."""
        for query in queries:
            parquet = path.with_suffix(".parquet")
            self.duckdb(f"copy ({query}) to '{parquet}'")
            subprocess.run([self.python, "-c",
                            "import deltalake, pyarrow.parquet as p, sys; "
                            "deltalake.write_deltalake(sys.argv[2], p.read_table(sys.argv[1]), mode='append')",
                            str(parquet), str(path)], check=True)
            parquet.unlink()

    def all_items(self):
        return ITEMS.format(first=0, last=rows("items", self.size))

    def items_parquet(self):
        """The same rows in one Parquet file."""
        return self.once("items.parquet", lambda path: self.duckdb(f"copy ({self.all_items()}) to '{path}' (format parquet)"))

    def items_duckdb(self):
        """The same rows as a table of DuckDB's own."""
        return self.once("items.duckdb", lambda path: self.duckdb(f"attach '{path}' as d; create table d.items as {self.all_items()}"))

    def items_ducklake(self):
        """The same rows as a DuckLake."""
        def make(path):
            path.mkdir()
            self.duckdb(f"attach 'ducklake:{path}/catalog' as d (data_path '{path}/files'); create table d.items as {self.all_items()}",
                        "ducklake")
        return self.once("items_ducklake", make)

    def items_merged(self):
        """Items after the scattered changes."""
        def make(path):
            shutil.copytree(self.items(), path)
            subprocess.run([self.python, str(pathlib.Path(__file__).with_name("peers.py")), "deltalake_merge", str(path),
                            str(self.changes("scattered")), "tuned"], check=True)
        return self.once("items_merged", make)

    def items_hashed(self):
        """Items after the scattered changes, each row with a hash of itself."""
        def make(path):
            listed = subprocess.run([self.python, "-c", "import deltalake, sys; print(*deltalake.DeltaTable(sys.argv[1]).file_uris())",
                                     str(self.items_merged())], check=True, capture_output=True, text=True).stdout.split()
            self.by_deltalake(path, (HASHED.format(source=name.removeprefix("file://")) for name in listed))
        return self.once("items_hashed", make)

    def items_deleted(self, limno, percent):
        """Items of which so many percent are marked as deleted, scattered, by vectors."""
        def make(path):
            shutil.copytree(self.items(), path, copy_function=shutil.os.link)
            table = f'delta."{path}"'
            subprocess.run([str(limno.resolve()), "--lake", str(self.folder / "lake"), "sql",
                            f"alter table {table} set tblproperties ('delta.enableDeletionVectors' = 'true'); "
                            f"delete from {table} where hash(id) % 100 < {percent}"], check=True, capture_output=True)
        return self.once(f"items_deleted_{percent}", make)

    def changes(self, kind):
        """Rows to merge: 1 % of the keys, "scattered" evenly or "clustered" in one place, or "one" row."""
        count = rows("items", self.size)
        key, count = {"scattered": ("(i * 100 + (hash(i) % 100)::bigint)::bigint", count // 100),
                      "clustered": (f"({count * 3 // 10} + i)::bigint", count // 100),
                      "one": (f"({count // 2} + i)::bigint", 1)}[kind]
        return self.once(f"changes_{kind}.parquet", lambda path: self.duckdb(
            f"copy ({CHANGES.format(key=key, count=count)}) to '{path}' (format parquet)"))

    def changes_hashed(self):
        """The scattered changes, each row with a hash of itself."""
        return self.once("changes_hashed.parquet", lambda path: self.duckdb(
            f"copy ({HASHED.format(source=self.changes('scattered'))}) to '{path}' (format parquet)"))

    def small_file_count(self):
        """(files, rows of each)"""
        return SMALL_FILES[self.size]

    def small_files(self):
        """A Delta table of line items in many small files, as many small appends leave it."""
        def make(path):
            files, count = self.small_file_count()
            log = path / "_delta_log"
            log.mkdir(parents=True)
            # One process for all: COPY after COPY.
            self.duckdb(";\n".join(
                f"copy ({ITEMS.format(first=n * count, last=(n + 1) * count)}) to '{path}/part-{n:05}.parquet' (compression snappy)"
                for n in range(files)))
            columns = [("id", "long"), ("custkey", "long"), ("partkey", "long"), ("quantity", "integer"),
                       ("price", "decimal(15,2)"), ("discount", "decimal(15,2)"), ("flag", "string"), ("shipdate", "date"),
                       ("mode", "string"), ("comment", "string")]
            schema = json.dumps({"type": "struct", "fields": [
                {"name": name, "type": kind, "nullable": True, "metadata": {}} for name, kind in columns]})
            lines = [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
                     {"metaData": {"id": "00000000-0000-0000-0000-000000000012", "format": {"provider": "parquet", "options": {}},
                                   "schemaString": schema, "partitionColumns": [], "configuration": {}, "createdTime": 0}}]
            for number in range(files):
                name = f"part-{number:05}.parquet"
                stats = json.dumps({"numRecords": count, "minValues": {"id": number * count},
                                    "maxValues": {"id": number * count + count - 1}, "nullCount": {"id": 0}})
                lines.append({"add": {"path": name, "partitionValues": {}, "size": (path / name).stat().st_size,
                                      "modificationTime": 0, "dataChange": True, "stats": stats}})
            (log / f"{0:020}.json").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return self.once("small_files", make)

    def long_log(self):
        """A log of many files, a thousand a commit; the data files are not there."""
        return self.once("long_log", lambda path: logs.write(path, rows("adds", self.size) // 1000, 1000, 100))

    def checkpointed_log(self):
        """The same log with a checkpoint of its last version."""
        def make(path):
            shutil.copytree(self.long_log(), path)
            self.checkpoint(path)
        return self.once("checkpointed_log", make)

    def many_commits(self):
        """A log of many commits of one file of one row."""
        return self.once("many_commits", lambda path: logs.write(path, rows("log commits", self.size), 1, 1))

    def many_commits_checkpointed(self):
        """The same log with a checkpoint every thousand commits."""
        def make(path):
            step = min(1000, rows("log commits", self.size) // 2)
            for first in range(0, rows("log commits", self.size), step):
                logs.write(path, step, 1, 1, first)
                self.checkpoint(path)
        return self.once("many_commits_checkpointed", make)

    def checkpoint(self, path):
        subprocess.run([self.python, "-c", "import deltalake, sys; deltalake.DeltaTable(sys.argv[1]).create_checkpoint()", str(path)],
                       check=True)
