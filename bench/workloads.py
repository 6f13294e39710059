"""The workloads: each names its contestants and what a right result is.

A contestant is a command that is given a fresh folder. The first contestant of a workload is Limno; the
ratio of every other one is its CPU seconds over Limno's.
"""
import dataclasses
import pathlib
import shutil
import subprocess
import typing

import data
import measure


@dataclasses.dataclass
class Contestant:
    name: str
    # folder -> (command, environment); runs before the clock starts.
    prepare: typing.Callable
    # (folder, Cost) -> what to note; raises measure.Failed.
    check: typing.Callable = lambda folder, cost: ""
    goal: str = ""


class Workloads:
    def __init__(self, limno, python, made):
        self.limno, self.python, self.data = limno, python, made
        self.peers = pathlib.Path(__file__).resolve().parent / "peers.py"

    def all(self):
        return {"start": self.start, "csv": self.csv, "merge": self.merge, "merge-one": self.merge_one,
                "scan": self.scan, "append": self.append, "append-16": self.append_16, "refresh": self.refresh,
                "compact": self.compact, "zorder": self.zorder}

    def peer(self, *arguments):
        return [self.python, self.peers, *arguments]

    def expect(self, table, wanted):
        done = subprocess.run([str(c) for c in self.peer("check", table)], capture_output=True, text=True)
        if done.stdout.split() != [str(w) for w in wanted]:
            raise measure.Failed(f"expected {wanted}, found {done.stdout.strip() or done.stderr.strip()[-200:]}")
        return ""

    def start(self):
        """From process start to the help text, or the package loaded."""
        yield Contestant("limno --help", lambda f: [self.limno, "--help"], goal="< 10 ms")
        for package in ("duckdb", "deltalake", "polars"):
            yield Contestant(f"import {package}", lambda f, p=package: self.peer("start", p))

    def csv(self):
        """A ZIP of twelve CSV files into a Delta table; "plain": the peer is spared the unpacking."""
        source, rows = self.data.taxi_zip(), data.ROWS[self.data.size]
        plain = self.data.taxi_csv()

        def unpacked(folder, *command):
            words = " ".join(f"'{c}'" for c in command)
            return ["bash", "-c", f"unzip -q '{source}' -d '{folder}/csv' && {words}"]

        def limno(folder, *flags):
            return [self.limno, "--lake", folder / "lake", *flags, "load", source, "--into", "bench.taxi"]

        def loaded(folder, cost):
            return self.expect(folder / "lake/bench/taxi", [rows])

        yield Contestant("limno load", limno, loaded)
        yield Contestant("limno load, no fsync", lambda f: limno(f, "--no-sync"), loaded)
        yield Contestant("duckdb to Parquet, plain",
                         lambda f: self.peer("duckdb_csv_to_parquet", plain / "taxi/*.csv", f / "t.parquet"),
                         lambda f, c: self.expect(f / "t.parquet", [rows]), "limno <= 1.1x its CPU")
        for name, job in (("duckdb to Parquet", "duckdb_csv_to_parquet"), ("duckdb + deltalake", "duckdb_csv_to_delta"),
                          ("polars + deltalake", "polars_csv_to_delta")):
            target = "t.parquet" if job.endswith("parquet") else "t"
            yield Contestant(name, lambda f, j=job, t=target: unpacked(f, *self.peer(j, f / "csv/taxi/*.csv", f / t)),
                             lambda f, c, t=target: self.expect(f / t, [rows]))

    def fresh(self, source, target):
        """A copy of a table whose data files are links."""
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-al", str(source), str(target)], check=True)
        shutil.rmtree(target / "_delta_log")
        shutil.copytree(source / "_delta_log", target / "_delta_log")
        return target

    def fresh_items(self, folder, name):
        return self.fresh(self.data.items(), folder / name)

    def merging(self, kind, updated, goals):
        source, rows = self.data.changes(kind), data.TARGET_ROWS[self.data.size]
        wanted = [rows, updated]

        def limno(folder, *flags):
            self.fresh_items(folder, "lake/bench/items")
            return [self.limno, "--lake", folder / "lake", *flags, "sql",
                    f"merge into bench.items as t using read_parquet('{source}') as s on t.id = s.id "
                    "when matched then update set * when not matched then insert *"]

        yield Contestant("limno", limno, lambda f, c: self.expect(f / "lake/bench/items", wanted))
        yield Contestant("limno, no fsync", lambda f: limno(f, "--no-sync"),
                         lambda f, c: self.expect(f / "lake/bench/items", wanted))
        for name, tuned, goal in (("deltalake", "", goals[0]), ("deltalake, tuned", "tuned", goals[1])):
            yield Contestant(name, lambda f, t=tuned: self.peer("deltalake_merge", self.fresh_items(f, "t"), source, t),
                             lambda f, c: self.expect(f / "t", wanted), goal)

    def merge(self):
        """1 % of the keys, scattered over the whole table."""
        yield from self.merging("scattered", data.TARGET_ROWS[self.data.size] // 100, (">= 10x", ""))

    def merge_one(self):
        """One row."""
        yield from self.merging("one", 1, (">= 20x", ""))

    def scan(self):
        """Five queries: two aggregations, a range, a key, everything."""
        table = self.data.items()
        import peers
        statements = ";\n".join(peers.QUERIES).replace("{t}", f"delta('{table}')")

        def limno(folder):
            (folder / "queries.sql").write_text(statements + ";\n")
            return [self.limno, "--lake", folder / "lake", "sql", "-f", folder / "queries.sql"]

        yield Contestant("limno", limno)
        yield Contestant("duckdb read_parquet", lambda f: self.peer("duckdb_scan", table), goal="limno <= 1.1x its CPU")
        yield Contestant("polars scan_delta", lambda f: self.peer("polars_scan", table))
        yield Contestant("deltalake QueryBuilder", lambda f: self.peer("deltalake_scan", table))

    def optimizing(self, statement, peers, goal):
        source = self.data.small_files()
        files, rows = data.SMALL_FILES[self.data.size]

        def limno(folder, *flags):
            table = self.fresh(source, folder / "t")
            return [self.limno, "--lake", folder / "lake", *flags, "sql", statement.format(table=f"delta('{table}')")]

        def packed(folder, cost):
            self.expect(folder / "t", [files * rows, 0])
            return f"{files} -> {len(set((folder / 't').glob('**/*.parquet')) - set((folder / 't').glob('part-?????.parquet')))} files"

        yield Contestant("limno", limno, packed, "<= 1 GB")
        for job, arguments in peers:
            if job.startswith("deltalake"):
                yield Contestant("deltalake", lambda f, j=job, a=arguments: self.peer(j, self.fresh(source, f / "t"), *a),
                                 packed, goal)
            else:
                yield Contestant("duckdb to Parquet", lambda f, j=job, a=arguments: self.peer(j, source, f / "t.parquet", *a),
                                 lambda f, c: self.expect(f / "t.parquet", [files * rows]))

    def compact(self):
        """Many small files become few."""
        yield from self.optimizing("optimize {table}", (("deltalake_compact", ()), ("duckdb_compact", ())), ">= 1.4x")

    def zorder(self):
        """The same files, their rows in Z-order of two columns; the plain sort is no Z-order, but a floor."""
        yield from self.optimizing("optimize {table} zorder by (custkey, shipdate)",
                                   (("deltalake_zorder", ("custkey,shipdate",)), ("duckdb_sort", ("custkey, shipdate",))),
                                   ">= 2.3x")

    def appending(self, writers, commits, goal):
        def limno(folder, *flags):
            lake = folder / "lake"
            subprocess.run([str(self.limno), "--lake", str(lake), "sql",
                            "create schema bench; create table bench.log (writer bigint, number bigint)"], check=True)
            for writer in range(writers):
                (folder / f"{writer}.sql").write_text("".join(
                    f"insert into bench.log values ({writer}, {n});\n" for n in range(commits)))
            return self.together(writers, [self.limno, "--lake", lake, *flags, "sql", "-f", f"{folder}/$w.sql"])

        def deltalake(folder):
            create = ("import deltalake, pyarrow, sys; deltalake.DeltaTable.create(sys.argv[1], schema=pyarrow.schema("
                      "[('writer', pyarrow.int64()), ('number', pyarrow.int64())]))")
            subprocess.run([str(self.python), "-c", create, str(folder / "t")], check=True)
            return self.together(writers, self.peer("deltalake_append", folder / "t", "$w", commits))

        def rate(cost, total):
            return f"{total / cost.wall_seconds:.0f} commits/s"

        total = writers * commits

        def given_up(folder, cost):
            lost = sum(int(word) for word in cost.output.replace("given up:", " ").split() if word.isdigit())
            self.expect(folder / "t", [total - lost, total - lost])
            return f"{rate(cost, total)}, {lost} given up"

        def all_there(folder, cost):
            self.expect(folder / "lake/bench/log", [total, total])
            return f"{rate(cost, total)}, 0 given up"

        yield Contestant("limno, no fsync", lambda f: limno(f, "--no-sync"), all_there)
        yield Contestant("limno", limno, all_there)
        yield Contestant("deltalake", deltalake, given_up, goal)

    def together(self, writers, command):
        """The command once per writer, all at the same time; $w is the writer's number."""
        words = " ".join(f'"{c}"' for c in command)
        return ["bash", "-c", f"set -e; p=(); for w in $(seq 0 {writers - 1}); do {words} & p+=($!); done; "
                              "for p in ${p[@]}; do wait $p; done"]

    def append(self):
        """Commits of one row, one writer."""
        yield from self.appending(1, {"S": 50, "M": 200, "L": 1000}[self.data.size], ">= 10x commits per CPU second")

    def append_16(self):
        """Commits of one row, sixteen processes at once."""
        yield from self.appending(16, {"S": 10, "M": 25, "L": 50}[self.data.size], ">= 10x, none given up")

    def refresh(self):
        """Seeing one more commit of a table with a long log; the times are in the note."""
        commits = 20

        def fresh(folder):
            shutil.copytree(self.data.long_log(), folder / "t")
            return folder / "t"

        def median(folder, cost):
            times = sorted(float(t) for t in cost.output.split())
            return f"median {times[len(times) // 2]:.3f} ms, largest {times[-1]:.3f} ms"

        probe = pathlib.Path(self.limno).parent / "limno_refresh_bench"
        if probe.exists():
            yield Contestant("limno", lambda f: [probe, fresh(f), commits], median, "< 2 ms")
        yield Contestant("deltalake", lambda f: self.peer("deltalake_refresh", fresh(f), commits), median)
