"""Runs a program and says what it cost, its children included."""
import dataclasses
import os
import subprocess
import time


@dataclasses.dataclass(frozen=True)
class Cost:
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    output: str


class Failed(Exception):
    """A contestant did not finish, or what it made is wrong."""


def run(command, folder, seconds=1800, environment=None):
    """The cost of one run. Wall time is from start to exit, CPU is user and system time of the process and
    of all it waited for, memory the largest resident set of one of them."""
    log = os.path.join(folder, "output.txt")
    with open(log, "w") as output:
        started = time.monotonic()
        process = subprocess.Popen([str(c) for c in command], stdout=output, stderr=subprocess.STDOUT, cwd=folder,
                                   env={**os.environ, **(environment or {})})
        usage = wait(process, started + seconds)
        wall = time.monotonic() - started
    with open(log, errors="replace") as file:
        text = file.read()
    if process.returncode:
        raise Failed(f"ended with {process.returncode}: {text.strip()[-400:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)


def wait(process, deadline):
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG if time.monotonic() < deadline else 0)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        if time.monotonic() >= deadline - 0.002:
            process.kill()
            deadline = float("-inf")
        time.sleep(0.0005)


def median(costs):
    """The run with the median CPU time."""
    return sorted(costs, key=lambda cost: cost.cpu_seconds)[len(costs) // 2] if costs else None


def spread(costs):
    """Largest over smallest CPU time: how far a single number is to be trusted."""
    times = [cost.cpu_seconds for cost in costs]
    return max(times) / max(min(times), 1e-9) if times else float("nan")


def quiet():
    """How busy the machine was: the 1-minute load over the processors."""
    return os.getloadavg()[0] / os.cpu_count()
