"""The log: opening long ones, seeing one more commit, old versions."""
import pathlib
import random
import shutil

import data
from contest import Contestant, no_answer_but


def opening(contest, table, rows, goal):
    counted = no_answer_but(rows)
    yield Contestant("limno", lambda f: contest.sql(f, f"select count(*) from delta('{table}')"), counted, "< 400 MB")
    yield Contestant("deltalake", lambda f: contest.peer("deltalake_count", table), counted, goal)


def log_open(contest):
    """A table of very many files from JSON commits: how many rows (W13)."""
    yield from opening(contest, contest.data.long_log(), data.rows("adds", contest.size) * 100, ">= 6x")


def log_checkpoint(contest):
    """The same table from a checkpoint (W13)."""
    yield from opening(contest, contest.data.checkpointed_log(), data.rows("adds", contest.size) * 100, ">= 6x")


def log_commits(contest):
    """A table of very many commits, none of them in a checkpoint (W13)."""
    yield from opening(contest, contest.data.many_commits(), data.rows("log commits", contest.size), "")


def versions(contest):
    """Versions of that table at random, a checkpoint every thousand; the note says the time of one (W13)."""
    table, commits, asked = contest.data.many_commits_checkpointed(), data.rows("log commits", contest.size), 100
    wanted = [random.Random(7).randrange(commits) for _ in range(asked)]

    def each(folder, cost):
        no_answer_but(wanted[-1] + 1)(folder, cost)
        return f"{1000 * cost.wall_seconds / asked:.1f} ms each"

    yield Contestant("limno", lambda f: contest.sql(
        f, ";\n".join(f"select count(*) from delta('{table}', version => {version})" for version in wanted)), each, "<= 50 ms each")
    yield Contestant("deltalake", lambda f: contest.peer("deltalake_versions", table, *wanted), each)


def refresh(contest):
    """Seeing one more commit of a table with a long log; the times are in the note (W13)."""
    commits = 20

    def fresh(folder):
        shutil.copytree(contest.data.long_log(), folder / "t")
        return folder / "t"

    def median(folder, cost):
        times = sorted(float(t) for t in cost.output.split())
        return f"median {times[len(times) // 2]:.3f} ms, largest {times[-1]:.3f} ms"

    probe = pathlib.Path(contest.limno).parent / "limno_refresh_bench"
    if probe.exists():
        yield Contestant("limno", lambda f: [probe, fresh(f), commits], median, "< 2 ms")
    yield Contestant("deltalake", lambda f: contest.peer("deltalake_refresh", fresh(f), commits), median)


WORKLOADS = {"log-open": log_open, "log-checkpoint": log_checkpoint, "log-commits": log_commits, "versions": versions,
             "refresh": refresh}
