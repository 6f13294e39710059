#!/usr/bin/env python3
"""FSCK on foreign tables: healthy ones have nothing wrong, and each damage that is done to a copy is found, alone.

Usage: run.py --limno PROGRAM [--all] [--only TEXT] [DIR]

DIR holds the foreign Delta tables (golden, features, delta-rs, spark-written, delta-rs-written). Without it only
tables that Limno writes itself are damaged. A damage is repaired where FSCK says it can be; then nothing may be wrong
any more and the table must read. tests/interop reads repaired tables with the foreign engines.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from damage import DAMAGES
from known import FAMILIES, KNOWN

SECONDS = 300


class Limno:
    def __init__(self, program, folder):
        self.program, self.folder = str(program), folder

    def run(self, *arguments):
        return subprocess.run([self.program, "--lake", os.path.join(self.folder, "lake"), *map(str, arguments)],
                              capture_output=True, text=True, errors="replace", timeout=SECONDS, cwd=self.folder)

    def sql(self, *statements):
        done = self.run("sql", "--json", ";\n".join(statements))
        if done.returncode:
            raise AssertionError(f"{statements[-1]}: {done.stderr.strip()[:400]}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def fsck(self, path, *options):
        """(findings, exit code); a refusal is an AssertionError."""
        done = self.run("--json", "fsck", path, *options)
        if done.returncode not in (0, 1):
            raise AssertionError(f"fsck ended with {done.returncode}: {done.stderr.strip()[:400]}")
        return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


def alarms(findings):
    return sorted({f["problem"] for f in findings if f["severity"] != "note"})


def healthy(limno, root, path):
    """A table that its writer left in order: nothing, or what is known to be wrong with it."""
    name = str(path.relative_to(root))
    findings, code = limno.fsck(path, "--deep")
    found, wanted = alarms(findings), sorted(KNOWN.get(name, []))
    if found != wanted:
        details = [f"{f['problem']} {f['path'][:60]}: {f['detail'][:200]}" for f in findings if f["severity"] != "note"]
        return f"{found} instead of {wanted}: {details[:3]}"
    if code != (1 if found else 0):
        return f"ended with {code}"
    return ""


def damaged(limno, damage, folder):
    """One damage on a fresh table: found, alone, repaired, and gone."""
    table = pathlib.Path(folder) / damage.name
    damage.build(limno, table)
    before, code = limno.fsck(table)
    if alarms(before) or code:
        return f"the table is damaged before it is damaged: {before}"
    damage.harm(table)
    findings, code = limno.fsck(table, *damage.options)
    problems = sorted({f["problem"] for f in findings if f["severity"] != "note" or f["problem"] in damage.finds})
    if problems != sorted(damage.finds):
        return f"found {problems} instead of {sorted(damage.finds)}: {[f['detail'] for f in findings]}"
    only_notes = all(f["severity"] == "note" for f in findings)
    if code != (0 if only_notes else 1):
        return f"fsck ended with {code}"
    if not damage.repair:
        return ""
    dry, _ = limno.fsck(table, "--repair", *damage.repair)
    if not any(f["repair"].startswith("would repair: ") for f in dry):
        return f"the dry run would repair nothing: {dry}"
    if limno.fsck(table, *damage.options)[0] != findings:
        return "the dry run changed something"
    done, code = limno.fsck(table, "--repair", "--yes", *damage.repair)
    if code or not all(f["repair"].startswith("repaired: ") for f in done if f["severity"] != "note"):
        return f"not repaired: {done}"
    after, code = limno.fsck(table, *damage.options)
    if alarms(after) or code:
        return f"still wrong after the repair: {after}"
    rows = limno.sql(f"select count(*) as n from delta('{table}')")[0]["n"]
    if rows != damage.rows:
        return f"{rows} rows after the repair instead of {damage.rows}"
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", type=pathlib.Path, required=True)
    parser.add_argument("--all", action="store_true", help="for the other parts; here there is nothing more")
    parser.add_argument("--only", default="")
    parser.add_argument("dir", nargs="?", type=pathlib.Path)
    options = parser.parse_args()
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="limno-fsck-") as folder:
        limno = Limno(options.limno.resolve(), folder)
        jobs = [(f"damage {d.name}", lambda d=d: damaged(limno, d, folder)) for d in DAMAGES]
        if options.dir:
            for family in FAMILIES:
                for log in sorted((options.dir / family).glob("**/_delta_log")):
                    if any(log.glob("*.json")):
                        jobs.append((f"healthy {log.parent.relative_to(options.dir)}",
                                     lambda p=log.parent: healthy(limno, options.dir, p)))
        else:
            print("skipped: no folder of foreign tables was given")
            skipped += 1

        def run(job):
            try:
                return job[0], job[1]()
            except Exception as error:  # whatever it is, it is a finding
                return job[0], f"{type(error).__name__}: {error}"

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, wrong in pool.map(run, [job for job in jobs if options.only in job[0]]):
                if wrong:
                    failed += 1
                    print(f"FAILED   {name}: {wrong}", flush=True)
                else:
                    passed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
