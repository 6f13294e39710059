#include "engine/file_rewrite.h"

#include "engine/data_file_writer.h"
#include "engine/errors.h"
#include "engine/scan_functions.h"

namespace limno::engine {

Result<std::vector<table::DataFile>> CopyRows(duckdb::DatabaseInstance& database,
                                              const std::shared_ptr<TableState>& table,
                                              std::vector<ScanFile> files,
                                              const std::string& change_type) {
  return Fenced([&]() -> Result<std::vector<table::DataFile>> {
    duckdb::Connection connection(database);
    auto scan = std::make_shared<ScanContext>(table, table->metadata(), std::move(files));
    scan->record_reads = false;
    ClientContext& context = *connection.context;
    const uint64_t number = ScanRegistry::Of(context)->Add(std::move(scan));
    connection.BeginTransaction();
    auto result = connection.SendQuery("FROM limno_scan(" + std::to_string(number) + "::UBIGINT)");
    if (result->HasError()) {
      return Fail(FromDuck(result->GetErrorObject()));
    }
    DataFileWriter writer(context, table, change_type);
    duckdb::ThreadContext thread(context);
    duckdb::ExecutionContext execution(context, thread, nullptr);
    DataFileWriter::Local local;
    while (auto chunk = result->Fetch()) {
      if (chunk->size() == 0) {
        break;
      }
      writer.Sink(execution, local, *chunk);
    }
    if (result->HasError()) {
      return Fail(FromDuck(result->GetErrorObject()));
    }
    writer.Combine(execution, local);
    auto written = writer.Finish(context);
    connection.Commit();
    return written;
  });
}

}  // namespace limno::engine
