"""Reading: whole tables, tables with deleted rows, one row among many files."""
import peers
from contest import Contestant, no_answer_but


def statements(table):
    return ";\n".join(peers.QUERIES).replace("{t}", table)


def scan(contest):
    """Five queries: two aggregations, a range, a key, everything (W14)."""
    table = contest.data.items()
    yield Contestant("limno", lambda f: contest.sql(f, statements(f"delta('{table}')")))
    yield Contestant("duckdb read_parquet", lambda f: contest.peer("duckdb_scan", table), goal="limno <= 1.1x its CPU")
    yield Contestant("polars scan_delta", lambda f: contest.peer("polars_scan", table))
    yield Contestant("deltalake QueryBuilder", lambda f: contest.peer("deltalake_scan", table))


def scan_deleted(contest):
    """The same queries with 0, 1 and 10 % of the rows marked as deleted by vectors (W14)."""
    yield Contestant("limno, 0 %", lambda f: contest.sql(f, statements(f"delta('{contest.data.items()}')")))
    for percent in (1, 10):
        table = contest.data.items_deleted(contest.limno, percent)
        yield Contestant(f"limno, {percent} %", lambda f, t=table: contest.sql(f, statements(f"delta('{t}')")), goal="<= 1.05x of 0 %")
        yield Contestant(f"polars, {percent} %", lambda f, t=table: contest.peer("polars_scan", t))
    yield Contestant("duckdb read_parquet, 0 %", lambda f: contest.peer("duckdb_scan", contest.data.items()), goal="limno <= 1.1x its CPU")


def point(contest):
    """One row by its key in a table of very many files (W14)."""
    table, (files, rows) = contest.data.small_files(), contest.data.small_file_count()
    key = files * rows * 2 // 3
    found = no_answer_but(key)
    query = f"select id, comment from {{t}} where id = {key}"

    def told(command):
        """The answer is right, and how many files it took."""
        return lambda folder, cost: found(folder, cost) or contest.files_opened(command(folder), ".parquet")

    def asked(job):
        return lambda folder: contest.peer(job, table, query)

    def limno(folder):
        return contest.sql(folder, query.replace("{t}", f"delta('{table}')"))

    yield Contestant("limno", limno, told(limno), "opens 1 file")
    for name, job in (("duckdb read_parquet", "duckdb_query"), ("duckdb delta_scan", "duckdb_delta_query"),
                      ("polars scan_delta", "polars_query"), ("deltalake QueryBuilder", "deltalake_query")):
        yield Contestant(name, asked(job), told(asked(job)))


WORKLOADS = {"scan": scan, "scan-deleted": scan_deleted, "point": point}
