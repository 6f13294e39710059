"""Ways to damage a table that Limno has written, and what FSCK must find and make of each."""
import dataclasses
import json
import pathlib
import shutil
import struct
import typing
import zlib

COLUMNS = "(id integer, name varchar, price double, part varchar)"
ROWS = ("select i, 'name ' || i, i / 4, 'p' || i % 2 from range({begin}, {end}) r(i)")


def build_plain(limno, table, suffix="partitioned by (part)", statements=()):
    """100 rows in a table of 12 versions with a checkpoint and deletion vectors; then as a folder of its own."""
    name = f"made.{table.name}"
    # Each in its own lake folder: names are unique, runs are not.
    limno.sql("create schema if not exists made", f"create table {name} {COLUMNS} {suffix}",
              *(f"insert into {name} {ROWS.format(begin=n * 10, end=n * 10 + 10)}" for n in range(10)),
              *(s.replace("{t}", name) for s in statements))
    table.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(pathlib.Path(limno.folder, "lake", "made", table.name), table)
    # Else each damage to a commit would be one to its checksum, too.
    for path in [*(table / "_delta_log").glob("*.crc"), *(table / "_delta_log").glob("*.compacted.json")]:
        path.unlink()


def build_with_vectors(limno, table):
    build_plain(limno, table, statements=("delete from {t} where id in (3, 14, 15)", "insert into {t} " +
                                          ROWS.format(begin=200, end=210)))


def build_mapped(limno, table):
    build_plain(limno, table, "with ('delta.columnMapping.mode' = 'name')")


def commits(table):
    return sorted((table / "_delta_log").glob("*[0-9].json"))


def replayed(table):
    """Live add actions by path."""
    files = {}
    for commit in commits(table):
        for line in commit.read_text().splitlines():
            action = json.loads(line)
            if "remove" in action:
                files.pop(action["remove"]["path"], None)
        for line in commit.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                files[action["add"]["path"]] = (commit, action["add"])
    return files


def file_of(table, vector=False):
    """(commit, add action) of some live file."""
    return next((commit, add) for _, (commit, add) in sorted(replayed(table).items())
                if ("deletionVector" in add) == vector)


def rewrite(commit, change):
    """Applies `change` to each action of a commit; what it returns stays."""
    lines = [change(json.loads(line)) for line in commit.read_text().splitlines()]
    commit.write_text("".join(json.dumps(line) + "\n" for line in lines if line is not None))


def without_checkpoint(table):
    """Commits are what counts: else the checkpoint, which nobody touched, would be found to differ."""
    for path in (table / "_delta_log").glob("*checkpoint*"):
        path.unlink()


def change_add(change, vector=False):
    def harm(table):
        without_checkpoint(table)
        commit, add = file_of(table, vector)

        def edit(action):
            if action.get("add", {}).get("path") == add["path"]:
                change(action["add"])
            return action
        rewrite(commit, edit)
    return harm


def change_statistics(change):
    def edit(add):
        statistics = json.loads(add["stats"])
        change(statistics)
        add["stats"] = json.dumps(statistics)
    return change_add(edit)


def change_metadata(change):
    def harm(table):
        without_checkpoint(table)

        def edit(action):
            if "metaData" in action:
                change(action["metaData"])
            return action
        rewrite(commits(table)[0], edit)
    return harm


def change_schema(change):
    def edit(metadata):
        schema = json.loads(metadata["schemaString"])
        change(schema["fields"])
        metadata["schemaString"] = json.dumps(schema)
    return change_metadata(edit)


def change_protocol(protocol):
    """Every protocol action becomes this one."""
    def harm(table):
        without_checkpoint(table)
        for commit in commits(table):
            rewrite(commit, lambda action: {"protocol": protocol} if "protocol" in action else action)
    return harm


def path_of(table, add):
    return table / add["path"].replace("%20", " ").replace("%25", "%")


def delete_file(table):
    path_of(table, file_of(table)[1]).unlink()


def cut_file(table):
    """Half of a file is gone."""
    path = path_of(table, file_of(table)[1])
    path.write_bytes(path.read_bytes()[:-40])


def garble_footer(table):
    """The same size, and no footer."""
    path = path_of(table, file_of(table)[1])
    data = path.read_bytes()
    path.write_bytes(data[:-60] + b"\xff" * 60)


def vector_file(table):
    return next((table / "_limno" / "dv").glob("*.bin"))


def garble_vector(table):
    path = vector_file(table)
    data = bytearray(path.read_bytes())
    data[-1] ^= 0xff
    path.write_bytes(data)


def double_file(table):
    """A file that lost rows to a vector is there without it, too."""
    without_checkpoint(table)
    _, add = file_of(table, vector=True)
    first = next(json.loads(line)["add"] for commit in commits(table) for line in commit.read_text().splitlines()
                 if json.loads(line).get("add", {}).get("path") == add["path"])
    commit = commits(table)[-1]
    commit.write_text(commit.read_text() + json.dumps({"add": first}) + "\n")


def checkpoint(table):
    return next((table / "_delta_log").glob("*.checkpoint.parquet"))


def change_commit_below_checkpoint(table):
    """The checkpoint says something else than the commits."""
    commit = commits(table)[3]
    done = []

    def edit(action):
        # One file less in the commits: the checkpoint has a file too many.
        if "add" in action and not done:
            done.append(action)
            return None
        return action
    rewrite(commit, edit)


def write_checksum(change=None, text=None):
    def harm(table):
        newest = commits(table)[-1]
        files = [add for _, add in replayed(table).values()]
        actions = [json.loads(line) for commit in commits(table) for line in commit.read_text().splitlines()]
        checksum = {"tableSizeBytes": sum(add["size"] for add in files), "numFiles": len(files), "numMetadata": 1,
                    "numProtocol": 1, "metadata": [a["metaData"] for a in actions if "metaData" in a][-1],
                    "protocol": [a["protocol"] for a in actions if "protocol" in a][-1]}
        if change:
            change(checksum)
        newest.with_suffix(".crc").write_text(text if text is not None else json.dumps(checksum))
    return harm


def compact(leave_out):
    """Versions 2 to 4 as one file, without the first `leave_out` adds."""
    def harm(table):
        adds = [line for commit in commits(table)[2:5] for line in commit.read_text().splitlines() if "add" in json.loads(line)]
        name = f"{2:020}.{4:020}.compacted.json"
        (table / "_delta_log" / name).write_text("\n".join(adds[leave_out:]) + "\n")
    return harm


def hint(version):
    def harm(table):
        path = table / "_delta_log" / "_last_checkpoint"
        path.write_text(json.dumps({"version": version, "size": 1}))
        (table / "_delta_log" / "._last_checkpoint.crc").unlink(missing_ok=True)
    return harm


def vector_beyond_end(table):
    """The vector names row 4096 instead of one of the ten rows: checksum and cardinality are right."""
    path = vector_file(table)
    data = path.read_bytes()
    # version, then length, payload, checksum: magic, one bucket, key 0, then the 32-bit bitmap of one run or array.
    position, out = 1, bytearray(data[:1])
    while position < len(data):
        length = struct.unpack_from(">I", data, position)[0]
        payload = bytearray(data[position + 4:position + 4 + length])
        payload[-2:] = struct.pack("<H", 4096)
        out += struct.pack(">I", length) + payload + struct.pack(">I", zlib.crc32(payload))
        position += 8 + length
    path.write_bytes(out)


def hide_nan(table):
    """A NaN in a file whose statistics do not know of it, nor its footer."""
    without_checkpoint(table)
    commit = commits(table)[-1]

    def edit(action):
        if "add" in action:
            statistics = json.loads(action["add"]["stats"])
            statistics["minValues"]["price"], statistics["maxValues"]["price"] = 1.0, 2.0
            action["add"]["stats"] = json.dumps(statistics)
        return action
    rewrite(commit, edit)


def build_with_nan(limno, table):
    build_plain(limno, table, statements=("insert into {t} values (1000, 'x', 'nan', 'p0'), (1001, 'y', 1.5, 'p0')",))


def set_field(index, key, value):
    def change(fields):
        fields[index]["metadata"][key] = value
    return change


WIDE = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["deletionVectors"],
        "writerFeatures": ["appendOnly", "deletionVectors", "invariants"]}


@dataclasses.dataclass(frozen=True)
class Damage:
    name: str
    harm: typing.Callable
    finds: tuple
    build: typing.Callable = build_plain
    # Options of fsck that find it.
    options: tuple = ()
    # Options of the repair; None: it cannot be repaired.
    repair: typing.Optional[tuple] = ()
    # Rows that are left after it.
    rows: int = 100


# Ten rows an insert, in two partitions: five rows a file.
DAMAGES = [
    Damage("missing_file", delete_file, ("missing_file",), rows=95),
    Damage("wrong_size", change_add(lambda add: add.update(size=add["size"] + 1)), ("wrong_size",)),
    Damage("cut_file", cut_file, ("damaged_file",), repair=("--drop-damaged",), rows=95),
    Damage("garbled_footer", garble_footer, ("damaged_file",), repair=("--drop-damaged",), rows=95),
    Damage("row_count", change_statistics(lambda s: s.update(numRecords=7)), ("wrong_row_count",)),
    Damage("least_value", change_statistics(lambda s: s["minValues"].update(id=999)), ("wrong_statistics",)),
    Damage("greatest_value", change_statistics(lambda s: s["maxValues"].update(name="a")), ("wrong_statistics",)),
    Damage("null_count", change_statistics(lambda s: s["nullCount"].update(price=5)), ("wrong_statistics",)),
    Damage("no_json", change_add(lambda add: add.update(stats="no JSON")), ("malformed_statistics",)),
    Damage("missing_vector", lambda t: vector_file(t).unlink(), ("missing_vector",), build_with_vectors,
           repair=("--drop-damaged",), rows=110),
    Damage("vector_checksum", garble_vector, ("damaged_vector",), build_with_vectors, repair=("--drop-damaged",), rows=108),
    Damage("vector_size", change_add(lambda add: add["deletionVector"].update(sizeInBytes=35), vector=True),
           ("damaged_vector",), build_with_vectors, repair=None),
    Damage("vector_cardinality", change_add(lambda add: add["deletionVector"].update(cardinality=4), vector=True),
           ("damaged_vector",), build_with_vectors, repair=None),
    Damage("vector_beyond_end", vector_beyond_end, ("vector_beyond_end",), build_with_vectors, repair=("--drop-damaged",),
           rows=110),
    Damage("row_count_unknown", change_add(lambda add: add.pop("stats"), vector=True), ("row_count_unknown",),
           build_with_vectors, rows=107),
    Damage("duplicate_file", double_file, ("duplicate_file",), build_with_vectors, rows=107),
    Damage("checkpoint_differs", change_commit_below_checkpoint, ("checkpoint_differs",), rows=95),
    Damage("checkpoint_damaged", lambda t: checkpoint(t).write_bytes(b"PAR1 no Parquet PAR1"), ("checkpoint_damaged",)),
    Damage("checksum_right", write_checksum(), (), repair=None),
    Damage("checksum_files", write_checksum(lambda c: c.update(numFiles=1)), ("checksum_differs",)),
    Damage("checksum_protocol", write_checksum(lambda c: c["protocol"].update(minWriterVersion=6)), ("checksum_differs",)),
    Damage("checksum_malformed", write_checksum(text="malformed"), ("checksum_differs",)),
    Damage("compaction_right", compact(0), (), repair=None),
    Damage("compaction_differs", compact(1), ("compacted_log_differs",)),
    Damage("hint_ahead", hint(99), ("last_checkpoint",)),
    Damage("unpadded_name", lambda t: (t / "_delta_log" / "4.json").write_text("{}\n"), ("commit_name",), repair=None),
    Damage("missing_commit", lambda t: (without_checkpoint(t), commits(t)[4].unlink()), ("commit_missing", "log_unreadable"),
           repair=None),
    Damage("old_commit_missing", lambda t: commits(t)[4].unlink(), ("commit_missing",), repair=None),
    Damage("broken_commit", lambda t: (without_checkpoint(t), commits(t)[4].write_text('{"add":')),
           ("commit_damaged", "log_unreadable"), repair=None),
    Damage("old_commit_broken", lambda t: commits(t)[4].write_text('{"add":'), ("commit_damaged",), repair=None),
    Damage("property_without_feature",
           change_metadata(lambda m: m["configuration"].update({"delta.enableDeletionVectors": "true"})),
           ("missing_feature",)),
    Damage("vectors_without_feature", change_protocol({"minReaderVersion": 1, "minWriterVersion": 2}), ("missing_feature",),
           build_with_vectors, rows=107),
    Damage("unknown_feature", change_protocol({**WIDE, "writerFeatures": [*WIDE["writerFeatures"], "teleport"]}),
           ("unknown_feature",), build_with_vectors, repair=None),
    Damage("only_for_readers", change_protocol({**WIDE, "writerFeatures": ["appendOnly", "invariants"]}),
           ("feature_lists",), build_with_vectors, rows=107),
    Damage("only_for_writers", change_protocol({**WIDE, "readerFeatures": []}), ("feature_lists",), build_with_vectors,
           rows=107),
    Damage("same_column_id", change_schema(set_field(1, "delta.columnMapping.id", 1)), ("column_mapping",), build_mapped,
           repair=None),
    Damage("same_physical_name", change_schema(lambda fields: fields[1]["metadata"].update(
        {"delta.columnMapping.physicalName": fields[0]["metadata"]["delta.columnMapping.physicalName"]})),
        ("column_mapping", "wrong_type"), build_mapped, repair=None),
    Damage("low_column_id_mark",
           change_metadata(lambda m: m["configuration"].update({"delta.columnMapping.maxColumnId": "2"})),
           ("column_mapping",), build_mapped, repair=None),
    Damage("partition_value", change_schema(lambda fields: fields[3].update(type="integer")), ("partition_value",),
           repair=None),
    Damage("partition_key", change_add(lambda add: add["partitionValues"].update(other="1")), ("partition_value",),
           repair=None),
    Damage("column_type", change_schema(lambda fields: fields[1].update(type="date")), ("wrong_type",), repair=None),
    Damage("orphan", lambda t: (t / "left-behind.parquet").write_bytes(b"PAR1"), ("orphan_file",), repair=None),
    Damage("nan", hide_nan, ("wrong_statistics",), build_with_nan, options=("--deep",), rows=102),
]
