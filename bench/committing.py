"""Small commits: one writer, several at once."""
import subprocess

import data
from contest import Contestant


def gaps(log):
    """Milliseconds between one commit and the next, from when their files were last written."""
    times = sorted(path.stat().st_mtime_ns for path in log.glob("*.json") if path.stem.isdigit())
    return [(after - before) / 1e6 for before, after in zip(times, times[1:])]


def pace(log):
    """The median time of a commit, and by how much the last fifth is slower than the first."""
    steps = gaps(log)[1:]
    fifth = max(1, len(steps) // 5)

    def median(values):
        return sorted(values)[len(values) // 2]

    return f"p50 {median(steps):.1f} ms, last fifth {median(steps[-fifth:]) / median(steps[:fifth]):.2f}x of the first"


def appending(contest, writers, commits, goal):
    def limno(folder, *flags):
        lake = folder / "lake"
        subprocess.run([str(contest.limno), "--lake", str(lake), "sql",
                        "create schema bench; create table bench.log (writer bigint, number bigint)"], check=True, capture_output=True)
        for writer in range(writers):
            (folder / f"{writer}.sql").write_text("".join(
                f"insert into bench.log values ({writer}, {n});\n" for n in range(commits)))
        return contest.together(writers, [contest.limno, "--lake", lake, *flags, "sql", "-f", f"{folder}/$w.sql"])

    def deltalake(folder):
        create = ("import deltalake, pyarrow, sys; deltalake.DeltaTable.create(sys.argv[1], schema=pyarrow.schema("
                  "[('writer', pyarrow.int64()), ('number', pyarrow.int64())]))")
        subprocess.run([str(contest.python), "-c", create, str(folder / "t")], check=True)
        return contest.together(writers, contest.peer("deltalake_append", folder / "t", "$w", commits))

    total = writers * commits

    def note(cost, done, given_up, log):
        words = [f"{done / cost.cpu_seconds:.0f} commits per CPU s", f"{done / cost.wall_seconds:.0f}/s", f"{given_up} given up"]
        return ", ".join(words + ([pace(log)] if writers == 1 else []))

    def some_there(folder, cost):
        lost = sum(int(word) for word in cost.output.replace("given up:", " ").split() if word.isdigit())
        contest.expect(folder / "t", [total - lost, total - lost])
        return note(cost, total - lost, lost, folder / "t/_delta_log")

    def all_there(folder, cost):
        contest.expect(folder / "lake/bench/log", [total, total])
        return note(cost, total, 0, folder / "lake/bench/log/_delta_log")

    yield Contestant("limno, no fsync", lambda f: limno(f, "--no-sync"), all_there)
    yield Contestant("limno", limno, all_there, "p50 <= 16 ms" if writers == 1 else "")
    yield Contestant("deltalake", deltalake, some_there, goal)


def append(contest):
    """Commits of one row, one writer (W11)."""
    yield from appending(contest, 1, data.rows("commits", contest.size), ">= 10x commits per CPU second")


def several(writers, goal):
    def workload(contest):
        yield from appending(contest, writers, max(10, data.rows("commits", contest.size) // 16), goal)
    workload.__doc__ = f"Commits of one row, {writers} processes at once (W11)."
    return workload


WORKLOADS = {"append": append, "append-4": several(4, ">= 10x, none given up"), "append-8": several(8, ">= 10x, none given up"),
             "append-16": several(16, ">= 20x, none given up")}
