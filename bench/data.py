"""What the workloads work on, generated once per size into build/bench/data (DuckDB's SQL, from the peers'
environment)."""
import json
import pathlib
import subprocess
import zipfile

ROWS = {"S": 200_000, "M": 2_000_000, "L": 20_000_000}          # taxi rows
TARGET_ROWS = {"S": 1_000_000, "M": 10_000_000, "L": 100_000_000}  # rows merged into and scanned
SMALL_FILES = {"S": (1_000, 1_000), "M": (10_000, 1_000), "L": (10_000, 3_000)}  # files, rows of each
LOG_FILES = {"S": 10_000, "M": 100_000, "L": 1_000_000}         # files of the table with the long log

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


class Data:
    def __init__(self, folder, python, size):
        self.folder, self.python, self.size = pathlib.Path(folder), python, size
        self.folder.mkdir(parents=True, exist_ok=True)

    def duckdb(self, sql):
        subprocess.run([self.python, "-c", "import duckdb, sys; duckdb.execute(sys.stdin.read())"], input=sql, text=True,
                       check=True)

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
            step = ROWS[self.size] // 12
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
                for month in range(12):
                    last = ROWS[self.size] if month == 11 else (month + 1) * step
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
            rows = TARGET_ROWS[self.size]
            for first in range(0, rows, 1_000_000):
                parquet = path.with_suffix(".parquet")
                self.duckdb(f"copy ({ITEMS.format(first=first, last=min(rows, first + 1_000_000))}) to '{parquet}'")
                subprocess.run([self.python, "-c",
                                "import deltalake, pyarrow.parquet as p, sys; "
                                "deltalake.write_deltalake(sys.argv[2], p.read_table(sys.argv[1]), mode='append')",
                                str(parquet), str(path)], check=True)
                parquet.unlink()
        return self.once("items", make)

    def changes(self, kind):
        """Rows to merge: "scattered" is 1 % of the keys, evenly; "one" is one row."""
        rows = TARGET_ROWS[self.size]
        key, count = {"scattered": ("(i * 100 + (hash(i) % 100)::bigint)::bigint", rows // 100),
                      "one": (f"({rows // 2} + i)::bigint", 1)}[kind]
        return self.once(f"changes_{kind}.parquet", lambda path: self.duckdb(
            f"copy ({CHANGES.format(key=key, count=count)}) to '{path}' (format parquet)"))

    def small_files(self):
        """A Delta table of line items in many small files, as many small appends leave it."""
        def make(path):
            files, rows = SMALL_FILES[self.size]
            log = path / "_delta_log"
            log.mkdir(parents=True)
            # One process for all: COPY after COPY.
            self.duckdb(";\n".join(
                f"copy ({ITEMS.format(first=n * rows, last=(n + 1) * rows)}) to '{path}/part-{n:05}.parquet' (compression snappy)"
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
                stats = json.dumps({"numRecords": rows, "minValues": {"id": number * rows},
                                    "maxValues": {"id": number * rows + rows - 1}, "nullCount": {"id": 0}})
                lines.append({"add": {"path": name, "partitionValues": {}, "size": (path / name).stat().st_size,
                                      "modificationTime": 0, "dataChange": True, "stats": stats}})
            (log / f"{0:020}.json").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return self.once("small_files", make)

    def long_log(self):
        """A log of many files, a thousand a commit; the data files are not there."""
        def make(path):
            log = path / "_delta_log"
            log.mkdir(parents=True)
            schema = json.dumps({"type": "struct", "fields": [
                {"name": "id", "type": "long", "nullable": True, "metadata": {}}]})
            head = [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
                    {"metaData": {"id": "00000000-0000-0000-0000-000000000001", "format": {"provider": "parquet", "options": {}},
                                  "schemaString": schema, "partitionColumns": [], "configuration": {}, "createdTime": 0}}]
            for version in range(LOG_FILES[self.size] // 1000):
                lines = [json.dumps(action) for action in (head if version == 0 else [])]
                for number in range(version * 1000, version * 1000 + 1000):
                    stats = json.dumps({"numRecords": 100, "minValues": {"id": number * 100},
                                        "maxValues": {"id": number * 100 + 99}, "nullCount": {"id": 0}})
                    lines.append(json.dumps({"add": {"path": f"part-{number:08}.parquet", "partitionValues": {}, "size": 1000,
                                                     "modificationTime": 0, "dataChange": True, "stats": stats}}))
                (log / f"{version:020}.json").write_text("\n".join(lines) + "\n")
        return self.once("long_log", make)
