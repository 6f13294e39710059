"""Tables that were damaged in every way that FSCK repairs: after the repair every engine reads the same rows."""
import pathlib
import subprocess
import sys

from cases import Case

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fsck"))
from damage import DAMAGES  # noqa: E402


def repair(bench, damage, case):
    """Makes, damages and repairs a table; the reference gets the rows that Limno then reads."""
    table = bench.path(case)
    damage.build(bench, table)
    damage.harm(table)
    done = subprocess.run([bench.limno, "fsck", str(table), "--repair", "--yes", *damage.options, *damage.repair],
                          capture_output=True, text=True)
    if done.returncode:
        return f"fsck ended with {done.returncode}: {done.stdout} {done.stderr}"
    rows = bench.folder / f"{case.name}.parquet"
    bench.sql(f"copy (select * from delta('{table}')) to '{rows}' (format parquet)")
    bench.reference.execute(f"create table {case.name} as from read_parquet('{rows}')")
    count = bench.reference.execute(f"select count(*) from {case.name}").fetchone()[0]
    return "" if count == damage.rows else f"{count} rows after the repair instead of {damage.rows}"


def check(tally, bench, only, read_by_all):
    """Returns the cases that came out right, for the readers that are asked later."""
    repaired = []
    for damage in DAMAGES:
        case = Case(f"repaired_{damage.name}", "id integer, name varchar, price double, part varchar")
        if damage.repair is None or only not in case.name:
            continue
        before = tally.failed
        tally.check(f"{case.name}: repaired", lambda: repair(bench, damage, case))
        if tally.failed == before:
            repaired.append(case)
            read_by_all(tally, bench, case, "repaired")
    return repaired
