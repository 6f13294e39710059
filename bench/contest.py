"""What all workloads share: contestants, fresh copies of tables, and the check of what was made."""
import dataclasses
import pathlib
import re
import shutil
import subprocess
import typing

import measure

SHARED_SERVICES = pathlib.Path(__file__).resolve().parents[2] / "shared" / "services"


@dataclasses.dataclass
class Contestant:
    name: str
    # folder -> command; runs before the clock starts.
    prepare: typing.Callable
    # (folder, Cost) -> what to note; raises measure.Failed.
    check: typing.Callable = lambda folder, cost: ""
    goal: str = ""
    # Cost -> Cost: where a job says itself what its work cost, apart from its start.
    cost: typing.Callable = lambda cost: cost


class Contest:
    """What a workload needs: the program, the peers' interpreter and the generated data."""

    def __init__(self, limno, python, made, spark):
        self.limno, self.python, self.data, self.spark = limno, python, made, spark
        self.peers = pathlib.Path(__file__).resolve().parent / "peers.py"

    @property
    def size(self):
        return self.data.size

    def peer(self, *arguments):
        return [self.python, self.peers, *arguments]

    def sql(self, folder, text, *flags):
        """Limno on a file of statements."""
        (folder / "statements.sql").write_text(text + ";\n")
        return [self.limno, "--lake", folder / "lake", *flags, "sql", "-f", folder / "statements.sql"]

    def expect(self, table, wanted):
        """Rows of a table, then what peers.check says of its columns."""
        done = subprocess.run([str(c) for c in self.peer("check", table)], capture_output=True, text=True)
        if done.stdout.split() != [str(w) for w in wanted]:
            raise measure.Failed(f"expected {wanted}, found {done.stdout.strip() or done.stderr.strip()[-200:]}")
        return ""

    def fresh(self, source, target):
        """A copy of a table whose data files are links."""
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-al", str(source), str(target)], check=True)
        shutil.rmtree(target / "_delta_log")
        shutil.copytree(source / "_delta_log", target / "_delta_log")
        return target

    def together(self, writers, command):
        """The command once per writer, all at the same time; $w is the writer's number."""
        words = " ".join(f'"{c}"' for c in command)
        return ["bash", "-c", f"set -e; p=(); for w in $(seq 0 {writers - 1}); do {words} & p+=($!); done; "
                              "for p in ${p[@]}; do wait $p; done"]

    def files_opened(self, command, ending):
        """How many files with this ending the command opens, as strace sees it; "" where there is none."""
        tracer = shutil.which("strace")
        if not tracer:
            return ""
        done = subprocess.run([tracer, "-f", "-e", "trace=openat,open", *map(str, command)], capture_output=True, text=True)
        opened = {name for name in re.findall(r'"([^"]+)"', done.stderr) if name.endswith(ending)}
        return f"opens {len(opened)} of them"


def work(cost):
    """The cost a job printed as "work: CPU seconds, wall seconds", its start not counted."""
    found = re.search(r"work: ([\d.]+) ([\d.]+)", cost.output)
    if not found:
        raise measure.Failed(f"no figures in: {cost.output.strip()[-200:]}")
    return dataclasses.replace(cost, cpu_seconds=float(found[1]), wall_seconds=float(found[2]))


def no_answer_but(wanted):
    """A check that the output names this value."""
    def check(folder, cost):
        if str(wanted) not in re.findall(r"\d+", cost.output.replace(",", "")):
            raise measure.Failed(f"expected {wanted}, found {cost.output.strip()[-200:]}")
        return ""
    return check
