"""Many writers of one table, Limno's killed at random moments, deltalake's beside them.

Every writer has rows of its own, in batches of three that one statement writes, changes or deletes. So what each writer
was told says what must be there: all of a batch or none, and after a kill what was before or what comes after.
"""
import json
import pathlib
import random
import re
import subprocess
import sys
import threading
import time

from lake import Wrong

INTEROP = pathlib.Path(__file__).resolve().parent.parent / "interop"
FOREIGN = pathlib.Path(__file__).resolve().parent / "foreign.py"
sys.path.insert(0, str(INTEROP))
from environment import python_with  # noqa: E402

BATCH = 3
ATTEMPTS = 60
TABLE = "mixed.t"
COLUMNS = "(id bigint, writer integer, batch integer, v bigint)"
# What deltalake writes to.
PLAIN = "with ('delta.enableDeletionVectors' = 'false', 'delta.checkpointInterval' = '7')"
VECTORS = "with ('delta.enableDeletionVectors' = 'true', 'delta.checkpointInterval' = '5')"


def rows_of(state, writer):
    """(id, writer, batch, v) of a writer whose batches have these values."""
    return [(writer * 1_000_000 + batch * 10 + k, writer, batch, v) for batch, v in state.items() for k in range(BATCH)]


class Writer(threading.Thread):
    """Limno processes, one after the other; `failure` says what was wrong."""

    def __init__(self, lake, number, statements, seed):
        super().__init__()
        self.lake, self.number, self.statements = lake, number, statements
        self.chance = random.Random(seed)
        self.state, self.next, self.failure = {}, 0, ""
        self.seconds, self.kills, self.done = 0.2, 0, {}

    def run(self):
        try:
            for _ in range(self.statements):
                self.one()
        except (Wrong, OSError) as wrong:
            self.failure = f"writer {self.number}: {wrong}"

    def plan(self):
        """(kind, SQL, state after it)."""
        number, new = self.number, self.next
        rows = f"select {number * 1_000_000 + new * 10} + k as id, {number} as writer, {new} as batch, {new} as v from range({BATCH}) r(k)"
        kind = self.chance.choice(["append", "append", "delete", "update", "merge", "optimize", "vacuum"])
        if not self.state and kind in ("delete", "update", "merge"):
            kind = "append"
        if kind in ("optimize", "vacuum"):
            return kind, f"{kind} {TABLE}", self.state
        self.next += 1
        old = self.chance.choice(sorted(self.state)) if self.state else None
        mine = f"writer = {number} and batch = {old}"
        if kind == "append":
            return kind, f"insert into {TABLE} {rows}", {**self.state, new: new}
        if kind == "delete":
            return kind, f"delete from {TABLE} where {mine}", {b: v for b, v in self.state.items() if b != old}
        if kind == "update":
            return kind, f"update {TABLE} set v = {new} where {mine}", {**self.state, old: new}
        merge = (f"merge into {TABLE} as t using ({rows} union all select {number * 1_000_000 + old * 10} + k, {number}, {old}, {new} "
                 f"from range({BATCH}) r(k)) as s on t.id = s.id when matched then update set v = s.v "
                 "when not matched then insert (id, writer, batch, v) values (s.id, s.writer, s.batch, s.v)")
        return kind, merge, {**self.state, old: new, new: new}

    def one(self):
        kind, statement, after = self.plan()
        for _ in range(ATTEMPTS):
            outcome = self.attempt(statement)
            if outcome == "done":
                self.done[kind] = self.done.get(kind, 0) + 1
                self.state = after
                return
            found = self.look()
            if found not in (self.state, after) or (outcome == "refused" and found != self.state):
                raise Wrong(f"{kind} was {outcome}: {found} is neither {self.state} nor {after}")
            if outcome == "killed":
                self.kills += 1
                self.state = found
                return
        raise Wrong(f"{kind} was refused {ATTEMPTS} times")

    def attempt(self, statement):
        process = subprocess.Popen(self.lake.command("sql", statement), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True, cwd=self.lake.folder)
        started = time.monotonic()
        limit = self.chance.random() * self.seconds if self.chance.random() < 0.3 else None
        try:
            _, error = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return "killed"
        if process.returncode == 0:
            self.seconds = 0.7 * self.seconds + 0.3 * (time.monotonic() - started)
            return "done"
        if not re.search("conflict|came first|run the statement again", error, re.I):
            raise Wrong(f"{statement[:60]} ended with {process.returncode}: {error.strip()[-300:]}")
        return "refused"

    def look(self):
        found = {}
        for row in self.lake.sql(f"select batch, count(*) as n, count(distinct id) as ids, min(v) as low, max(v) as high from {TABLE} "
                                 f"where writer = {self.number} group by batch"):
            if (row["n"], row["ids"]) != (BATCH, BATCH) or row["low"] != row["high"]:
                raise Wrong(f"half a batch: {row}")
            found[row["batch"]] = row["low"]
        return found


def start_foreign(python, engine, lake, number, statements, seed):
    return number, subprocess.Popen([str(python), str(FOREIGN), "write", engine, str(lake.path(TABLE)), str(number), str(statements), str(seed)],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def foreign_states(processes):
    states = {}
    for number, process in processes:
        out, error = process.communicate()
        if process.returncode:
            raise Wrong(f"foreign writer {number} ended with {process.returncode}: {error.strip()[-400:]}")
        states[number] = {int(batch): v for batch, v in json.loads(out.splitlines()[-1]).items()}
    return states


def write(lake, chance, suffix, limnos, statements, foreign=()):
    """Runs all writers to their end and returns the rows that must be there. `foreign`: started when the table is there."""
    lake.sql(f"create schema mixed; create table {TABLE} {COLUMNS} {suffix}")
    writers = [Writer(lake, number, statements, chance.random()) for number in range(limnos)]
    processes = [start(limnos + place) for place, start in enumerate(foreign)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    states = foreign_states(processes)
    failures = [writer.failure for writer in writers if writer.failure]
    if failures:
        raise Wrong("; ".join(failures[:3]))
    # Of a few statements all may have been faster than their end.
    if limnos * statements >= 40 and not any(writer.kills for writer in writers):
        raise Wrong("nobody was killed")
    states.update({writer.number: writer.state for writer in writers})
    return sorted(row for number, state in states.items() for row in rows_of(state, number))


def check(lake, wanted):
    """Limno reads what must be there, at the end and from the checkpoints, and finds the table in order."""
    found = sorted(tuple(row.values()) for row in lake.sql(f"select id, writer, batch, v from {TABLE}"))
    if found != wanted:
        raise Wrong(f"{len(wanted)} rows wanted, {len(found)} found: {sorted(set(found) ^ set(wanted))[:5]}")
    lake.expect_sound(TABLE)


def check_foreign(python, lake, wanted):
    done = subprocess.run([str(python), str(FOREIGN), "read", str(lake.path(TABLE))], capture_output=True, text=True)
    if done.returncode:
        raise Wrong(f"the foreign engines cannot read the table: {done.stderr.strip()[-400:]}")
    for engine, rows in json.loads(done.stdout.splitlines()[-1]).items():
        if [tuple(row) for row in rows] != wanted:
            raise Wrong(f"{engine} reads {len(rows)} rows, {len(wanted)} are wanted")


def interop_python():
    return python_with(INTEROP / "requirements.txt", "interop")


def alone(lake, chance, limnos, statements):
    """Limno's writers on a table with deletion vectors."""
    check(lake, write(lake, chance, VECTORS, limnos, statements))
    return ""


def beside_deltalake(lake, chance, limnos, foreigners, statements):
    python = interop_python()
    if python is None:
        return "deltalake cannot be installed here (no network?)"

    def start(number):
        return start_foreign(python, "deltalake", lake, number, statements, chance.randrange(10**6))
    wanted = write(lake, chance, PLAIN, limnos, statements, [start] * foreigners)
    check(lake, wanted)
    check_foreign(python, lake, wanted)
    return ""
