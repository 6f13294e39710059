"""Compaction and Z-order."""
from contest import Contestant


def optimizing(contest, statement, peers, goal):
    source, (files, rows) = contest.data.small_files(), contest.data.small_file_count()

    def limno(folder, *flags):
        table = contest.fresh(source, folder / "t")
        return contest.sql(folder, statement.format(table=f"delta('{table}')"), *flags)

    def packed(folder, cost):
        contest.expect(folder / "t", [files * rows, 0])
        return f"{files} -> {len(set((folder / 't').glob('**/*.parquet')) - set((folder / 't').glob('part-?????.parquet')))} files"

    yield Contestant("limno", limno, packed, "<= 1 GB")
    for job, arguments in peers:
        if job.startswith("deltalake"):
            yield Contestant("deltalake", lambda f, j=job, a=arguments: contest.peer(j, contest.fresh(source, f / "t"), *a), packed, goal)
        else:
            yield Contestant("duckdb to Parquet", lambda f, j=job, a=arguments: contest.peer(j, source, f / "t.parquet", *a),
                             lambda f, c: contest.expect(f / "t.parquet", [files * rows]))


def compact(contest):
    """Many small files become few (W12)."""
    yield from optimizing(contest, "optimize {table}", (("deltalake_compact", ()), ("duckdb_compact", ())), ">= 1.4x")


def zorder(contest):
    """The same files, their rows in Z-order of two columns; the plain sort is no Z-order, but a floor (W12)."""
    yield from optimizing(contest, "optimize {table} zorder by (custkey, shipdate)",
                          (("deltalake_zorder", ("custkey,shipdate",)), ("duckdb_sort", ("custkey, shipdate",))), ">= 2.3x")


WORKLOADS = {"compact": compact, "zorder": zorder}
