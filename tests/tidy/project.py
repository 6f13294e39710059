"""What the rules look at: the files of the project, the room map, the rooms as CMake knows them."""
import dataclasses
import os
import pathlib
import re
import subprocess

TEXT_SUFFIXES = {".cc", ".h", ".py", ".md", ".txt", ".cmake", ".json", ".yml", ".sql", ".sh", ".test", ""}


@dataclasses.dataclass(frozen=True)
class Finding:
    """One broken rule. `line` 0 means the file as a whole."""
    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


@dataclasses.dataclass(frozen=True)
class Room:
    name: str
    may_include: frozenset
    line: int


def listed_by_git(root):
    """None where there is no git, or no repository: an unpacked archive of the sources."""
    try:
        done = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                              capture_output=True)
    except FileNotFoundError:
        return None
    return None if done.returncode else {f for f in done.stdout.decode().split("\0") if f}


def listed_by_walking(root):
    """What is not in a folder that holds results, nor in git's own."""
    files = set()
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in {".git", "build", ".venv", "__pycache__"}]
        files.update(str((pathlib.Path(folder) / name).relative_to(root)) for name in names)
    return files


class Project:
    """A source tree. `files` overrides what there is, for the tests of the rules."""

    def __init__(self, root, files=None):
        self.root = pathlib.Path(root)
        self._files = files

    @property
    def files(self):
        """Every file that is tracked or could be, relative to the root, sorted."""
        if self._files is None:
            listed = listed_by_git(self.root)
            listed = listed_by_walking(self.root) if listed is None else listed
            self._files = sorted(f for f in listed if (self.root / f).is_file())
        return self._files

    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def lines(self, path):
        return self.text(path).splitlines()

    def sources(self):
        """C++ files."""
        return [f for f in self.files if f.endswith((".cc", ".h"))]

    def texts(self):
        return [f for f in self.files if pathlib.PurePath(f).suffix in TEXT_SUFFIXES]

    def room_map(self):
        """The table "| `room` | may include | holds |" of docs/ARCHITECTURE.md, by room."""
        rooms = {}
        for number, line in enumerate(self.lines("docs/ARCHITECTURE.md"), 1):
            match = re.match(r"\|\s*`src/([a-z_/]+)`\s*\|([^|]*)\|", line)
            if match:
                edges = frozenset(re.findall(r"`([a-z_/]+)`", match[2]))
                rooms[match[1]] = Room(match[1], edges, number)
        return rooms

    def room_folders(self):
        return {f.split("/")[1] for f in self.files if f.startswith("src/") and f.count("/") >= 2}

    def cmake_rooms(self):
        """Room -> set of DEPENDS, from the limno_room() calls of src/*/CMakeLists.txt."""
        rooms = {}
        for path in self.files:
            if not re.fullmatch(r"src/.*CMakeLists\.txt", path):
                continue
            text = re.sub(r"#.*", "", self.text(path))
            for call in re.finditer(r"\blimno_room\(\s*(\S+)([^)]*)\)", text):
                depends, listing = set(), False
                for word in call[2].split():
                    if word in ("DEPENDS", "SOURCES", "LIBRARIES"):
                        listing = word == "DEPENDS"
                    elif listing:
                        depends.add(word)
                rooms[call[1]] = depends
        return rooms


def room_of(path, rooms):
    """The room a path below src/ (or an include of one) belongs to: the longest name in the map."""
    best = ""
    for name in rooms:
        if (path + "/").startswith(name + "/") and len(name) > len(best):
            best = name
    return best or path.split("/")[0]
