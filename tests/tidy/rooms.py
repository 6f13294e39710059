"""Rooms: the map in docs/ARCHITECTURE.md, the folders of src/, the edges in CMake and the includes of
every file must all say the same."""
import re

from project import Finding, room_of

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^">]+)[">]')


def map_is_true(project):
    """The map names exactly the folders of src/, and CMake's DEPENDS are exactly its edges."""
    rooms = project.room_map()
    page = "docs/ARCHITECTURE.md"
    if not rooms:
        return [Finding(page, 0, "has no room map (rows like: | `src/base` | nothing | what it holds |)")]
    findings = []
    folders = project.room_folders()
    top = {name for name in rooms if "/" not in name}
    for name in sorted(folders - top):
        findings.append(Finding(page, 0, f"the room src/{name} is not in the map"))
    for name in sorted(top - folders):
        findings.append(Finding(page, rooms[name].line, f"the map has src/{name}, but there is no such folder"))
    for room in rooms.values():
        for edge in sorted(room.may_include - set(rooms)):
            findings.append(Finding(page, room.line, f"{room.name} may include {edge}, which is no room"))
    for name, depends in sorted(project.cmake_rooms().items()):
        if name not in rooms:
            continue
        allowed = {edge.split("/")[0] for inner, room in rooms.items() if inner.split("/")[0] == name
                   for edge in room.may_include} - {name}
        for edge in sorted(depends - allowed):
            findings.append(Finding(f"src/{name}/CMakeLists.txt", 0,
                                    f"DEPENDS names {edge}, which the map does not allow for {name}"))
        for edge in sorted(allowed - depends):
            findings.append(Finding(page, rooms[name].line,
                                    f"the map allows {name} -> {edge}, but CMake's DEPENDS does not: drop it from one"))
    findings += _cycles(rooms)
    return findings


def _cycles(rooms):
    findings, done = [], set()

    def visit(name, trail):
        if name in trail:
            ring = " -> ".join(trail[trail.index(name):] + [name])
            findings.append(Finding("docs/ARCHITECTURE.md", rooms[name].line, f"the rooms form a ring: {ring}"))
            return
        if name in done or name not in rooms:
            return
        for edge in sorted(rooms[name].may_include):
            visit(edge, trail + [name])
        done.add(name)

    for name in sorted(rooms):
        visit(name, [])
    return findings


def includes_follow_the_map(project):
    """Each file includes its own room, the rooms its own may include, and include/limno."""
    rooms = project.room_map()
    findings = []
    for path in project.sources():
        is_test = path.endswith("_test.cc") or "/testing/" in path or not path.startswith(("src/", "include/"))
        for number, line in enumerate(project.lines(path), 1):
            match = INCLUDE.match(line)
            if match:
                reason = _forbidden(path, match[1], match[2], rooms, is_test)
                if reason:
                    findings.append(Finding(path, number, reason))
    return findings


def _forbidden(path, bracket, target, rooms, is_test):
    if ".." in target.split("/"):
        return f'include "{target}" from the root of src/, not by ".."'
    if re.match(r"duckdb(\.|/)", target):
        return None if path.startswith("src/engine/") else "only the room engine may see DuckDB's headers"
    if "/testing/" in target and not is_test:
        return f"{target}: only tests may include what is below testing/"
    if bracket == "<":
        return None
    if target.startswith("limno/"):
        return None
    if path.startswith("include/"):
        return f'{target}: public headers include only "limno/..."'
    if not path.startswith("src/"):
        return None
    if "/" not in target:
        return f'{target}: name the room too ("room/{target}")'
    own, other = room_of(path[len("src/"):], rooms), room_of(target, rooms)
    if own == other or own not in rooms:
        return None
    if other not in rooms:
        return None if is_test else f"{target} is in no room of the map"
    if other in rooms[own].may_include:
        return None
    if is_test and _reachable(own, other, rooms):
        return None
    return f"{own} may not include {other} (docs/ARCHITECTURE.md, room map)"


def _reachable(start, goal, rooms):
    """Tests may use what lies below their room, and what is inside it."""
    if goal.split("/")[0] == start.split("/")[0]:
        return True
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name == goal or goal.split("/")[0] == name:
            return True
        if name not in seen:
            seen.add(name)
            todo += rooms[name].may_include if name in rooms else ()
    return False
