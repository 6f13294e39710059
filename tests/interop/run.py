#!/usr/bin/env python3
"""Makes the environment of requirements.txt in the cache folder (once) and runs check.py in it.

Usage: run.py --limno PROGRAM [--all] [--only CASE]. Skips where the packages cannot be had.
"""
import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def cache():
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "limno"
    return pathlib.Path(os.environ.get("LIMNO_CACHE") or default)


def environment(requirements, name):
    """Python of a virtual environment with exactly these packages, or None where it cannot be made."""
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache() / f"{name}-{digest}"
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    print(f"setting up {folder}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    for command in ([sys.executable, "-m", "venv", str(folder)],
                    [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(requirements)]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print((done.stderr or done.stdout).strip()[-400:])
            shutil.rmtree(folder, ignore_errors=True)
            return None
    (folder / "complete").touch()
    return python


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limno", required=True)
    parser.add_argument("--all", action="store_true", help="Spark as well")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    python = environment(HERE / "requirements.txt", "interop")
    if python is None:
        print("skipped: the foreign engines cannot be installed here (no network?)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    return subprocess.run([str(python), str(HERE / "check.py"), "--limno", options.limno, "--only", options.only,
                           *(["--spark"] if options.all else [])]).returncode


if __name__ == "__main__":
    sys.exit(main())
