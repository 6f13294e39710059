"""Start-up and loading, of CSV and of Parquet files as they are."""
import data
from contest import Contestant


def start(contest):
    """From process start to the help text, or the package loaded."""
    yield Contestant("limno --help", lambda f: [contest.limno, "--help"], goal="< 10 ms")
    for package in ("duckdb", "deltalake", "polars"):
        yield Contestant(f"import {package}", lambda f, p=package: contest.peer("start", p))


def csv(contest):
    """A ZIP of twelve CSV files into a Delta table; "plain": the peer is spared the unpacking."""
    source, rows = contest.data.taxi_zip(), data.rows("taxi", contest.size)
    plain = contest.data.taxi_csv()

    def unpacked(folder, *command):
        words = " ".join(f"'{c}'" for c in command)
        return ["bash", "-c", f"unzip -q '{source}' -d '{folder}/csv' && {words}"]

    def limno(folder, *flags):
        return [contest.limno, "--lake", folder / "lake", *flags, "load", source, "--into", "bench.taxi"]

    def loaded(folder, cost):
        return contest.expect(folder / "lake/bench/taxi", [rows])

    yield Contestant("limno load", limno, loaded)
    yield Contestant("limno load, no fsync", lambda f: limno(f, "--no-sync"), loaded)
    yield Contestant("duckdb to Parquet, plain",
                     lambda f: contest.peer("duckdb_csv_to_parquet", plain / "taxi/*.csv", f / "t.parquet"),
                     lambda f, c: contest.expect(f / "t.parquet", [rows]), "limno <= 1.1x its CPU")
    for name, job in (("duckdb to Parquet", "duckdb_csv_to_parquet"), ("duckdb + deltalake", "duckdb_csv_to_delta"),
                      ("polars + deltalake", "polars_csv_to_delta")):
        target = "t.parquet" if job.endswith("parquet") else "t"
        yield Contestant(name, lambda f, j=job, t=target: unpacked(f, *contest.peer(j, f / "csv/taxi/*.csv", f / t)),
                         lambda f, c, t=target: contest.expect(f / t, [rows]))


def parquet(contest):
    """A Parquet file becomes a Delta table without being written again (W5)."""
    source, rows = contest.data.items_parquet(), data.rows("items", contest.size)

    def limno(folder, link, *flags):
        return contest.sql(folder, "create schema bench; create table bench.items (id bigint, custkey bigint, partkey bigint, "
                           "quantity integer, price decimal(15,2), discount decimal(15,2), flag varchar, shipdate date, "
                           '"mode" varchar, comment varchar); '
                           f"copy into bench.items from '{source}' fileformat = parquet copy_options ('link' = '{link}')", *flags)

    def imported(folder, cost):
        return contest.expect(folder / "lake/bench/items", [rows, 0])

    yield Contestant("limno, link", lambda f: limno(f, "true"), imported)
    yield Contestant("limno, copy", lambda f: limno(f, "false"), imported)
    yield Contestant("limno, link, no fsync", lambda f: limno(f, "true", "--no-sync"), imported)
    for job, goal in (("deltalake_import", ">= 20x"), ("polars_import", "")):
        yield Contestant(job.replace("_import", ""), lambda f, j=job: contest.peer(j, source, f / "t"),
                         lambda f, c: contest.expect(f / "t", [rows, 0]), goal)


WORKLOADS = {"start": start, "csv": csv, "parquet": parquet}
