#include "engine/file_rewrite.h"

#include <fmt/format.h>

#include "engine/data_file_writer.h"
#include "engine/errors.h"
#include "engine/registered_scan.h"
#include "engine/row_identity.h"

namespace limno::engine {

Result<std::vector<table::DataFile>> CopyRows(duckdb::DatabaseInstance& database,
                                              const std::shared_ptr<TableState>& table,
                                              std::vector<ScanFile> files,
                                              const std::string& change_type) {
  return Fenced([&]() -> Result<std::vector<table::DataFile>> {
    duckdb::Connection connection(database);
    ClientContext& context = *connection.context;
    const RegisteredScan source(connection, table, std::move(files));
    DataFileExtras extras;
    extras.change_type = change_type;
    std::string columns = "*";
    // Rows that are copied stay the same rows.
    if (change_type.empty() && table->table().RowIdentity(table->metadata())) {
      extras.identity = KeptIdentity::kRowIdAndVersion;
      columns = fmt::format("*, {}, {}", kKeptRowIdName, kKeptRowCommitVersionName);
    }
    connection.BeginTransaction();
    auto result = connection.SendQuery(fmt::format("SELECT {} FROM {}", columns, source.sql()));
    if (result->HasError()) {
      return Fail(FromDuck(result->GetErrorObject()));
    }
    DataFileWriter writer(context, table, std::move(extras));
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
