"""Tables to be written: the same statements run in Limno and, for the expected rows, in plain DuckDB."""
import dataclasses
@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    columns: str
    # What follows the column list in Limno only (PARTITIONED BY, WITH).
    suffix: str = ""
    # Statements on {t}.
    statements: tuple = ()
    # Statements only Limno knows, run last.
    maintenance: tuple = ()
    # A row that a foreign writer appends, as a query; "" where the table has features it cannot write.
    append: str = ""
    # Who can append it.
    appended_by: tuple = ("deltalake", "spark")
    # Columns of the reference, where DuckDB does not know what Limno's definition says.
    reference: str = ""
    # What Spark does to the table {t} after that; no row changes. Limno's maintenance follows once more.
    spark: tuple = ()
    # What is compared: the columns in DuckDB's SQL, and in Spark's.
    view: str = "*"
    spark_view: str = "*"
    # Engine -> why it is not asked.
    not_read_by: dict = dataclasses.field(default_factory=dict)

NASTY = ["a b", "a/b", "a%b", "ä", "a=b", "a:b", "a+b", "a&b", "a#b", "a?b", "50%25", 'quo"te', "it's", "fish 🐟",
         "new\nline", " leading", "trailing ", "NULL", "back\\slash", "%20", "..", "a;b", "{x}", "[y]", "~", "tab\tx"]


def text(value):
    return "'" + value.replace("'", "''") + "'"


NASTY_ROWS = ", ".join(f"({number}, {text(value)})" for number, value in enumerate(NASTY)) + ", (99, NULL)"

CASES = [
    Case("primitives",
         "a boolean, b tinyint, c smallint, d integer, e bigint, f float, g double, h decimal(38,10), i decimal(5,2), "
         "j decimal(18,0), k varchar, l blob, m date, n timestamptz, o timestamp",
         statements=(
             "insert into {t} values (true, -128, -32768, -2147483648, -9223372036854775808, 'nan', 'nan', "
             "-9999999999999999999999999999.9999999999, -999.99, -999999999999999999, '', '\\x00\\xFF'::blob, "
             "'0001-01-01', '1970-01-01 00:00:00+00', '1969-12-31 23:59:59.999999')",
             "insert into {t} values (false, 127, 32767, 2147483647, 9223372036854775807, 'inf', '-inf', "
             "9999999999999999999999999999.9999999999, 999.99, 999999999999999999, 'ä 🐟 \n', ''::blob, "
             "'9999-12-31', '2024-02-29 12:34:56.789012+00', '2024-02-29 12:34:56.789012')",
             "insert into {t} values (NULL, NULL, NULL, NULL, NULL, -0.0, -0.0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL)",
             "insert into {t} select NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"),
         append="select true a, 1::tinyint b, 2::smallint c, 3::integer d, 4::bigint e, 0.5::float f, 0.25::double g, "
                "1.5::decimal(38,10) h, 2.25::decimal(5,2) i, 7::decimal(18,0) j, 'foreign' k, 'x'::blob l, "
                "'2001-01-01'::date m, '2001-01-01 00:00:00+00'::timestamptz n, '2001-01-01'::timestamp o"),
    Case("nested",
         "id integer, s struct(a integer, b struct(c varchar, d double[])), l struct(x integer, y varchar)[], "
         "m map(varchar, integer), ll integer[][]",
         statements=(
             "insert into {t} values (1, {'a': 1, 'b': {'c': 'x', 'd': [1.5, NULL]}}, [{'x': 1, 'y': 'p'}, NULL], "
             "map {'k': 1, 'j': NULL}, [[1, 2], [], NULL])",
             "insert into {t} values (2, NULL, NULL, NULL, NULL), (3, {'a': NULL, 'b': NULL}, [], map {}, [])",
             "insert into {t} select i, {'a': i, 'b': {'c': i::varchar, 'd': [i, i + 0.5]}}, "
             "[{'x': i, 'y': 'q'}], map {i::varchar: i}, [[i]] from range(10, 500) r(i)",
             "delete from {t} where id % 3 = 0")),
    Case("partition_nasty", "id integer, p varchar", "partitioned by (p)",
         statements=(f"insert into {{t}} values {NASTY_ROWS}", "delete from {t} where id = 2",
                     "insert into {t} values (200, 'a/b'), (201, NULL)"),
         append="select 7 as id, 'foreign/x y' as p"),
    Case("partition_types",
         "id integer, d date, n integer, k decimal(10,3), b boolean, z timestamp",
         "partitioned by (d, n, k, b, z)",
         statements=(
             "insert into {t} values (1, '2024-01-02', 7, 1.5, true, '2024-01-02 03:04:05.678901'), "
             "(2, '1969-12-31', -7, -0.001, false, '1970-01-01 00:00:00'), (3, NULL, NULL, NULL, NULL, NULL)",)),
    Case("deletion_vectors", "id integer, v varchar, w double",
         statements=(
             "insert into {t} select i, 'v' || i, i / 4 from range(20000) r(i)",
             "insert into {t} select i, 'v' || i, i / 4 from range(20000, 30000) r(i)",
             "delete from {t} where id % 7 = 0",
             "update {t} set v = 'updated', w = w + 1 where id % 11 = 0",
             "delete from {t} where id between 100 and 4000 and id % 2 = 0",
             "merge into {t} as t using (select i * 10 as id, 'merged ' || i as v from range(4000) r(i)) as s on t.id = s.id "
             "when matched and s.id % 20 = 0 then delete when matched then update set v = s.v "
             "when not matched then insert (id, v) values (s.id, s.v)"),
         append="select 1000001 as id, 'foreign' as v, 0.5::double as w"),
    Case("partitioned_deletes", "id integer, p integer, v varchar", "partitioned by (p)",
         statements=(
             "insert into {t} select i, i % 5, 'v' || i from range(1000) r(i)",
             "delete from {t} where id < 100", "update {t} set p = 9 where id % 13 = 0",
             "delete from {t} where p = 3"),
         append="select 5000 as id, 77 as p, 'foreign' as v"),
    Case("copy_on_write", "id integer, v varchar", "with ('delta.enableDeletionVectors' = 'false')",
         statements=(
             "insert into {t} select i, 'v' || i from range(5000) r(i)", "delete from {t} where id % 5 = 0",
             "update {t} set v = 'u' where id % 7 = 0"),
         append="select 1000001 as id, 'foreign' as v"),
    Case("evolution", "id integer, v varchar not null",
         statements=(
             "insert into {t} values (1, 'a'), (2, 'b')", "alter table {t} add column w double",
             "insert into {t} values (3, 'c', 1.5)", "alter table {t} add column x struct(p integer, q varchar[])",
             "insert into {t} values (4, 'd', NULL, {'p': 1, 'q': ['r']})", "delete from {t} where id = 1"),
         append="select 9 as id, 'foreign' as v, 2.5::double as w, {'p': 5, 'q': ['z']} as x"),
    Case("checkpoints", "id integer, p varchar, d decimal(20,4), z timestamptz", "partitioned by (p)",
         statements=tuple(f"insert into {{t}} values ({n}, 'p {n % 3}', {n}.25, '2024-01-01 00:00:{n:02}+00')" for n in range(23))
         + ("delete from {t} where id % 4 = 0", "update {t} set d = -1 where id % 5 = 0"),
         append="select 99 as id, 'p/9' as p, 1.5::decimal(20,4) as d, '2020-01-01 00:00:00+00'::timestamptz as z"),
    Case("v2_checkpoints", "id integer, p varchar, d decimal(20,4), z timestamptz",
         "partitioned by (p) with ('delta.checkpointPolicy' = 'v2')",
         statements=tuple(f"insert into {{t}} values ({n}, 'p {n % 3}', {n}.25, '2024-01-01 00:00:{n:02}+00')" for n in range(11))
         + ("delete from {t} where id % 4 = 0",),
         append="select 99 as id, 'p/9' as p, 1.5::decimal(20,4) as d, '2020-01-01 00:00:00+00'::timestamptz as z",
         not_read_by={"polars": "does not know v2 checkpoints"}),
    Case("v2_sidecars", "id integer, p integer, v varchar",
         "partitioned by (p) with ('delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '3')",
         statements=("insert into {t} select i, i % 1100, 'v' || i from range(2200) r(i)", "delete from {t} where id = 7",
                     "insert into {t} values (5000, 1, 'x')", "delete from {t} where p < 5"),
         append="select 6000 as id, 7 as p, 'foreign' as v",
         not_read_by={"polars": "does not know v2 checkpoints"}),
    Case("statistics_as_columns",
         "a tinyint, b smallint, c integer, d bigint, e float, f double, g decimal(38,10), h decimal(5,2), i varchar, j date, "
         "k timestamptz, l timestamp, m boolean, s struct(x integer, y struct(z varchar, w integer[])), p date, q decimal(10,3)",
         "partitioned by (p, q) with ('delta.checkpoint.writeStatsAsJson' = 'false', 'delta.checkpointInterval' = '3')",
         statements=(
             "insert into {t} values (-128, -32768, -2147483648, -9223372036854775808, -1.5, -2.5, "
             "-9999999999999999999999999999.9999999999, -999.99, 'ä 🐟', '0001-01-01', '1969-12-31 23:59:59.999999+00', "
             "'1970-01-01 00:00:00.123456', true, {'x': 1, 'y': {'z': 'q', 'w': [1]}}, '2024-02-29', -0.125)",
             "insert into {t} values (127, 32767, 2147483647, 9223372036854775807, 'inf', 'nan', 0.0000000001, 0, "
             "repeat('long', 30), '9999-12-31', '2024-02-29 12:34:56.789012+00', '9999-12-31 23:59:59.999999', false, "
             "{'x': NULL, 'y': NULL}, NULL, NULL)",
             "insert into {t} (a) values (NULL)"),
         append="select 1::tinyint a, 2::smallint b, 3 c, 4::bigint d, 0.5::float e, 0.25::double f, 1.5::decimal(38,10) g, "
                "2.25::decimal(5,2) h, 'foreign' i, '2001-01-01'::date j, '2001-01-01 00:00:00+00'::timestamptz k, "
                "'2001-01-01'::timestamp l, true m, {'x': 9, 'y': {'z': 'f', 'w': [2]}} s, '2001-01-01'::date p, "
                "1.5::decimal(10,3) q"),
    Case("compacted_log", "id integer, v varchar", "with ('delta.checkpointInterval' = '100')",
         statements=tuple(f"insert into {{t}} select i, 'v' || i from range({n * 10}, {n * 10 + 10}) r(i)" for n in range(20))
         + ("delete from {t} where id % 4 = 0", "update {t} set v = 'u' where id % 7 = 0") * 5,
         append="select 1000 as id, 'foreign' as v"),
    # Version 10 is to be Spark's, which then makes its checkpoint of what our checksums add up to.
    Case("checksums", "id integer, v varchar",
         statements=("insert into {t} select i, 'v' || i from range(1000) r(i)", "delete from {t} where id % 7 = 0",
                     "insert into {t} select i, 'v' || i from range(1000, 1010) r(i)", "delete from {t} where id = 1005",
                     "update {t} set v = 'u' where id % 100 = 1", "insert into {t} values (5000, 'x')"),
         append="select 6000 as id, 'foreign' as v"),
    Case("optimized", "id integer, a integer, b varchar",
         statements=tuple(f"insert into {{t}} select i, hash(i) % 100, chr(97 + (hash(i * 7) % 26)::integer) "
                          f"from range({n * 500}, {n * 500 + 500}) r(i)" for n in range(6)) + ("delete from {t} where id % 9 = 0",),
         maintenance=("optimize {t} zorder by (a, b)",),
         append="select 100000 as id, 1 as a, 'z' as b"),
    Case("clustered", "id bigint, k varchar, s struct(q integer)", "cluster by (k, s.q)",
         statements=tuple(f"insert into {{t}} select i, 'k' || hash(i) % 50, {{'q': hash(i * 3) % 100}} "
                          f"from range({n * 3000}, {n * 3000 + 3000}) r(i)" for n in range(4)) + ("delete from {t} where id % 9 = 0",),
         maintenance=("optimize {t}", "insert into {t} select 12000, 'later', {'q': 7}", "optimize {t}",
                      "delete from {t} where id = 12000", "alter table {t} cluster by (id, k)"),
         append="select 100000::bigint as id, 'foreign' as k, {'q': 1} as s", appended_by=("spark",),
         spark=("optimize {t}", "alter table {t} cluster by (s.q)", "optimize {t} full", "optimize {t}")),
    Case("clustered_mapped", 'id integer, "two words" varchar, v double',
         "cluster by (\"two words\") with ('delta.columnMapping.mode' = 'name')",
         statements=("insert into {t} select i, 'w' || i % 17, i / 3 from range(4000) r(i)",
                     'alter table {t} rename column "two words" to words',
                     "insert into {t} select i, 'w' || i % 17, i / 3 from range(4000, 6000) r(i)",
                     "update {t} set v = -1 where id % 100 = 3"),
         maintenance=("optimize {t}",),
         append="select 7 as id, 'foreign' as words, 1.5::double as v", appended_by=("spark",), spark=("optimize {t}",),
         not_read_by={"polars": "does not know column mapping"}),
    Case("compacted", "id integer, p integer", "partitioned by (p) with ('delta.autoOptimize.autoCompact' = 'true', "
         "'delta.autoOptimize.optimizeWrite' = 'true')",
         statements=tuple(f"insert into {{t}} select i, i % 3 from range({n * 30}, {n * 30 + 30}) r(i)" for n in range(60)),
         maintenance=("optimize {t} full where p < 2",),
         append="select 100000 as id, 1 as p", spark=("optimize {t}",)),
    Case("names", '"Ünïcode" integer, "a.b" varchar, "MixedCase" integer, "select" integer',
         statements=("insert into {t} values (1, 'x', 2, 3), (2, NULL, NULL, NULL)", 'delete from {t} where "MixedCase" = 2')),
    *(Case(f"mapped_by_{mode}",
           'id integer, "two words" varchar, s struct(a integer, b varchar), l struct(x integer)[], m map(varchar, integer), '
           "p varchar", f"partitioned by (p) with ('delta.columnMapping.mode' = '{mode}')",
           statements=(
               "insert into {t} values (1, 'x', {'a': 1, 'b': 'q'}, [{'x': 1}], map {'k': 1}, 'one'), "
               "(2, 'y', NULL, NULL, NULL, NULL)",
               'alter table {t} rename column "two words" to "a,b;c"', "alter table {t} rename column p to part",
               "alter table {t} rename column s.a to first",
               "alter table {t} add column w double",
               "insert into {t} select i, 'v' || i, {'first': i, 'b': 'z'}, [{'x': i}], map {'j': i}, 'p' || i % 3, i / 2 "
               "from range(10, 500) r(i)",
               "delete from {t} where id % 7 = 0", "update {t} set w = -1 where id % 5 = 0",
               "alter table {t} drop column m", "alter table {t} add column m varchar",
               "insert into {t} values (1000, 'new m', NULL, [], 'p1', 0.5, 'text')"),
           append="select 7 as id, 'foreign' as \"a,b;c\", {'first': 1, 'b': 'f'} as s, [{'x': 9}] as l, 'p2' as part, "
                  "1.5::double as w, 'm' as m" if mode == "name" else "",
           not_read_by={"polars": "does not know column mapping",
                        "duckdb": "reads partition columns of mapped tables as NULL, Spark's as well"})
      for mode in ("name", "id")),
    Case("row_tracking", "id integer, p varchar, v varchar",
         "partitioned by (p) with ('delta.enableRowTracking' = 'true')",
         statements=(
             "insert into {t} select i, 'p' || i % 3, 'v' || i from range(300) r(i)", "delete from {t} where id % 7 = 0",
             "update {t} set v = 'updated', p = 'moved' where id % 11 = 0",
             "merge into {t} as t using (select i * 10 as id, 'merged ' || i as v from range(60) r(i)) as s on t.id = s.id "
             "when matched and s.id % 20 = 0 then delete when matched then update set v = s.v "
             "when not matched then insert values (s.id, 'new', s.v)"),
         maintenance=("optimize {t}",)),
    Case("change_feed", "id integer, p varchar, v varchar",
         "partitioned by (p) with ('delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = 'false')",
         statements=(
             "insert into {t} select i, 'p' || i % 3, 'v' || i from range(300) r(i)", "delete from {t} where id % 7 = 0",
             "update {t} set v = 'updated', p = 'moved' where id % 11 = 0",
             "merge into {t} as t using (select i * 10 as id, 'merged ' || i as v from range(60) r(i)) as s on t.id = s.id "
             "when matched and s.id % 20 = 0 then delete when matched then update set v = s.v "
             "when not matched then insert values (s.id, 'new', s.v)"),
         append="select 5000 as id, 'p1' as p, 'foreign' as v"),
    Case("constraints", "id integer, q double, s struct(a integer)",
         statements=("insert into {t} select i, i / 3, {'a': i} from range(200) r(i)", "delete from {t} where id % 9 = 0"),
         maintenance=("alter table {t} add constraint positive check (id >= 0 and `q` < 1000.5 and s.a is not null)",),
         append="select 1000 as id, 1.5::double as q, {'a': 5} as s"),
    Case("mapped_later", "id integer, s struct(a integer), p integer", "partitioned by (p)",
         statements=("insert into {t} select i, {'a': i}, i % 3 from range(100) r(i)", "delete from {t} where id % 9 = 0"),
         maintenance=("alter table {t} set ('delta.columnMapping.mode' = 'name')", "optimize {t}"),
         append="select 1000 as id, {'a': 5} as s, 1 as p",
         not_read_by={"polars": "does not know column mapping"}),
    Case("filled", "id bigint generated always as identity, v string default 'none', n int, "
         "twice bigint generated always as (n * 2)", "using delta",
         statements=("insert into {t} (v, n) values ('a', 1), (default, 2)", "insert into {t} (n) select i from range(500) r(i)",
                     "update {t} set n = n + 1 where n % 3 = 0", "delete from {t} where n % 7 = 0"),
         reference="id bigint default nextval('ids'), v varchar default 'none', n integer, twice bigint as (n * 2)",
         append="select 'foreign' as v, 77 as n", appended_by=("spark",)),
    Case("widened", "a tinyint, f float, d decimal(5,2), m date, s struct(x smallint)",
         "with ('delta.enableTypeWidening' = 'true')",
         statements=("insert into {t} values (1, 1.5, 2.25, '2024-01-02', {'x': 1}), (NULL, NULL, NULL, NULL, NULL)",
                     "alter table {t} alter a type smallint", "alter table {t} alter a type bigint",
                     "insert into {t} values (80000000000, 2.5, 3.25, '2024-01-03', {'x': 2})",
                     "alter table {t} alter f type double", "alter table {t} alter d type decimal(20,6)",
                     "alter table {t} alter m type timestamp",
                     "insert into {t} values (5, 1e300, 12345678901234.123456, '2024-01-02 03:04:05.678901', {'x': 3})",
                     "update {t} set f = 0.5 where a = 5"),
         append="select 7::bigint as a, 0.25::double as f, 1.5::decimal(20,6) as d, '2020-01-01 01:01:01'::timestamp as m, "
                "{'x': 9::smallint} as s", appended_by=("spark",),
         not_read_by={"deltalake": "does not know type widening", "polars": "does not know type widening"}),
    Case("materialized", "id integer, p varchar, d date, v varchar",
         "partitioned by (p, d) with ('delta.enableMaterializePartitionColumnsFeature' = 'true')",
         statements=(
             "insert into {t} select i, case when i % 3 > 0 then 'p ' || i % 3 end, date '2024-01-01' + (i % 2)::integer, 'v' || i "
             "from range(1000) r(i)",
             "delete from {t} where id % 7 = 0", "update {t} set p = 'moved' where id % 11 = 0"),
         maintenance=("optimize {t}",),
         append="select 5000 as id, 'foreign' as p, date '2024-03-01' as d, 'x' as v",
         appended_by=("spark",),
         spark=("update {t} set v = v where id % 13 = 0", "optimize {t}")),
    *(Case(f"iceberg_{version}",
           "id integer, p varchar, ts timestamptz, s struct(a integer)" +
           ("" if version == 1 else ", l struct(x integer[])[], m map(varchar, integer[])"),
           f"partitioned by (p) with ('delta.enableIcebergCompatV{version}' = 'true')",
           statements=(
               "insert into {t} select i, 'p' || i % 3, timestamptz '2024-01-01 00:00:00+00' + to_seconds(i), {'a': i}" +
               ("" if version == 1 else ", [{'x': [i, NULL]}], map {'k': [i]}") + " from range(1000) r(i)",
               "delete from {t} where id % 7 = 0", "update {t} set s = {'a': -1} where id % 11 = 0"),
           maintenance=("optimize {t}",),
           append="select 5000 as id, 'foreign' as p, timestamptz '2024-03-01 00:00:00+00' as ts, {'a': 1} as s" +
                  ("" if version == 1 else ", [{'x': [1]}] as l, map {'k': [2]} as m"),
           appended_by=("spark",),
           spark=("update {t} set s = s where id % 13 = 0", "optimize {t}"),
           not_read_by={"polars": "does not know column mapping", "duckdb": "shows NULL for mapped partition columns"})
      for version in (1, 2, 3)),
    # Spark holds a NULL to break what is NOT NULL within it, and casts no rows to such structs.
    Case("inner_not_null", "id integer, s struct<a: integer not null comment 'a', b: struct<c: string not null>>",
         statements=("insert into {t} values (1, {'a': 1, 'b': {'c': 'x'}}), (3, {'a': 3, 'b': {'c': ''}})",),
         reference="id integer, s struct(a integer, b struct(c varchar))",
         spark=("update {t} set s = s where id = 1",), maintenance=("optimize {t}",)),
    Case("overwritten", "id integer, p varchar, v varchar", "partitioned by (p)",
         statements=("insert into {t} select i, 'p' || i % 3, 'v' || i from range(300) r(i)", "delete from {t} where id % 7 = 0"),
         maintenance=("insert overwrite {t} partition (p = 'p1') select id, v from {t} where p = 'p1'",
                      "insert into {t} replace where id < 50 select * from {t} where id < 50",
                      "insert overwrite {t} partition (p) select * from {t} where p = 'p2'",
                      "insert overwrite {t} by name select v, p, id from {t}"),
         append="select 1000 as id, 'p9' as p, 'foreign' as v"),
    # Files of others become data files as they are.
    Case("copied",
         "a boolean, b tinyint, c smallint, d integer, e bigint, f float, g double, h decimal(38,10), i decimal(5,2), "
         "j decimal(18,0), k varchar, l blob, m date, n timestamptz, o timestamp, q struct(x integer, y varchar[])[]",
         statements=(
             "insert into {t} values (true, -128, -32768, -2147483648, -9223372036854775808, 'nan', 'nan', "
             "-9999999999999999999999999999.9999999999, -999.99, -999999999999999999, '', '\\x00\\xFF'::blob, "
             "'0001-01-01', '1970-01-01 00:00:00+00', '1969-12-31 23:59:59.999999', [{'x': 1, 'y': ['z', NULL]}, NULL])",
             "insert into {t} values (false, 127, 32767, 2147483647, 9223372036854775807, 'inf', '-inf', "
             "9999999999999999999999999999.9999999999, 999.99, 999999999999999999, repeat('ä 🐟', 200), ''::blob, "
             "'9999-12-31', '2024-02-29 12:34:56.789012+00', '2024-02-29 12:34:56.789012', [])",
             "insert into {t} (d) values (7)"),
         maintenance=("copy (from {t}) to 'copied.parquet' (format parquet)", "delete from {t}",
                      "copy into {t} from 'copied.parquet' fileformat = parquet"),
         append="select true a, 1::tinyint b, 2::smallint c, 3::integer d, 4::bigint e, 0.5::float f, 0.25::double g, "
                "1.5::decimal(38,10) h, 2.25::decimal(5,2) i, 7::decimal(18,0) j, 'foreign' k, 'x'::blob l, "
                "'2001-01-01'::date m, '2001-01-01 00:00:00+00'::timestamptz n, '2001-01-01'::timestamp o, "
                "[{'x': 1, 'y': ['f']}] q"),
    Case("copied_parts", "id integer, day date, p varchar", "partitioned by (day, p)",
         statements=("insert into {t} select i, date '2024-01-01' + (i % 3)::integer, ['a b', 'x/y', 'ä%', NULL][1 + i % 4] "
                     "from range(100) r(i)",),
         maintenance=("copy (from {t}) to 'copied_parts' (format parquet, partition_by (day, p))", "delete from {t}",
                      "copy into {t} from 'copied_parts' fileformat = parquet", "delete from {t} where id > 10000"),
         append="select 5000 as id, '2024-05-05'::date as day, 'foreign' as p"),
    Case("widened_by_rows", "a tinyint, f float, s struct(x smallint)", "with ('delta.enableTypeWidening' = 'true')",
         statements=("insert into {t} values (1, 1.5, {'x': 1}), (NULL, NULL, NULL)",),
         maintenance=("insert with schema evolution into {t} by name select 80000000000 as a, 1e300::double as f, "
                      "{'x': 70000} as s", "delete from {t} where a > 1"),
         append="select 7::bigint as a, 0.25::double as f, {'x': 9} as s", appended_by=("spark",),
         not_read_by={"deltalake": "does not know type widening", "polars": "does not know type widening"}),
    Case("variant", "id integer, v variant, s struct(w variant), l variant[], m map(varchar, variant)",
         statements=(
             "insert into {t} values (1, {'a': 1, 'b': ['x'::variant, NULL, true::variant]}::variant, "
             "{'w': 'text'::variant}, [7::variant, NULL], map {'k': {'z': 'ä 🐟'}::variant}), (2, NULL, NULL, NULL, NULL)",
             "insert into {t} select i, repeat('y', i::integer)::variant, {'w': i::variant}, [i::variant], map {'k': i::variant} "
             "from range(60, 70) r(i)",
             "update {t} set v = {'updated': id}::variant where id = 61", "delete from {t} where id = 62"),
         # Cast to JSON, NULL would be JSON's null.
         view=", ".join(["id"] + [f"case when {variant} is not null then {variant}::json::varchar end as {name}" for variant, name
                                  in (("v", "v"), ("s.w", "w"), ("l[1]", "l"), ("m['k']", "m"))]),
         spark_view="id, to_json(v) as v, to_json(s.w) as w, to_json(l[0]) as l, to_json(m['k']) as m",
         spark=("optimize {t}",), maintenance=("optimize {t}",),
         not_read_by={engine: "has no type for variants and gives their bytes" for engine in ("deltalake", "polars", "duckdb")}),
]
