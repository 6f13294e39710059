"""A disk that is full at any byte: a statement happens or fails with a word about space, and the table goes on.

Two ways to a full disk: a small tmpfs that is filled up to some pages (root only), where whatever is written next finds
no room, and a limit for the size of files (`ulimit -f`), where each file can break off at any byte.
"""
import os
import pathlib
import re
import resource
import signal
import subprocess

from lake import Lake, Wrong

PAGE = os.sysconf("SC_PAGE_SIZE")
TABLE = "d.t"


class Rounds:
    """One table and the rows that it must have, changed by statements that may find the disk full."""

    def __init__(self, lake, chance):
        self.lake, self.chance, self.number, self.failures = lake, chance, 0, 0
        self.rows = {i: "start" for i in range(300)}
        # So that checkpoints break off, too.
        lake.sql(f"create schema d; create table {TABLE} (id bigint, v varchar) with ('delta.checkpointInterval' = '2'); "
                 f"insert into {TABLE} select i, 'start' from range(300) r(i)")

    def statement(self):
        """(arguments, rows after it)."""
        self.number += 1
        n, rows = self.number, dict(self.rows)
        new = 1000 * n
        kind = self.chance.choice(["insert", "delete", "update", "merge", "optimize", "load"])
        if kind == "insert":
            rows.update({new + i: f"i{n}" for i in range(60)})
            return ["sql", f"insert into {TABLE} select {new} + i, 'i{n}' from range(60) r(i)"], rows
        if kind == "delete":
            return ["sql", f"delete from {TABLE} where id % 11 = {n % 11}"], {i: v for i, v in rows.items() if i % 11 != n % 11}
        if kind == "update":
            return (["sql", f"update {TABLE} set v = 'u{n}' where id % 5 = {n % 5}"],
                    {i: f"u{n}" if i % 5 == n % 5 else v for i, v in rows.items()})
        if kind == "merge":
            old = sorted(rows)[:20]
            rows.update({i: f"m{n}" for i in [*old, *range(new, new + 20)]})
            return ["sql", f"merge into {TABLE} as t using (select unnest({[*old, *range(new, new + 20)]}) as id, 'm{n}' as v) as s "
                           "on t.id = s.id when matched then update set v = s.v when not matched then insert (id, v) values (s.id, s.v)"], rows
        if kind == "optimize":
            return ["sql", f"optimize {TABLE}"], rows
        source = pathlib.Path(self.lake.folder).parent / f"in_{n}.csv"
        source.write_text("id,v\n" + "".join(f"{new + i},l{n}\n" for i in range(40)))
        rows.update({new + i: f"l{n}" for i in range(40)})
        return ["load", str(source), "--into", TABLE, "--no-provenance"], rows

    def one(self, what, run):
        """`run`: runs arguments where there is too little room, and makes room again."""
        arguments, after = self.statement()
        before = self.rows
        done = run(arguments)
        if done.returncode and not re.search("space|full|too large|quota", done.stderr, re.I):
            raise Wrong(f"{what}: {arguments[1][:40]}: the error does not say what is wrong: {done.stderr.strip()[-300:]}")
        found = self.look(f"{what}: after {arguments[1][:40]}")
        if found not in ([after] if done.returncode == 0 else [before, after]):
            raise Wrong(f"{what}: {arguments[1][:40]} ended with {done.returncode}: {difference(found, before)} to before, "
                        f"{difference(found, after)} to after: {done.stderr.strip()[-200:]}")
        if done.returncode:
            self.failures += 1
        if found != after:
            again = self.lake.run(*arguments)
            if again.returncode or self.look("with room again") != after:
                raise Wrong(f"{what}: {arguments[1][:40]} does not work with room again: {again.stderr.strip()[-300:]}")
        self.rows = after

    def look(self, when):
        try:
            found = self.lake.sql(f"select id, v from {TABLE}")
        except Wrong as wrong:
            raise Wrong(f"{when}: {wrong}") from wrong
        if len({row["id"] for row in found}) != len(found):
            raise Wrong(f"{when}: rows are there twice")
        return {row["id"]: row["v"] for row in found}


def difference(found, wanted):
    return f"{len(set(found.items()) ^ set(wanted.items()))} rows"


def full_at_any_page(lake, chance, times):
    disk = lake.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        return "a small disk can only be mounted by root"
    try:
        rounds = Rounds(Lake(lake.limno, disk), chance)
        filler = disk / "filler"
        for number in range(times):
            # All numbers of pages that decide, in an order that has some of each early.
            pages = number * 7 % 24
            statistics = os.statvfs(disk)
            room = statistics.f_bavail * statistics.f_frsize - pages * PAGE
            with open(filler, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, room)

            def run(arguments):
                try:
                    return rounds.lake.run(*arguments)
                finally:
                    filler.unlink()
            rounds.one(f"{pages} pages left", run)
        finish(rounds)
    finally:
        subprocess.run(["umount", "-l", str(disk)], capture_output=True)
    return ""


def full_at_any_byte(lake, chance, times):
    folder = lake.folder / "limited"
    folder.mkdir()
    rounds = Rounds(Lake(lake.limno, folder), chance)
    for _ in range(times):
        most = int(2 ** (chance.random() * 15))

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        rounds.one(f"files of at most {most} bytes", lambda arguments: rounds.lake.run(*arguments, preexec_fn=limit))
    finish(rounds)
    return ""


def finish(rounds):
    if not rounds.failures:
        raise Wrong("no statement found the disk full")
    rounds.lake.expect_sound(TABLE)
