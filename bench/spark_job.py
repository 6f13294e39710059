"""What Spark with Delta does: spark_job.py JARS merge SOURCE WARM-TABLE... TABLE

Runs in an environment with pyspark. All but the last table are for warming up; the cost printed is that of the last
one alone, the Java process and its threads counted, the start of the session not.
"""
import os
import pathlib
import sys
import time


def session(jars):
    from pyspark.sql import SparkSession
    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "8g").config("spark.ui.enabled", "false")
    settings = {
        "spark.jars": ",".join(str(p) for p in sorted(pathlib.Path(jars).glob("*.jar"))),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.shuffle.partitions": "2", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        "spark.databricks.delta.merge.deletionVectors.persistent": "true"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def cpu_seconds():
    """Of this process and every one below it that runs."""
    parents, used = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)], used[int(entry.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    mine = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sum(used[pid] for pid in mine) / os.sysconf("SC_CLK_TCK")


def merge(spark, source, *tables):
    for table in tables:
        spark.sql(f"alter table delta.`{table}` set tblproperties ('delta.enableDeletionVectors' = 'true')")
        before, started = cpu_seconds(), time.monotonic()
        spark.sql(f"merge into delta.`{table}` as t using parquet.`{source}` as s on t.id = s.id "
                  "when matched then update set * when not matched then insert *").collect()
        print(f"work: {cpu_seconds() - before:.3f} {time.monotonic() - started:.3f}" if table == tables[-1] else "warm", flush=True)


if __name__ == "__main__":
    jars, job, *arguments = sys.argv[1:]
    globals()[job](session(jars), *arguments)
