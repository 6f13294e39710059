"""The foreign engines: each reads a Delta table by its path as a pyarrow table."""
import pathlib

import deltalake
import duckdb
import duckdb_extension_delta
import polars
import pyarrow


def read_deltalake(path, version=None):
    table = deltalake.DeltaTable(str(path), version=version)
    names = [field.name for field in table.schema().fields]
    reader = deltalake.QueryBuilder().register("t", table).execute("select * from t")
    found = pyarrow.table(reader) if hasattr(reader, "__arrow_c_stream__") else reader.read_all()
    return found.select(names)


def read_feed(path):
    """The change feed from the first version on."""
    return pyarrow.table(deltalake.DeltaTable(str(path)).load_cdf(starting_version=0))


def read_polars(path):
    return polars.scan_delta(str(path)).collect().to_arrow()


def duckdb_connection():
    folder = pathlib.Path(duckdb_extension_delta.__file__).parent
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"load '{next(folder.rglob('delta.duckdb_extension'))}'")
    return connection


def read_duckdb(path):
    with duckdb_connection() as connection:
        columns = connection.execute("describe select * from delta_scan(?)", [str(path)]).fetchall()
        # There is no Arrow type for variants.
        texts = [f'cast("{name}" as {type_.replace("VARIANT", "JSON")}) as "{name}"'
                 for name, type_, *_ in columns if "VARIANT" in type_]
        replaced = f"replace ({', '.join(texts)})" if texts else ""
        return connection.execute(f"select * {replaced} from delta_scan(?)", [str(path)]).to_arrow_table()


READERS = {"deltalake": read_deltalake, "polars": read_polars, "duckdb": read_duckdb}


def append_deltalake(path, rows):
    """Appends a pyarrow table; the columns take the types of the Delta table."""
    deltalake.write_deltalake(str(path), rows, mode="append")
