"""Rules that ask the compiler: every header compiles alone, and a forbidden include does not."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess

from project import Finding
from rooms import INCLUDE


class Compiler:
    """g++ with the flags of the build, and a memory of what was found good (by content)."""

    def __init__(self, project, build):
        self.project, self.build = project, pathlib.Path(build)
        self.store = self.build / "tidy_headers.json"
        try:
            self.good = set(json.loads(self.store.read_text()))
        except (OSError, ValueError):
            self.good = set()
        self.version = subprocess.run(["g++", "--version"], capture_output=True, text=True).stdout
        self.commands = {}
        for entry in json.loads((self.build / "compile_commands.json").read_text()):
            path = os.path.relpath(os.path.realpath(entry["file"]), os.path.realpath(project.root))
            self.commands.setdefault(path, entry["command"])

    def flags_of_room(self, room):
        """The include and definition flags of one of the room's own sources; None without one."""
        for path, command in sorted(self.commands.items()):
            if path.startswith(f"src/{room}/") and f"/limno_{room}.dir/" in command:
                words, flags = shlex.split(command), []
                for index, word in enumerate(words):
                    if word in ("-isystem", "-I") and index + 1 < len(words):
                        flags += [word, words[index + 1]]
                    elif re.match(r"-[ID].|-std=", word):
                        flags.append(word)
                return flags
        return None

    def check(self, text, flags):
        """Error output of compiling `text`, or "" where it compiles."""
        done = subprocess.run(["g++", "-fsyntax-only", "-w", *flags, "-x", "c++", "-"], input=text,
                              capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    def remember(self):
        self.store.write_text(json.dumps(sorted(self.good)))


def _closure(project, path, seen):
    """The header and every header of the project it reaches."""
    if path in seen or not (project.root / path).is_file():
        return seen
    seen.add(path)
    for line in project.lines(path):
        match = INCLUDE.match(line)
        if match:
            for folder in ("src", "include"):
                _closure(project, f"{folder}/{match[2]}", seen)
    return seen


def headers_compile_alone(project, build, all_headers=False):
    """A header that needs another one first is a trap for its next reader. Headers that reach DuckDB's
    take seconds each; they are compiled with --all only."""
    compiler = Compiler(project, build)
    jobs, findings = [], []
    for path in project.sources():
        if not path.endswith(".h") or not path.startswith(("src/", "include/")):
            continue
        texts = {p: project.text(p) for p in _closure(project, path, set())}
        if not all_headers and any(re.search(r'#include\s+["<]duckdb', t) for t in texts.values()):
            continue
        room = path.split("/")[1] if path.startswith("src/") else "base"
        flags = compiler.flags_of_room(room)
        if flags is None:
            continue
        if "/testing/" in path or path.startswith("include/"):
            flags = flags + [f"-I{project.root}/src", f"-I{project.root}/include"]
        key = hashlib.sha256("\0".join([compiler.version, *flags, *(f"{p}\0{t}" for p, t in sorted(texts.items()))])
                             .encode()).hexdigest()
        if key not in compiler.good:
            jobs.append((path, flags, key))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda job: compiler.check(f'#include "{project.root}/{job[0]}"\n', job[1]), jobs)
        for (path, _, key), error in zip(jobs, results):
            if error:
                first = next((line for line in error.splitlines() if "error:" in line), error.splitlines()[0])
                findings.append(Finding(path, 0, f"does not compile alone: {first}"))
            else:
                compiler.good.add(key)
    compiler.remember()
    return findings


def forbidden_includes_do_not_compile(project, build):
    """For every pair of rooms without an edge, including a header of the one with the flags of the
    other must fail for want of the file; with an edge it must be found."""
    compiler = Compiler(project, build)
    rooms = {name for name in project.room_map() if "/" not in name}
    depends = project.cmake_rooms()
    jobs = []
    for room in sorted(rooms & set(depends)):
        flags = compiler.flags_of_room(room)
        for other in sorted(rooms - {room}):
            header = next((p[4:] for p in project.sources()
                           if p.startswith(f"src/{other}/") and p.endswith(".h") and "/testing/" not in p), None)
            if flags and header:
                jobs.append((room, other, header, flags, other in depends[room]))
    if not jobs:
        return [Finding("src/CMakeLists.txt", 0, "no two rooms to compare: is the build configured?")]

    def found(job):
        done = subprocess.run(["g++", "-E", "-w", *job[3], "-x", "c++", "-o", os.devnull, "-"],
                              input=f'#if !__has_include("{job[2]}")\n#error forbidden\n#endif\n',
                              capture_output=True, text=True)
        return done.returncode == 0

    findings = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (room, other, header, _, allowed), visible in zip(jobs, pool.map(found, jobs)):
            if visible != allowed:
                findings.append(Finding(f"src/{room}/CMakeLists.txt", 0,
                                        f"{room} {'can' if visible else 'cannot'} include {header} although the map "
                                        f"{'allows' if allowed else 'forbids'} {room} -> {other}"))
    return findings + _prove_one(compiler, jobs)


def _prove_one(compiler, jobs):
    """One forbidden include compiled for real, so that the probe above is itself checked."""
    for room, _, header, flags, allowed in jobs:
        if not allowed:
            error = compiler.check(f'#include "{header}"\n', flags)
            if "No such file" not in error:
                return [Finding(f"src/{room}/CMakeLists.txt", 0, f'#include "{header}" compiled in the room {room}')]
            return []
    return []


def formatted(project, clang_format, build):
    """clang-format would change nothing; good files are remembered by content."""
    store = pathlib.Path(build) / "tidy_format.json"
    try:
        good = set(json.loads(store.read_text()))
    except (OSError, ValueError):
        good = set()
    style = project.text(".clang-format")
    keys = {p: hashlib.sha256((style + "\0" + p + "\0" + project.text(p)).encode()).hexdigest() for p in project.sources()}
    todo = [p for p, key in keys.items() if key not in good]

    def check(path):
        return subprocess.run([clang_format, "--dry-run", "-Werror", str(project.root / path)],
                              capture_output=True, text=True).returncode == 0

    findings = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, fine in zip(todo, pool.map(check, todo)):
            if fine:
                good.add(keys[path])
            else:
                findings.append(Finding(path, 0, "is not formatted: run ./dev format"))
    store.write_text(json.dumps(sorted(good & set(keys.values()))))
    return findings
