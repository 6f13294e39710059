"""Virtual environments in the cache folder, made once for a list of pinned packages."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys


def cache():
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "limno"
    return pathlib.Path(os.environ.get("LIMNO_CACHE") or default)


def python_with(requirements, name):
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
