#include "engine/file_rewrite.h"

#include "engine/data_file_writer.h"
#include "engine/errors.h"
#include "engine/registered_scan.h"

namespace limno::engine {

Result<std::vector<table::DataFile>> CopyRows(duckdb::DatabaseInstance& database,
                                              const std::shared_ptr<TableState>& table,
                                              std::vector<ScanFile> files,
                                              const std::string& change_type) {
  return Fenced([&]() -> Result<std::vector<table::DataFile>> {
    duckdb::Connection connection(database);
    ClientContext& context = *connection.context;
    const RegisteredScan source(connection, table, std::move(files));
    connection.BeginTransaction();
    auto result = connection.SendQuery("FROM " + source.sql());
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
