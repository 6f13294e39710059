"""Delta logs without data files, as long as wanted."""
import json

HEAD = [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {"metaData": {"id": "00000000-0000-0000-0000-000000000001", "format": {"provider": "parquet", "options": {}},
                      "schemaString": json.dumps({"type": "struct", "fields": [
                          {"name": "id", "type": "long", "nullable": True, "metadata": {}}]}),
                      "partitionColumns": [], "configuration": {}, "createdTime": 0}}]


def write(path, commits, files, rows, first=0):
    """`commits` commits from version `first` on, each of so many files of so many rows."""
    log = path / "_delta_log"
    log.mkdir(parents=True, exist_ok=True)
    for version in range(first, first + commits):
        lines = [json.dumps(action) for action in (HEAD if version == 0 else [])]
        for number in range(version * files, version * files + files):
            stats = json.dumps({"numRecords": rows, "minValues": {"id": number * rows},
                                "maxValues": {"id": number * rows + rows - 1}, "nullCount": {"id": 0}})
            lines.append(json.dumps({"add": {"path": f"part-{number:08}.parquet", "partitionValues": {}, "size": 1000,
                                             "modificationTime": 0, "dataChange": True, "stats": stats}}))
        (log / f"{version:020}.json").write_text("\n".join(lines) + "\n")
