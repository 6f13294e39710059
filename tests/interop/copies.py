"""Tables made of what is there: a folder that was converted, and clones."""
import dataclasses

from cases import Case

COLUMNS = "id integer, p varchar, v varchar, d double, z timestamptz"
ROWS = ("select i::integer as id, case i % 4 when 0 then NULL else 'a/b ' || i % 4 || '%' end as p, 'v' || i as v, "
        "case i % 10 when 0 then 'nan' else i / 4 end::double as d, "
        "'2024-01-01 00:00:00+00'::timestamptz + to_microseconds(i * 1234567) as z from range(500) r(i)")
CHANGES = ("delete from {t} where id % 7 = 0", "insert into {t} select 1000 + id, p, v, d, z from {t} where id < 20")
NOWHERE_ELSE = {"polars": "does not follow absolute paths", "duckdb": "puts the table's own folder before absolute URIs"}


def clone(kind, **more):
    return Case(f"{kind}_clone", COLUMNS, "partitioned by (p)", statements=(f"insert into {{t}} {ROWS}", *CHANGES),
                append="select 7 as id, 'foreign' as p, 'f' as v, 0.5::double as d, '2020-01-01 00:00:00+00'::timestamptz as z",
                **more)


# What comes from the names of folders follows the columns of the files.
CONVERTED = Case("converted", "id integer, v varchar, d double, z timestamptz, p varchar",
                 statements=(f"insert into {{t}} by name {ROWS}",),
                 append="select 7 as id, 'foreign' as p, 'f' as v, 0.5::double as d, '2020-01-01 00:00:00+00'::timestamptz as z")
CASES = [CONVERTED, clone("deep"), clone("shallow", not_read_by=NOWHERE_ELSE)]


def convert(bench, case):
    folder = bench.path(case)
    folder.parent.mkdir(parents=True, exist_ok=True)
    bench.reference.execute(f"create table {case.name} ({case.columns})")
    for statement in case.statements:
        bench.reference.execute(statement.replace("{t}", case.name))
    # Some of the files lack a column that others have.
    bench.reference.execute(f"copy (select * from {case.name} where id < 300) to '{folder}' (format parquet, partition_by (p))")
    bench.reference.execute(f"insert into {case.name} by name select 2000 + id as id, p, d, z from {case.name} where id < 50")
    bench.reference.execute(f"copy (select id, p, d, z from {case.name} where id >= 2000) to '{folder}' "
                            "(format parquet, partition_by (p), overwrite_or_ignore, filename_pattern 'later_{i}')")
    bench.reference.execute(f"copy (select * from {case.name} where id between 300 and 1999) to '{folder}' "
                            "(format parquet, partition_by (p), overwrite_or_ignore, filename_pattern 'last_{i}')")
    bench.sql(f"convert to delta interop.{case.name} partitioned by (p string)")
    return ""


def write_clone(bench, case):
    """The clone stands for the case; its source is changed afterwards."""
    source = dataclasses.replace(case, name=f"{case.name}_source")
    bench.write(source)
    bench.reference.execute(f"create table {case.name} as select * from {source.name}")
    kind = case.name.split("_")[0]
    bench.sql(f"create table interop.{case.name} {kind} clone interop.{source.name}",
              f"insert into interop.{source.name} (id) values (-1)")
    return ""


def check(tally, bench, only, read_by_all):
    """Returns the cases that were written, for Spark."""
    written = []
    for case in CASES:
        if only not in case.name:
            continue
        before = tally.failed
        write = convert if case is CONVERTED else write_clone
        tally.check(f"{case.name}: written", lambda: write(bench, case))
        if tally.failed == before:
            written.append(case)
            read_by_all(tally, bench, case, "as written")
    return written
