"""MERGE: rows scattered, in one place, a single one, and none that changes anything."""
import shutil

import data
from contest import Contestant, work

UPSERT = "when matched then update set * when not matched then insert *"
COMPARED = ("custkey", "partkey", "quantity", "price", "discount", "flag", "shipdate", "mode", "comment")


def merging(contest, kind, updated, goals):
    source, rows = contest.data.changes(kind), data.rows("items", contest.size)
    wanted = [rows, updated]

    def limno(folder, *flags):
        contest.fresh(contest.data.items(), folder / "lake/bench/items")
        return contest.sql(folder, f"merge into bench.items as t using read_parquet('{source}') as s on t.id = s.id {UPSERT}", *flags)

    def merged(folder, cost):
        return contest.expect(folder / "lake/bench/items", wanted)

    yield Contestant("limno", limno, merged)
    yield Contestant("limno, no fsync", lambda f: limno(f, "--no-sync"), merged)
    for name, tuned, goal in (("deltalake", "", goals[0]), ("deltalake, tuned", "tuned", goals[1])):
        yield Contestant(name, lambda f, t=tuned: contest.peer("deltalake_merge", contest.fresh(contest.data.items(), f / "t"), source, t),
                         lambda f, c: contest.expect(f / "t", wanted), goal)

    def native(folder):
        shutil.copy(contest.data.items_duckdb(), folder / "t.duckdb")
        return contest.peer("duckdb_merge", folder / "t.duckdb", source)

    yield Contestant("duckdb, own table", native, lambda f, c: contest.expect(f / "t.duckdb", wanted), goals[2])

    def ducklake(folder):
        shutil.copytree(contest.data.items_ducklake(), folder / "t.ducklake")
        return contest.peer("ducklake_merge", folder / "t.ducklake", source)

    yield Contestant("ducklake", ducklake, lambda f, c: contest.expect(f / "t.ducklake", wanted))
    if contest.spark:
        def spark(folder):
            tables = [contest.fresh(contest.data.items(), folder / name) for name in ("warm", "warmer", "t")]
            return [*contest.spark, "merge", source, *tables]

        yield Contestant("spark, warm", spark, lambda f, c: contest.expect(f / "t", wanted), goals[3], work)


def merge(contest):
    """1 % of the keys, scattered over the whole table (W8)."""
    yield from merging(contest, "scattered", data.rows("items", contest.size) // 100,
                       (">= 15x", ">= 15x", "limno <= 0.25x", ">= 5x"))


def merge_clustered(contest):
    """1 % of the keys, all in one place (W8)."""
    yield from merging(contest, "clustered", data.rows("items", contest.size) // 100, (">= 30x", ">= 10x", "", ">= 5x"))


def merge_one(contest):
    """One row (W8)."""
    yield from merging(contest, "one", 1, (">= 30x", ">= 10x", "", ""))


def again(contest):
    """The scattered MERGE once more: nothing has changed, so nothing may be written (W9)."""
    source, rows = contest.data.changes("scattered"), data.rows("items", contest.size)
    hashed = contest.data.changes_hashed()
    changed = " or ".join(f'(t.{c} is distinct from s.{c})' for c in COMPARED)

    def limno(table, rows_from, condition):
        def prepare(folder):
            contest.fresh(table, folder / "lake/bench/items")
            return contest.sql(folder, f"merge into bench.items as t using read_parquet('{rows_from}') as s on t.id = s.id "
                                       f"when matched and ({condition}) then update set * when not matched then insert *")
        return prepare

    def untouched(table, name):
        def check(folder, cost):
            before, after = (len(list((path / "_delta_log").glob("*.json"))) for path in (table, folder / name))
            contest.expect(folder / name, [rows, rows // 100])
            return "no commit" if before == after else f"{after - before} commits"
        return check

    merged, with_hash = contest.data.items_merged(), contest.data.items_hashed()
    yield Contestant("limno", limno(merged, source, changed), untouched(merged, "lake/bench/items"), "no commit")
    yield Contestant("limno, stored hash", limno(with_hash, hashed, "t.row_hash <> s.row_hash"),
                     untouched(with_hash, "lake/bench/items"), "no commit")
    for name, table, rows_from, condition in (
            ("deltalake", merged, source, changed), ("deltalake, stored hash", with_hash, hashed, "t.row_hash <> s.row_hash")):
        yield Contestant(name, lambda f, t=table, r=rows_from, c=condition: contest.peer("deltalake_merge", contest.fresh(t, f / "t"), r, "", c),
                         untouched(table, "t"), ">= 8x")


WORKLOADS = {"merge": merge, "merge-clustered": merge_clustered, "merge-one": merge_one, "merge-again": again}
