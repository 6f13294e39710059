"""Rules about words: names of files, marks of unfinished work, calls that have a better one, places
that exist on one machine only, links that lead nowhere."""
import pathlib
import re

from project import Finding

# A word is put together here so that this file does not offend against its own rule.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "HA" + "CK", "X" + "XX"]) + r")\b")
EMPTY_NAMES = {"util", "utils", "utility", "utilities", "helper", "helpers", "common", "manager", "misc"}
MACHINE_PATH = re.compile(r"(?<![\w.$}~])/(work|root|farm|home/\w+)/")
REGISTRY = re.compile("|".join([
    r"py" + r"pi\.org", r"python" + r"hosted\.org", r"registry\.npm" + r"js\.", r"deb\.deb" + r"ian\.org",
    r"archive\.ubu" + r"ntu\.com", r"proxy\.go" + r"lang\.org", r"repo1?\.mav" + r"en\.",
    r"https?://[a-z0-9.-]*(?:registry|mirror|proxy)[a-z0-9-]*\."]))

# (pattern, what to use instead, paths that may: prefixes or endings)
CALLS = [
    (r"\b(?:system_clock|steady_clock|high_resolution_clock)::now\(", "base/clock.h, given by the constructor",
     ["src/base/clock.cc", "src/storage/foreign_writers.cc", "src/storage/foreign_writers_test.cc"]),
    (r"\bstd::(?:random_device|mt19937|default_random_engine)\b|\b(?:s?rand|drand48)\(",
     "base/random.h, given by the constructor", ["src/base/random.cc", "_test.cc", "/testing/"]),
    (r"\bstd::sto(?:i|l|ll|ul|ull|f|d)\(|\bato[ifl]l?\(|\bstrto[dlfu]\w*\(", "std::from_chars, which cannot throw and ignores the locale", []),
    (r"\bstd::regex\b", "a scan by hand: std::regex is slow and overflows the stack", []),
    (r"\bstd::(?:cout|cerr)\b|(?<![\w:])(?:printf|puts)\(", "the rows, the report or the Observer: only cli prints", ["src/cli/"]),
    (r"\bgetenv\(", "an option: only cli and lake read the environment", ["src/cli/", "src/lake/", "_test.cc", "/testing/"]),
    (r"\b(?:localtime|gmtime|mktime|setlocale)(?:_r)?\(", "std::chrono's calendar, which has no global state", []),
    (r"\busing namespace std\b", "the full name", []),
    (r"\bstd::this_thread::sleep_(?:for|until)\(", "Clock::Sleep, so that tests need not wait",
     ["src/base/clock.cc", "src/engine/statement_run.cc", "src/storage/foreign_writers.cc"]),
    (r"(?<![\w\"])throw\b(?!\s*\(| std::bad_alloc)", "Result<T> (limno/result.h); only code DuckDB calls may throw", ["src/engine/", "_test.cc", "/testing/"]),
    (r"\bsystem\(|\bpopen\(", "no shell: its quoting is a trap", []),
]


def file_names(project):
    findings = []
    for path in project.files:
        for part in pathlib.PurePath(path).parts:
            empty = EMPTY_NAMES & set(re.split(r"[_.\-]", part.lower()))
            if empty:
                findings.append(Finding(path, 0, f"'{empty.pop()}' says nothing: name the file after what it does"))
    return findings


def no_marks_of_unfinished_work(project):
    return [Finding(path, number, f"{match[1]}: finish it, or write an issue")
            for path in project.texts() if not path.startswith("tests/tidy/")
            for number, line in enumerate(project.lines(path), 1)
            for match in [UNFINISHED.search(line)] if match]


def better_calls(project):
    findings = []
    for path in project.sources():
        if not path.startswith(("src/", "include/")):
            continue
        for number, line in enumerate(project.lines(path), 1):
            code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line).split("//")[0]
            for pattern, instead, allowed in CALLS:
                if any(path.startswith(a) or path.endswith(a) or (a.startswith("/") and a in path) for a in allowed):
                    continue
                match = re.search(pattern, code)
                if match:
                    findings.append(Finding(path, number, f"{match[0].strip('(')}: use {instead}"))
    return findings


def no_machine_paths(project):
    findings = []
    for path in project.texts():
        for number, line in enumerate(project.lines(path), 1):
            match = MACHINE_PATH.search(line)
            if match and not path.startswith("tests/tidy/"):
                findings.append(Finding(path, number, f"'{match[0]}' exists on one machine only"))
            match = REGISTRY.search(line)
            if match:
                findings.append(Finding(path, number, f"'{match[0]}': name the package, never the host it comes from"))
    return findings


def _anchor(heading):
    """The anchor a Markdown renderer gives a heading."""
    text = re.sub(r"[`*]", "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def links_resolve(project):
    findings = []
    for path in project.files:
        if not path.endswith(".md"):
            continue
        fenced = False
        for number, line in enumerate(project.lines(path), 1):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            for target in [] if fenced else re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                page = (project.root / path).parent / name if name else project.root / path
                if not page.exists():
                    findings.append(Finding(path, number, f"the link to {target} leads nowhere"))
                elif anchor and page.suffix == ".md" and anchor not in {
                        _anchor(m) for m in re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)}:
                    findings.append(Finding(path, number, f"{name or path} has no heading for #{anchor}"))
    return findings
