// Fulfils table::ParquetIo with DuckDB: what Delta checkpoints are read and written with.
#pragma once

#include <memory>

#include "base/random.h"
#include "engine/duck.h"
#include "table/ports.h"

namespace limno::engine {

/// `database` and `random` outlive the port.
std::unique_ptr<table::ParquetIo> MakeParquetPort(duckdb::DuckDB& database, base::Random& random);

}  // namespace limno::engine
