#include "engine/parquet_port.h"

#include "duckdb/common/arrow/arrow_converter.hpp"
#include "duckdb/common/arrow/arrow_wrapper.hpp"
#include "duckdb/function/table/arrow.hpp"
#include "engine/engine.h"
#include "engine/errors.h"

// DuckDB declares the Arrow structures in its own namespace-free header; table/arrow_c_data.h has
// the same include guard, so both see one definition.

namespace limno::engine {
namespace {

Result<std::string> PathOf(storage::ObjectStore& store, const std::string& key) {
  LIMNO_ASSIGN(const auto path, store.LocalPath(key));
  if (!path) {
    return Fail(ErrorKind::kUnsupported, "this store has no local files", store.Describe());
  }
  return *path;
}

/// Hands one Arrow stream to DuckDB's scan, which may ask for it once.
class StreamFactory {
 public:
  explicit StreamFactory(ArrowArrayStream* stream) : stream_(stream) {}
  ~StreamFactory() {
    if (stream_->release != nullptr) {
      stream_->release(stream_);
    }
  }

  static duckdb::unique_ptr<duckdb::ArrowArrayStreamWrapper> Produce(
      uintptr_t factory, duckdb::ArrowStreamParameters& /*parameters*/) {
    auto* self = reinterpret_cast<StreamFactory*>(factory);
    auto wrapper = duckdb::make_uniq<duckdb::ArrowArrayStreamWrapper>();
    wrapper->arrow_array_stream = *self->stream_;
    self->stream_->release = nullptr;
    return wrapper;
  }

  static void GetSchema(ArrowArrayStream* factory, ArrowSchema& schema) {
    auto* self = reinterpret_cast<StreamFactory*>(factory);
    self->stream_->get_schema(self->stream_, &schema);
  }

 private:
  ArrowArrayStream* stream_;
};

class ParquetPort final : public table::ParquetIo {
 public:
  explicit ParquetPort(duckdb::DuckDB& database) : database_(database) {}

  Result<void> Read(storage::ObjectStore& store, const std::string& key,
                    const std::vector<std::string>& columns, const BatchVisitor& visit) override {
    LIMNO_TRY(store.Head(key));
    LIMNO_ASSIGN(const std::string path, PathOf(store, key));
    auto read = Fenced([&]() -> Result<void> { return ReadFile(path, columns, visit); });
    if (!read && read.error().where.empty()) {
      read.error().where = path;
    }
    return read;
  }

  Result<uint64_t> Write(storage::ObjectStore& store, const std::string& key,
                         ArrowArrayStream* stream) override {
    StreamFactory factory(stream);
    LIMNO_ASSIGN(const std::string path, PathOf(store, key));
    // Readers must never see half a file: written beside, then put in place by the rename.
    const std::string temporary = path + ".tmp";
    auto written = Fenced([&]() -> Result<void> { return WriteFile(factory, temporary); });
    if (!written) {
      (void)std::remove(temporary.c_str());
      return Fail(written.error());
    }
    if (std::rename(temporary.c_str(), path.c_str()) != 0) {
      (void)std::remove(temporary.c_str());
      return Fail(ErrorKind::kUnavailable, "cannot rename a finished file", path);
    }
    LIMNO_TRY(store.Persist({key}));
    LIMNO_ASSIGN(const auto info, store.Head(key));
    return info.size_bytes;
  }

 private:
  static Result<void> Check(duckdb::QueryResult& result) {
    if (!result.HasError()) {
      return {};
    }
    Error error = FromDuck(result.GetErrorObject());
    // A checkpoint that DuckDB cannot make sense of is damaged, whatever it says of it.
    if (error.kind == ErrorKind::kRefused) {
      error.kind = ErrorKind::kCorrupt;
    }
    return Fail(std::move(error));
  }

  Result<void> ReadFile(const std::string& path, const std::vector<std::string>& columns,
                        const BatchVisitor& visit) {
    duckdb::Connection connection(database_);
    const std::string source = "read_parquet(" + QuoteString(path) + ", hive_partitioning=false)";
    auto described = connection.Query("DESCRIBE FROM " + source);
    LIMNO_TRY(Check(*described));
    std::string list;
    for (const std::string& column : columns) {
      for (idx_t row = 0; row < described->RowCount(); ++row) {
        if (described->GetValue(0, row).ToString() == column) {
          list += (list.empty() ? "" : ", ") + QuoteIdentifier(column);
        }
      }
    }
    if (list.empty()) {
      return {};
    }
    auto result = connection.SendQuery("SELECT " + list + " FROM " + source);
    LIMNO_TRY(Check(*result));
    ArrowSchema schema;
    auto properties = connection.context->GetClientProperties();
    duckdb::ArrowConverter::ToArrowSchema(&schema, result->types, result->names, properties);
    const std::unique_ptr<ArrowSchema, void (*)(ArrowSchema*)> schema_guard(
        &schema, [](ArrowSchema* released) { released->release(released); });
    while (auto chunk = result->Fetch()) {
      if (chunk->size() == 0) {
        break;
      }
      ArrowArray array;
      duckdb::ArrowConverter::ToArrowArray(
          *chunk, &array, properties,
          duckdb::ArrowTypeExtensionData::GetExtensionTypes(*connection.context, result->types));
      const std::unique_ptr<ArrowArray, void (*)(ArrowArray*)> array_guard(
          &array, [](ArrowArray* released) {
            if (released->release != nullptr) {
              released->release(released);
            }
          });
      LIMNO_TRY(visit(schema, array));
    }
    return Check(*result);
  }

  Result<void> WriteFile(StreamFactory& factory, const std::string& path) {
    duckdb::Connection connection(database_);
    auto relation = connection.TableFunction(
        "arrow_scan_dumb",
        {Value::POINTER(reinterpret_cast<uintptr_t>(&factory)),
         Value::POINTER(reinterpret_cast<uintptr_t>(&StreamFactory::Produce)),
         Value::POINTER(reinterpret_cast<uintptr_t>(&StreamFactory::GetSchema))});
    relation->CreateView("limno_arrow", true, true);
    auto result = connection.Query("COPY (FROM limno_arrow) TO " + QuoteString(path) +
                                   " (FORMAT parquet, COMPRESSION zstd)");
    return Check(*result);
  }

  duckdb::DuckDB& database_;
};

}  // namespace

std::unique_ptr<table::ParquetIo> MakeParquetPort(duckdb::DuckDB& database) {
  return std::make_unique<ParquetPort>(database);
}

}  // namespace limno::engine
