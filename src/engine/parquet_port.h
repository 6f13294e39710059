// Fulfils table::ParquetIo with DuckDB: what Delta checkpoints are read and written with.
#pragma once

#include <memory>

#include "engine/duck.h"
#include "table/ports.h"

namespace limno::engine {

/// `database` outlives the port.
std::unique_ptr<table::ParquetIo> MakeParquetPort(duckdb::DuckDB& database);

}  // namespace limno::engine
