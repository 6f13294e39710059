#!/usr/bin/env python3
"""Runs the examples of README.md and docs/commands/*.md and compares what they print.

Usage: run.py --limno PROGRAM [--all] [--update] [--only TEXT]

Every page runs in a fresh folder, from top to bottom:
- a block "```LANGUAGE PATH" is a file that is written there,
- in a block "```console" a line "$ command" is run (with limno on the PATH; a line that ends in a backslash
  goes on), and what follows is what it prints: standard output as at a terminal 100 columns wide, then
  standard error. "..." stands for any text within a line, a line "..." for any lines; the seconds of a
  run's summary and the moments of a history are not compared.
--update writes what is printed into the pages where it differs, to be read before it is committed.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import termios
import fcntl
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 120


def at_terminal(command, folder, limno):
    """What a shell command prints when its standard output is a terminal."""
    terminal, program = os.openpty()
    fcntl.ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 100, 0, 0))
    environment = {**os.environ, "PATH": f"{limno.parent}:{os.environ['PATH']}", "NO_COLOR": "1", "TERM": "xterm",
                   "LC_ALL": "C.UTF-8", "HOME": str(folder), "COLUMNS": "100"}
    process = subprocess.Popen(["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, stdout=program,
                               stderr=subprocess.PIPE, env=environment)
    os.close(program)
    chunks, errors = [], []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read()), daemon=True)
    reader.start()
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(terminal)
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return f"no end after {SECONDS} s"
    reader.join()
    text = (b"".join(chunks).replace(b"\r\n", b"\n") + b"".join(errors)).decode(errors="replace")
    return "\n".join(line.rstrip() for line in text.replace(str(folder), "/srv/shop").splitlines())


def without_times(text):
    """The text with the seconds of a run's summary and the moments of a history made equal."""
    text = re.sub(r"\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+00\b", "(moment)", text)
    return re.sub(r"│ +\d+\.\d\d │$|(?<=^total: )\d+\.\d(?= s$)", "(time)", text, flags=re.M)


def matches(expected, printed):
    pattern, printed = "", without_times(printed)
    for line in without_times(expected).splitlines():
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.split("...")) + r"\n"
    return re.fullmatch(pattern, printed + "\n" if printed else "") is not None


class Page:
    def __init__(self, path, limno, update):
        self.path, self.limno, self.update = path, limno, update
        self.passed = self.failed = 0
        self.report = []

    def run(self):
        lines = self.path.read_text().splitlines()
        with tempfile.TemporaryDirectory(prefix="limno-docs-") as folder:
            self.folder = pathlib.Path(folder)
            new, index = [], 0
            while index < len(lines):
                opening = re.match(r"```(\w+)(?: (\S+))?$", lines[index])
                new.append(lines[index])
                index += 1
                if not opening:
                    continue
                end = next(i for i in range(index, len(lines)) if lines[i] == "```")
                block = lines[index:end]
                if opening[1] == "console":
                    block = self.console(block, index + 1)
                elif opening[2]:
                    target = self.folder / opening[2]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text("\n".join(block) + "\n")
                new += block + ["```"]
                index = end + 1
        if self.update and new != lines:
            self.path.write_text("\n".join(new) + "\n")
        return self

    def console(self, block, first_line):
        """Runs a block; returns it with what was printed where that differs."""
        new, index = [], 0
        while index < len(block):
            start, command = index, block[index]
            while command.endswith("\\") and index + 1 < len(block):
                index += 1
                command += "\n" + block[index]
            index += 1
            expected = []
            while index < len(block) and not block[index].startswith("$ "):
                expected.append(block[index])
                index += 1
            printed = at_terminal(command.removeprefix("$ "), self.folder, self.limno)
            new += command.splitlines()
            # Blank lines around the output are only for the eye.
            wanted = "\n".join(expected).strip("\n")
            if matches(wanted, printed.strip("\n")):
                self.passed += 1
                new += expected
            else:
                self.failed += 1
                new += printed.splitlines()
                self.report.append(f"FAILED   {self.path.name}:{first_line + start}: {command}\n  expected:\n" +
                                   "\n".join("    " + l for l in wanted.splitlines()) + "\n  printed:\n" +
                                   "\n".join("    " + l for l in printed.splitlines()))
        return new


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", required=True, type=pathlib.Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    limno = options.limno.resolve()
    paths = [ROOT / "README.md", *sorted((ROOT / "docs/commands").glob("*.md"))]
    pages = [Page(path, limno, options.update) for path in paths if options.only in path.name]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for page in pool.map(lambda p: p.run(), pages):
            for text in page.report:
                print(text)
    passed, failed = sum(p.passed for p in pages), sum(p.failed for p in pages)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
