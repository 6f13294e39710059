#include "engine/parquet_port.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "duckdb/common/arrow/arrow_converter.hpp"
#include "duckdb/common/arrow/arrow_wrapper.hpp"
#include "duckdb/function/table/arrow.hpp"
#include "engine/engine.h"
#include "engine/errors.h"
#include "storage/local_files.h"
#include "storage/temporary_file.h"

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
  ParquetPort(duckdb::DuckDB& database, base::Random& random)
      : database_(database), random_(random) {}

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
    const std::string folder_path = path.substr(0, path.rfind('/') + 1);
    const storage::FileDescriptor folder(
        ::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) {
      return Fail(storage::SystemError(errno, "cannot open folder", folder_path));
    }
    // Readers must never see half a file, nor two writers each other's: written beside under a name
    // of its own, on disk before it is put in place.
    LIMNO_ASSIGN(storage::TemporaryFile temporary,
                 storage::TemporaryFile::Create(folder.get(), path.substr(folder_path.size()), path,
                                                random_));
    const std::string& name = temporary.temporary_name();
    auto written = Fenced([&]() -> Result<void> { return WriteFile(factory, folder_path + name); });
    if (!written) {
      return Fail(written.error());
    }
    LIMNO_TRY(store.Persist({fmt::format("{}{}", storage::FolderOf(key), name)}));
    LIMNO_TRY(temporary.PublishIfAbsent());
    RemoveLeftovers(folder.get(), temporary.descriptor());
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
                                   " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)");
    return Check(*result);
  }

  /// Of processes that died long before `written` was.
  static void RemoveLeftovers(int folder, int written) {
    struct stat status = {};
    if (::fstat(written, &status) == 0) {
      storage::RemoveAbandoned(folder, storage::ModifiedMillis(status));
    }
  }

  duckdb::DuckDB& database_;
  base::Random& random_;
};

}  // namespace

std::unique_ptr<table::ParquetIo> MakeParquetPort(duckdb::DuckDB& database, base::Random& random) {
  return std::make_unique<ParquetPort>(database, random);
}

}  // namespace limno::engine
