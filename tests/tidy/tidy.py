#!/usr/bin/env python3
"""The rules of the house, checked. Usage: tidy.py [--build DIR] [--clang-format PROGRAM] [--all]

Without a build folder the rules that need the compiler are skipped. Ends with one line of counts.
"""
import argparse
import os
import pathlib
import sys

import compiling
import rooms
import sizes
import words
from project import Project


def rules(options, project):
    """(name, function that returns findings, or None where it cannot run and why)."""
    configured = options.build and os.path.exists(os.path.join(options.build, "compile_commands.json"))
    no_build = None if configured else "no build folder"
    return [
        ("the room map, src/ and CMake agree", lambda: rooms.map_is_true(project), None),
        ("includes follow the room map", lambda: rooms.includes_follow_the_map(project), None),
        ("files and functions are small", lambda: sizes.sizes(project), None),
        ("lines are short", lambda: sizes.line_lengths(project), None),
        ("file names say something", lambda: words.file_names(project), None),
        ("nothing is marked unfinished", lambda: words.no_marks_of_unfinished_work(project), None),
        ("calls have no better replacement", lambda: words.better_calls(project), None),
        ("no machine paths, no registry hosts", lambda: words.no_machine_paths(project), None),
        ("links of the documentation resolve", lambda: words.links_resolve(project), None),
        ("sources are formatted", lambda: compiling.formatted(project, options.clang_format, options.build),
         no_build or (None if options.clang_format else "no clang-format")),
        ("headers compile alone",
         lambda: compiling.headers_compile_alone(project, options.build, options.all), no_build),
        ("a forbidden include does not compile",
         lambda: compiling.forbidden_includes_do_not_compile(project, options.build), no_build),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build")
    parser.add_argument("--clang-format", default=os.environ.get("LIMNO_CLANG_FORMAT"))
    parser.add_argument("--all", action="store_true", help="also the headers that reach DuckDB's")
    options = parser.parse_args()
    project = Project(pathlib.Path(__file__).resolve().parents[2])
    passed = failed = skipped = 0
    for name, rule, cannot in rules(options, project):
        if cannot:
            skipped += 1
            print(f"skipped  {name}: {cannot}")
            continue
        findings = rule()
        passed, failed = passed + (not findings), failed + bool(findings)
        print(f"{'FAILED ' if findings else 'ok     '}  {name}")
        for finding in findings:
            print(f"         {finding}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
