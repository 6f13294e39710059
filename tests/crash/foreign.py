"""What mixed.py has a foreign engine do, in its own environment.

foreign.py write deltalake TABLE WRITER STATEMENTS SEED: appends batches and deletes some of its own; the last line
is what it was told to be there: {"batch": v}. foreign.py read TABLE: the rows as deltalake and DuckDB see them.
"""
import json
import pathlib
import random
import sys
import time

BATCH = 3
ATTEMPTS = 60
LOST = ("conflict", "concurrent", "transaction failed", "committransaction", "already exists")


class Deltalake:
    def __init__(self, path):
        import deltalake
        import pyarrow
        self.path, self.deltalake, self.pyarrow = path, deltalake, pyarrow

    def append(self, writer, batch):
        ids = [writer * 1_000_000 + batch * 10 + k for k in range(BATCH)]
        types = [("id", self.pyarrow.int64()), ("writer", self.pyarrow.int32()), ("batch", self.pyarrow.int32()), ("v", self.pyarrow.int64())]
        rows = [{"id": one, "writer": writer, "batch": batch, "v": batch} for one in ids]
        self.deltalake.write_deltalake(self.path, self.pyarrow.Table.from_pylist(rows, self.pyarrow.schema(types)), mode="append")

    def delete(self, writer, batch):
        self.deltalake.DeltaTable(self.path).delete(f"writer = {writer} and batch = {batch}")


def until_done(action):
    """Repeats what lost a race; anything else ends the program."""
    for attempt in range(ATTEMPTS):
        try:
            return action()
        except Exception as error:
            if attempt + 1 == ATTEMPTS or not any(word in str(error).lower() for word in LOST):
                raise
            time.sleep(0.05)
    return None


def write(engine, path, writer, statements, seed):
    table = {"deltalake": Deltalake}[engine](path)
    chance = random.Random(seed)
    state = {}
    for batch in range(statements):
        if state and chance.random() < 0.35:
            old = chance.choice(sorted(state))
            until_done(lambda: table.delete(writer, old))
            del state[old]
        else:
            until_done(lambda: table.append(writer, batch))
            state[batch] = batch
    print(json.dumps(state))


def read(path):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))
    from readers import read_deltalake, read_duckdb
    columns = ["id", "writer", "batch", "v"]
    print(json.dumps({name: sorted([row[c] for c in columns] for row in reader(path).to_pylist())
                      for name, reader in (("deltalake", read_deltalake), ("duckdb", read_duckdb))}))


if __name__ == "__main__":
    if sys.argv[1] == "read":
        read(sys.argv[2])
    else:
        write(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6]))
