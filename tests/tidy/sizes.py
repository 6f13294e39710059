"""Sizes, by ratchet: what is above a limit is named in exceptions.txt with its size, may shrink and
never grow, and leaves the list when it is small enough."""
import re

from project import Finding

LIMITS = {".cc": 450, ".h": 250, ".py": 450}
FUNCTION_LIMIT = 70
LINE_LIMIT = 100
EXCEPTIONS = "tests/tidy/exceptions.txt"


def sizes(project):
    measured = {}
    for path in project.files:
        limit = LIMITS.get("." + path.rsplit(".", 1)[-1])
        if limit is None:
            continue
        count = len(project.lines(path))
        if count > limit:
            measured[path] = (count, limit)
        if path.endswith((".cc", ".h")):
            for name, _, count in functions(project.text(path)):
                if count > FUNCTION_LIMIT:
                    key = f"{path}:{name}"
                    measured[key] = (max(count, measured.get(key, (0,))[0]), FUNCTION_LIMIT)
    return _against_exceptions(project, measured)


def _against_exceptions(project, measured):
    findings, allowed = [], {}
    if EXCEPTIONS in project.files:
        for number, line in enumerate(project.lines(EXCEPTIONS), 1):
            words = line.split("#")[0].split()
            if len(words) == 2:
                allowed[words[0]] = (int(words[1]), number)
    for key, (count, limit) in sorted(measured.items()):
        path = key.split(":")[0]
        if key not in allowed:
            findings.append(Finding(path, 0, f"{key} has {count} lines, the limit is {limit}: split it by ideas"))
        elif count > allowed[key][0]:
            findings.append(Finding(path, 0, f"{key} grew from {allowed[key][0]} to {count} lines: exceptions only shrink"))
    for key, (count, number) in sorted(allowed.items()):
        now = measured.get(key, (0,))[0]
        if now < count:
            what = f"lower it to {now}" if now else "take it from the list"
            findings.append(Finding(EXCEPTIONS, number, f"{key} is smaller than {count} now: {what}"))
    return findings


def line_lengths(project):
    return [Finding(path, number, f"{len(line)} columns, the limit is {LINE_LIMIT}")
            for path in project.sources()
            for number, line in enumerate(project.lines(path), 1)
            if len(line) > LINE_LIMIT and "http" not in line and 'R"' not in line]


def blank_out(text):
    """C++ text with comments and literals replaced by blanks; line breaks stay."""
    pattern = re.compile(
        r'R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"' r'|//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"' r"|(?<![\w])'(?:[^'\\\n]|\\.)*'", re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def functions(text):
    """(name, first line, number of lines) of every function body, by counting braces."""
    text = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m[0]), blank_out(text), flags=re.M)
    found, stack, start = [], [], 0
    for match in re.finditer(r"[{};]", text):
        at, mark = match.start(), match[0]
        if mark == "{":
            stack.append(_kind(text[start:at], stack) + (text.count("\n", 0, at) + 1,))
        elif mark == "}" and stack:
            kind, name, first = stack.pop()
            if kind == "function":
                found.append((name, first, text.count("\n", 0, at) + 2 - first))
        start = at + 1
    return found


def _kind(head, stack):
    head = head.strip()
    if stack and stack[-1][0] in ("function", "block"):
        return ("block", "")
    if re.search(r"\bnamespace\b|^extern\s*$", head) and "(" not in head:
        return ("namespace", "")
    if head.endswith("=") or "(" not in head:
        return ("type", "") if re.search(r"\b(class|struct|union|enum)\b", head) else ("block", "")
    if re.match(r"(template\s*<.*>\s*)?(class|struct|union|enum)\b[^()]*(\([^()]*\)[^()]*)?$", head, re.S) and not re.search(r"\)\s*(const|noexcept|override)*$", head):
        return ("type", "")
    test = re.search(r"\b(TEST\w*|TYPED_TEST\w*|RC_GTEST\w*)\s*\(\s*(\w+)\s*,\s*(\w+)", head)
    if test:
        return ("function", f"{test[2]}.{test[3]}")
    name = re.search(r"([~\w:]+|operator\s*\S+)\s*\(", head)
    return ("function", name[1] if name else "?")
