"""Rows of any engine in one comparable form."""
import collections
import datetime
import decimal
import json
import math


def lines(table):
    """The rows of a pyarrow table as sorted JSON texts: order of rows does not matter, order and names
    of columns do."""
    return sorted(json.dumps({name: plain(value) for name, value in row.items()}, ensure_ascii=False)
                  for row in table.to_pylist())


def plain(value):
    """Type-free form of a value: what differs between engines only in width or wrapping is the same."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        return str(value) if math.isinf(value) else value + 0.0
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.datetime):
        zone = "Z" if value.tzinfo else ""
        if value.tzinfo:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return value.isoformat(timespec="microseconds") + zone
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "0x" + bytes(value).hex()
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return sequence(value)
    raise TypeError(f"no canonical form for {type(value)}")


def sequence(values):
    """A list; a map comes as pairs from some engines and as {key, value} structs from others."""
    pairs = [tuple(v.values()) if isinstance(v, dict) and list(v) == ["key", "value"] else v for v in values]
    if pairs and all(isinstance(p, tuple) and len(p) == 2 for p in pairs):
        return sorted(([plain(k), plain(v)] for k, v in pairs), key=lambda p: json.dumps(p[0]))
    return [plain(value) for value in values]


def difference(wanted, found):
    """"" where both are the same, else a sentence with the first row that differs."""
    if wanted == found:
        return ""
    counts = collections.Counter(wanted)
    counts.subtract(found)
    missing = next((line for line, count in counts.items() if count > 0), None)
    surplus = next((line for line, count in counts.items() if count < 0), None)
    return f"{len(found)} rows, expected {len(wanted)}; missing {missing}; surplus {surplus}"
