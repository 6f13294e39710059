"""Ways to damage one file of a Delta table, and whether a reader can know.

A file is cut off, loses or changes bytes, is empty, gone, or another file's. Judged is what leaves a trace:

- a commit, a checkpoint in JSON or a compacted file that is empty or no longer valid JSON, line by line;
- a data file, a checkpoint or a sidecar that is cut off, or whose last eight bytes (length of the footer, magic) changed;
- a deletion vector in any way: its checksum, size and cardinality are stated elsewhere;
- a checksum (.crc) in any way: the commits tell what is right, and where they are gone, it is an error;
- the hint (_last_checkpoint) in any way: the table reads without it.

Not judged for their rows, but for crashes and hangs: a commit that is valid JSON and says something else, bytes within
the pages of a Parquet file, which has no checksums there.
"""
import dataclasses
import json
import typing


class Harmless(Exception):
    """This file cannot be damaged so, or what came out says the same."""


def cut(data, chance):
    if len(data) < 2:
        raise Harmless
    kept = chance.randrange(len(data))
    return data[:kept], f"cut to {kept} of {len(data)} bytes"


def flip(data, chance, begin=0):
    if len(data) <= begin:
        raise Harmless
    place = chance.randrange(begin, len(data))
    value = data[place] ^ (1 << chance.randrange(8))
    return data[:place] + bytes([value]) + data[place + 1:], f"byte {place} of {len(data)} is {value:#04x}"


def drop(data, chance):
    if len(data) < 3:
        raise Harmless
    begin = chance.randrange(len(data) - 1)
    end = min(len(data), begin + 1 + chance.randrange(64))
    return data[:begin] + data[end:], f"bytes {begin} to {end} are missing"


def zero(data, chance):
    """As after a power failure: the size is right, a block was never written."""
    if not data:
        raise Harmless
    begin = chance.randrange(len(data))
    end = min(len(data), begin + 1 + chance.randrange(512))
    changed = data[:begin] + bytes(end - begin) + data[end:]
    if changed == data:
        raise Harmless
    return changed, f"bytes {begin} to {end} are zero"


ANYHOW = (cut, flip, drop, zero)


def valid_lines(data):
    """Whether there are lines, and every one is a JSON object in UTF-8, as a writer would write it."""
    try:
        lines = [line for line in data.decode().split("\n") if line.strip()]
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


def of_json(data, chance, broken):
    """Damage after which the file is (not) valid JSON."""
    for _ in range(50):
        changed, what = chance.choice(ANYHOW)(data, chance)
        if valid_lines(changed) != broken and changed != data:
            return changed, what
    raise Harmless


def of_tail(data, chance):
    if chance.randrange(2):
        return cut(data, chance)
    return flip(data, chance, max(0, len(data) - 8))


def kind_of(relative):
    name = relative.name
    in_log = "_delta_log" in relative.parts
    if in_log and name.endswith(".json"):
        return "json"
    if in_log and (name == "_last_checkpoint" or name.endswith(".crc")):
        return "hint" if name == "_last_checkpoint" else "checksum"
    if in_log:
        return "parquet" if name.endswith(".parquet") else "other"
    if name.startswith(".") or name.endswith(".crc") or name.startswith("_"):
        return "other"
    return "vector" if name.endswith(".bin") else "parquet" if name.endswith(".parquet") else "other"


@dataclasses.dataclass
class Harm:
    name: str
    kind: str
    change: typing.Callable
    judged: bool = True
    # The table must be read all the same.
    hint: bool = False

    def fits(self, relative):
        return kind_of(relative) == self.kind

    def do(self, data, chance, _table, _relative):
        changed, what = self.change(data, chance)
        if changed == data:
            raise Harmless
        return changed, what


HARMS = (
    Harm("invalid JSON", "json", lambda data, chance: of_json(data, chance, True)),
    Harm("an empty log file", "json", lambda data, chance: (b"", "is empty")),
    Harm("JSON that says something else", "json", lambda data, chance: of_json(data, chance, False), judged=False),
    Harm("a Parquet file's tail", "parquet", of_tail),
    Harm("a Parquet file that is gone", "parquet", lambda data, chance: (None, "is gone")),
    Harm("bytes within a Parquet file", "parquet", lambda data, chance: chance.choice(ANYHOW)(data, chance), judged=False),
    Harm("a deletion vector", "vector", lambda data, chance: chance.choice(ANYHOW)(data, chance)),
    Harm("a deletion vector that is gone", "vector", lambda data, chance: (None, "is gone")),
    Harm("a checksum", "checksum", lambda data, chance: chance.choice(ANYHOW)(data, chance)),
    Harm("the hint", "hint", lambda data, chance: chance.choice(ANYHOW)(data, chance), hint=True),
)
