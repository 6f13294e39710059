#include "engine/file_rewrite.h"

#include "engine/data_file_writer.h"
#include "engine/errors.h"
#include "engine/scan_functions.h"

namespace limno::engine {

Result<std::vector<table::DataFile>> RewriteWithout(duckdb::DatabaseInstance& database,
                                                    const std::shared_ptr<TableState>& table,
                                                    const table::DataFilePtr& file,
                                                    const table::RowSet& deleted) {
  return Fenced([&]() -> Result<std::vector<table::DataFile>> {
    duckdb::Connection connection(database);
    auto scan = std::make_shared<ScanContext>(
        table, table->metadata(),
        std::vector<ScanFile>{{file, std::make_shared<table::RowSet>(deleted)}});
    scan->record_reads = false;
    ClientContext& context = *connection.context;
    const uint64_t number = ScanRegistry::Of(context)->Add(std::move(scan));
    connection.BeginTransaction();
    auto result = connection.SendQuery("FROM limno_scan(" + std::to_string(number) + "::UBIGINT)");
    if (result->HasError()) {
      return Fail(FromDuck(result->GetErrorObject()));
    }
    DataFileWriter writer(context, table);
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
    auto files = writer.Finish(context);
    connection.Commit();
    return files;
  });
}

}  // namespace limno::engine
