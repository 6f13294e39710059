"""A lake of the program under test, in a folder of its own."""
import json
import pathlib
import signal
import subprocess


class Wrong(Exception):
    """The table is not as it must be."""


class Lake:
    def __init__(self, limno, folder):
        self.limno, self.folder = limno, pathlib.Path(folder)

    def command(self, *arguments):
        return [self.limno, "--lake", str(self.folder / "lake"), "-q", *map(str, arguments)]

    def run(self, *arguments, **options):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, cwd=self.folder, **options)

    def sql(self, text, **options):
        done = self.run("--json", "sql", text, **options)
        if done.returncode:
            raise Wrong(f"{text[:80]} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def state(self, table):
        """Row count, distinct ids and a sum over values: two tables with the same rows have the same."""
        row = self.sql(f"select count(*) as n, count(distinct id) as ids, coalesce(sum(id * 7 + hash(v) % 1000), 0)::varchar "
                       f"as total from {table}")[0]
        return (row["n"], row["ids"], row["total"])

    def path(self, table):
        return self.folder / "lake" / pathlib.Path(*table.split("."))

    def expect_sound(self, table):
        """FSCK finds nothing but what may be left over."""
        done = self.run("--json", "fsck", table, "--deep")
        found = [json.loads(line) for line in done.stdout.splitlines()]
        found = [finding for finding in found if finding["severity"] != "note"]
        if done.returncode or found:
            raise Wrong(f"fsck of {table} ended with {done.returncode}: {found[:3]} {done.stderr.strip()[-300:]}")


def kill(lake, arguments, seconds):
    """Runs a command and kills it after this time; False if it ended well before."""
    process = subprocess.Popen(lake.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               cwd=lake.folder)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return process.returncode != 0
