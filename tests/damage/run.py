#!/usr/bin/env python3
"""Tables with one damaged file: the right rows or an error, never other rows; no crash, no hang, little memory.

Usage: run.py --limno PROGRAM [--all] [--seed N] [--case N] [DIR]

Tables are made by Limno itself and, where there is a DIR (else that of LIMNO_SHARED or ../shared), foreign ones. Each case
copies a table, damages one file and reads every row. --case repeats one and keeps its table. What is judged is what
somebody who reads the table can know (see harm.py): a commit that is still valid JSON is a commit.
"""
import argparse
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile

from harm import HARMS, Harmless

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 120
MEMORY_BYTES = 700 << 20
ROWS_BYTES = 4 << 20
FOLDER_BYTES = 1 << 20
# Their checkpoint has a column that their commits do not know.
CONTRADICTORY = {"parquet_row_group_skipping"}


@dataclasses.dataclass
class Answer:
    code: int
    digest: str
    error: str
    memory: int


class Table:
    def __init__(self, path, answer):
        self.path, self.answer = path, answer
        self.files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.endswith(".csv"))


def ask(limno, path):
    """Every row of the table at `path`, in whatever order."""
    command = [str(limno), "--json", "sql", f"select * from delta('{path}')"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=path.parent) as process:
        try:
            out, error = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Answer(-1, "", f"no answer after {SECONDS} s", 0)
    lines = sorted(out.splitlines())
    digest = hashlib.sha256(b"\n".join(lines)).hexdigest() if len(out) < ROWS_BYTES else ""
    return Answer(process.returncode, digest, error.decode(errors="replace").strip(), 0)


def own_tables(limno, folder):
    """Tables with what a log can hold: checkpoints of both kinds, sidecars, vectors, partitions, checksums, compacted commits."""
    lake = folder / "lake"
    rows = "select i, 'p' || i % 3, 'v' || i from range({0}, {1}) r(i)"
    names = []
    for name, suffix, commits in (("classic", "partitioned by (p) with ('delta.checkpointInterval' = '4')", 10),
                                  ("v2", "with ('delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '3')", 10),
                                  ("commits", "with ('delta.checkpointInterval' = '100')", 6),
                                  ("mapped", "partitioned by (p) with ('delta.columnMapping.mode' = 'name', "
                                             "'delta.enableInCommitTimestamps' = 'true')", 12)):
        table = f"made.{name}"
        statements = ["create schema if not exists made", f"create table {table} (id integer, p varchar, v varchar) {suffix}"]
        statements += [f"insert into {table} " + rows.format(n * 20, n * 20 + 20) for n in range(commits)]
        statements += [f"delete from {table} where id % 7 = 3", f"update {table} set v = 'u' where id % 11 = 5"]
        done = subprocess.run([str(limno), "--lake", str(lake), "-q", "sql", ";".join(statements)], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"cannot make {name}: {done.stderr.strip()[-400:]}")
        names.append(lake / "made" / name)
    return names


def foreign_tables(root):
    """Small ones, whose data lie below them."""
    found = []
    for log in sorted(root.rglob("_delta_log")):
        path = log.parent
        if "broken-logs" in path.parts or path.name in CONTRADICTORY or not any(log.glob("*.json")):
            continue
        if sum(p.stat().st_size for p in path.rglob("*") if p.is_file()) <= FOLDER_BYTES:
            found.append(path)
    return found


def copy(source, target):
    """Links: what is damaged is written anew."""
    shutil.copytree(source, target, copy_function=os.link)


class Case:
    """One damage to one file of one table, all from its number."""

    def __init__(self, tables, seed, number):
        self.number = number
        chance = random.Random(f"{seed} {number}")
        self.table = chance.choice(tables)
        for _ in range(100):
            self.file = chance.choice(self.table.files)
            self.relative = self.file.relative_to(self.table.path)
            fitting = [harm for harm in HARMS if harm.fits(self.relative)]
            if not fitting:
                continue
            self.harm = chance.choice(fitting)
            try:
                self.bytes, self.what = self.harm.do(self.file.read_bytes(), chance, self.table.path, self.relative)
                return
            except Harmless:
                continue
        raise SystemExit(f"no file of {self.table.path} can be damaged")

    def apply(self, folder):
        target = folder / f"case_{self.number}" / self.table.path.name
        copy(self.table.path, target)
        harmed = target / self.relative
        harmed.unlink()
        if self.bytes is not None:
            harmed.write_bytes(self.bytes)
        return target

    def judge(self, limno, folder):
        """"" or what is wrong, and how it ended."""
        target = self.apply(folder)
        answer = ask(limno, target)
        shutil.rmtree(target.parent)
        if answer.code not in (0, 1, 2, 75):
            return f"ended with {answer.code}: {answer.error[-300:]}", "crashed"
        if answer.code == 0 and answer.digest != self.table.answer.digest:
            return ("other rows" if self.harm.judged else ""), "other rows"
        if answer.code and not answer.error:
            return "failed without a word", "error"
        if answer.code and self.harm.hint:
            return f"a hint is not needed to read the table: {answer.error[-300:]}", "error"
        return "", "right rows" if answer.code == 0 else "error"

    def __str__(self):
        return f"{self.table.path.name}/{self.relative}: {self.what}"


def healthy(limno, paths, folder):
    """Those that can be read, with their rows."""
    tables = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, answer in zip(paths, pool.map(lambda path: ask(limno, path), paths)):
            if answer.code == 0 and answer.digest:
                tables.append(Table(path, answer))
    return tables


def run(options, folder):
    limno = options.limno.resolve()
    default = pathlib.Path(os.environ.get("LIMNO_SHARED", ROOT.parent / "shared")) / "data" / "delta"
    root = options.folder or default
    own = healthy(limno, own_tables(limno, folder), folder)
    if len(own) != 4:
        raise SystemExit("not every table of Limno's own can be read")
    # Links do not leave a file system.
    foreign = []
    if root.is_dir():
        shutil.copytree(root, folder / "foreign", ignore=shutil.ignore_patterns("oracles", "large", "expected"))
        foreign = healthy(limno, foreign_tables(folder / "foreign"), folder)
    else:
        print(f"  only Limno's own tables: no foreign ones ({root})")
    tables = own * max(1, len(foreign) // (2 * len(own))) + foreign
    numbers = [options.case] if options.case is not None else range(6000 if options.all else 240)
    ended, failures, checked = {}, 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        def one(number):
            case = Case(tables, options.seed, number)
            return case, case.judge(limno, folder)
        for case, (wrong, outcome) in pool.map(one, numbers):
            key = (case.harm.name, outcome)
            ended[key] = ended.get(key, 0) + 1
            checked += 1
            if wrong:
                failures += 1
                print(f"FAILED   case {case.number}: {case}: {wrong}", flush=True)
    for (harm, outcome), count in sorted(ended.items()):
        print(f"  {harm}: {outcome} {count}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    if used > MEMORY_BYTES:
        failures += 1
        print(f"FAILED   some read took {used >> 20} MB")
    if options.case is not None:
        case = Case(tables, options.seed, options.case)
        kept = case.apply(pathlib.Path(tempfile.mkdtemp(prefix="limno-damaged-")))
        print(f"{case}: {kept}")
    print(f"{checked - min(failures, checked)} passed, {failures} failed, 0 skipped")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", required=True, type=pathlib.Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--case", type=int)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="limno-damage-") as folder:
        return run(options, pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(main())
