"""A reader in the middle of a long scan while VACUUM, told to keep nothing, takes the files away."""
import json
import subprocess
import time

from lake import Wrong

FILES = 40
ROWS = 2000


def reader_beside_vacuum(lake, chance, times):
    right = broken = 0
    for number in range(times):
        table = f"v{number}.t"
        total = make(lake, table)
        # Slow enough that some files are gone before their turn.
        scan = (f"set threads = 1; select count(*) as n, sum(id) as total, count(distinct md5(v || md5(v))) as d "
                f"from {table} at (version => {FILES})")
        started = time.monotonic()
        reader = subprocess.Popen(lake.command("--json", "sql", scan), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  cwd=lake.folder)
        time.sleep(chance.random() * 0.4)
        lake.sql(f"vacuum {table} retain 0 hours")
        out, error = reader.communicate()
        if reader.returncode == 0:
            found = json.loads(out.splitlines()[-1])
            if found != {"n": FILES * ROWS, "total": total, "d": FILES * ROWS}:
                raise Wrong(f"the reader beside VACUUM sees {found}, expected {FILES * ROWS} rows, {total}")
            right += 1
        elif "VACUUM" in error:
            broken += 1
        else:
            raise Wrong(f"the error after {time.monotonic() - started:.1f} s does not name VACUUM: {error.strip()[-400:]}")
        if lake.sql(f"select count(*) as n from {table}")[0]["n"] != 1:
            raise Wrong("VACUUM took a file of the newest version")
        lake.expect_sound(table)
    print(f"  {right} readers read it all, {broken} were told that VACUUM took files")
    return ""


def make(lake, table):
    """FILES files, all of them replaced by one row afterwards; returns the sum over their ids."""
    schema = table.split(".")[0]
    lake.sql(f"create schema {schema}; create table {table} (id bigint, v varchar) "
             "with ('limno.retentionDurationCheck.enabled' = 'false', 'delta.deletedFileRetentionDuration' = 'interval 0 hours', "
             "'delta.checkpointInterval' = '1000')")
    lake.sql(";".join(f"insert into {table} select {n * ROWS} + i, md5((i * {n + 1})::varchar) || '{n} ' || i from range({ROWS}) r(i)"
                      for n in range(FILES)))
    lake.sql(f"insert overwrite {table} values (-1, 'new')")
    return FILES * ROWS * (FILES * ROWS - 1) // 2
