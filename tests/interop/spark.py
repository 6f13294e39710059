"""Spark with Delta as foreign reader and writer, over Spark Connect.

The server comes from services/spark_connect.sh of the shared folder; its client lives in the server's own
environment, so this file is also a program that runs there: spark.py WORK (a JSON list on standard input).
"""
import json
import os
import pathlib
import re
import subprocess
import sys


def services():
    root = pathlib.Path(__file__).resolve().parents[2]
    return pathlib.Path(os.environ.get("LIMNO_SHARED", root.parent / "shared")) / "services"


def check(tally, bench, cases):
    """Reads every table with Spark, appends where there is a row to append, and reads it with Limno."""
    script = services() / "spark_connect.sh"
    if not script.exists():
        tally.skip("spark", f"no {script}")
        return
    started = subprocess.run([str(script), "start"], capture_output=True, text=True)
    address = re.search(r"SPARK_REMOTE=['\"]?([^'\"\n]+)", started.stdout)
    if started.returncode or not address:
        tally.skip("spark", "the server did not start: " + started.stderr.strip()[-300:])
        return
    try:
        converse(tally, bench, cases, address[1])
    finally:
        subprocess.run([str(script), "stop"], capture_output=True)


def converse(tally, bench, cases, address):
    import canonical
    home = pathlib.Path(os.environ.get("LIMNO_SERVICES_HOME", pathlib.Path.home() / ".cache/limno-services"))
    venv = pathlib.Path(os.environ.get("LIMNO_SPARK_VENV", home / "venv" / "spark"))
    out = bench.folder / "spark"
    out.mkdir()
    work = []
    for case in cases:
        rows = ""
        if case.append:
            rows = str(out / f"{case.name}_rows.parquet")
            bench.reference.execute(f"copy ({case.append}) to '{rows}' (format parquet)")
        work.append({"name": case.name, "path": str(bench.path(case)), "append": rows, "statements": case.spark, "view": case.spark_view,
                     "ids": "enableRowTracking" in case.suffix})
    done = subprocess.run([venv / "bin/python", __file__, str(out)], input=json.dumps(work), text=True,
                          capture_output=True, env={**os.environ, "SPARK_REMOTE": address})
    answers = {a["name"]: a for a in map(json.loads, filter(None, done.stdout.splitlines()))}
    for case in cases:
        answer = answers.get(case.name, {"error": f"no answer: {done.stderr.strip()[-300:]}"})
        wanted = bench.wanted(case)

        def reads():
            if "error" in answer:
                return answer["error"]
            found = bench.reference.execute("select * from read_parquet(?)", [answer["rows"]]).to_arrow_table()
            return canonical.difference(wanted, canonical.lines(found))

        def appended():
            if "append_error" in answer:
                return answer["append_error"]
            bench.reference.execute(f"insert into {case.name} by name {case.append}")
            return canonical.difference(bench.wanted(case), bench.own(case))

        def goes_on():
            if "statement_error" in answer:
                return answer["statement_error"]
            bench.sql(*(s.replace("{t}", f"interop.{case.name}") for s in case.maintenance if s.startswith("optimize")))
            return canonical.difference(bench.wanted(case), bench.own(case))

        def keeps_ids():
            if "error" in answer:
                return answer["error"]
            for version, path in answer["ids"]:
                found = bench.reference.execute("select * from read_parquet(?) order by all", [path]).fetchall()
                ours = sorted(tuple(row.values()) for row in bench.sql(
                    "select id, _row_id, _row_commit_version "
                    f"from interop.{case.name} version as of {version}"))
                if ours != found:
                    return f"version {version}: {len(ours)} rows, {sorted(set(ours) ^ set(found))[:4]}"
            return ""

        tally.check(f"{case.name}: spark", reads)
        if "ids" in answer:
            tally.check(f"{case.name}: row ids as spark has them", keeps_ids)
        if case.append and "spark" in case.appended_by and "error" not in answer:
            tally.check(f"{case.name}: spark appends", appended)
        if case.name == "checksums":
            tally.check(f"{case.name}: spark agrees", lambda: checkpointed(bench, case))
        if case.spark and "error" not in answer:
            tally.check(f"{case.name}: limno after spark", goes_on)


def checkpointed(bench, case):
    """Spark makes a checkpoint of every tenth version, if the table is what the checksum says."""
    log = bench.path(case) / "_delta_log"
    newest = max(int(commit.name[:20]) for commit in log.glob("*.json") if commit.name[:20].isdigit())
    if newest != 10:
        return f"version {newest} is the newest, which should be 10"
    return "" if list(log.glob(f"{newest:020}.checkpoint*.parquet")) else "there is no checkpoint of version 10"


def serve(out):
    """In Spark's environment: reads (to one Parquet file each) and appends what it is told to."""
    import pyarrow.parquet
    from pyspark.sql import SparkSession
    session = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    for item in json.load(sys.stdin):
        answer = {"name": item["name"]}
        try:
            frame = session.read.format("delta").load(item["path"])
            answer["rows"] = f"{out}/{item['name']}.parquet"
            pyarrow.parquet.write_table(read_view(session, item).toArrow(), answer["rows"])
        except Exception as error:
            answer["error"] = f"{type(error).__name__}: {str(error)[:400]}"
        if item["append"] and "error" not in answer:
            try:
                rows = session.read.parquet(item["append"])
                types = {field.name: field.dataType for field in frame.schema.fields}
                rows = rows.select([rows[f"`{name}`"].cast(types[name]) for name in types if name in rows.columns])
                rows.write.format("delta").mode("append").save(item["path"])
            except Exception as error:
                answer["append_error"] = f"{type(error).__name__}: {str(error)[:400]}"
        try:
            for statement in item["statements"]:
                session.sql(statement.replace("{t}", f"delta.`{item['path']}`")).collect()
        except Exception as error:
            answer["statement_error"] = f"{statement}: {type(error).__name__}: {str(error)[:400]}"
        if item["ids"] and "error" not in answer:
            try:
                answer["ids"] = change_and_read_ids(session, item["path"], f"{out}/{item['name']}_ids")
            except Exception as error:
                answer["error"] = f"{type(error).__name__}: {str(error)[:400]}"
                answer["ids"] = []
        print(json.dumps(answer), flush=True)


def read_view(session, item):
    return session.sql(f"select {item['view']} from delta.`{item['path']}`")


def change_and_read_ids(session, path, out):
    """The ids of rows as they are, and after each of some changes: pairs of version and Parquet file."""
    import pyarrow.parquet
    files = []
    for number, change in enumerate(("", "update {t} set v = 'by spark' where id % 13 = 0", "insert into {t} "
                                     "select id + 100000, p, v from {t} where id % 17 = 0", "optimize {t}")):
        if change:
            session.sql(change.replace("{t}", f"delta.`{path}`")).collect()
        version = session.sql(f"describe history delta.`{path}`").first()["version"]
        ids = session.read.format("delta").load(path).selectExpr(
            "id", "_metadata.row_id as row_id", "_metadata.row_commit_version as row_commit_version")
        pyarrow.parquet.write_table(ids.toArrow(), f"{out}_{number}.parquet")
        files.append((version, f"{out}_{number}.parquet"))
    return files


if __name__ == "__main__":
    serve(sys.argv[1])
