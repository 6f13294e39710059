// SQL over a lake: one DuckDB instance with the lake attached as catalog "lake", behind an
// interface without a DuckDB type. The only room that includes DuckDB's headers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/catalog.h"
#include "limno/query.h"
#include "limno/result.h"
#include "table/data_file.h"
#include "table/ports.h"

namespace limno::engine {

struct EngineOptions {
  /// Shared by all sessions; beyond it operators spill to `temp_directory`.
  uint64_t memory_limit_bytes = uint64_t{1} << 30;
  /// 0: as many as there are processors.
  int threads = 0;
  /// Created when first needed.
  std::string temp_directory;
  /// For the pauses before a statement that lost against another writer is run again. nullptr: the
  /// system's; else they outlive the engine.
  base::Clock* clock = nullptr;
  base::Random* random = nullptr;
};

/// A table named in a statement, as written there.
struct TableReference {
  /// Empty where the statement gave only a name.
  std::string name_space;
  std::string name;
  /// Byte offset of the name in the statement; nullopt where the parser does not tell.
  std::optional<size_t> offset;
};

/// Goes into the next commit that the session makes, then is forgotten.
struct CommitAnnotation {
  /// Application id -> version (Delta `txn` actions): the exactly-once ledger of loads and models.
  std::map<std::string, int64_t> app_transactions;
  /// What the caller saw of these ids when it decided (nullopt: absent). A table that says
  /// otherwise on the version the commit builds on refuses it with kConflict.
  std::map<std::string, std::optional<int64_t>> expected_app_versions;
  /// Added to operationParameters ("model" -> "silver.flights").
  std::map<std::string, std::string> parameters;
};

/// One commit made by a statement.
struct CommitRecord {
  /// "bronze.flights", or the path of a table outside the lake.
  std::string table;
  int64_t version = 0;
  std::string operation;
  /// Spark's names: numOutputRows, numTargetRowsInserted, numTargetRowsUpdated,
  /// numTargetRowsDeleted, numDeletedRows, numUpdatedRows, numAddedFiles, numRemovedFiles,
  /// numOutputBytes, ...
  std::map<std::string, std::string> metrics;
  /// How many commits of others came first: those that it was rebased over, and those because of
  /// which the statement was run again.
  int rebases = 0;
  int retries = 0;
};

struct QueryProgress {
  /// 0-100; negative while unknown.
  double percent = -1;
  uint64_t rows_done = 0;
  uint64_t rows_total = 0;
};

/// A Parquet file outside any table (the landing zone), as WriteParquet left it.
struct ParquetFileInfo {
  std::string path;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  std::vector<Column> columns;
  /// As its writer saw the rows.
  table::FileStatistics statistics;
};

/// Rows on their way into a table.
struct Addition {
  /// Its columns are those of all rows: names, types, order. May have no rows.
  std::string query;
  /// Whose rows are wanted as well, under the names and types they have there. Becomes a data file
  /// by hard link where the table can have it as it is, and is read like the query otherwise.
  std::vector<ParquetFileInfo> files;
};

/// One conversation: a current transaction, at most one statement at a time. Use from one thread at
/// a time; Interrupt() and Progress() from any.
class Session {
 public:
  virtual ~Session() = default;

  /// Runs one or more statements separated by ';' and returns the rows of the last one. Accepts all
  /// of DuckDB's SQL, and Spark's `t VERSION AS OF n`, `t TIMESTAMP AS OF '...'`, `DESCRIBE HISTORY
  /// t`, `DESCRIBE DETAIL t`, `OPTIMIZE t [FULL] [WHERE ...] [ZORDER BY (...)]`, `VACUUM t [RETAIN
  /// n HOURS] [DRY RUN]`, `RESTORE t TO VERSION AS OF n`. Tables are `namespace.name`,
  /// `lake.namespace.name` or delta('path'). A statement outside BEGIN commits by itself.
  Result<std::unique_ptr<Rows>> Execute(const std::string& sql, CellFormat format) {
    return ExecuteAll(sql, format, {});
  }
  /// The same; the rows of the other statements go to `earlier`, where it is set.
  virtual Result<std::unique_ptr<Rows>> ExecuteAll(const std::string& sql, CellFormat format,
                                                   const RowsVisitor& earlier) = 0;
  /// Execute for statements whose rows do not matter.
  virtual Result<void> Run(const std::string& sql) = 0;

  /// Tables that a query reads, each once, in order of appearance; not its CTEs, not table
  /// functions. kUsage with "line:column" for a syntax error. Needs no table to exist.
  virtual Result<std::vector<TableReference>> TablesIn(const std::string& sql) = 0;
  /// Names and types a query would return, without running it.
  virtual Result<std::vector<Column>> Describe(const std::string& sql) = 0;
  /// `sql` with every mention of the named table replaced by a relation of only those rows that
  /// versions (after, upto] of it brought (see Table::FilesAddedBetween); after = -1: all rows.
  virtual Result<std::string> ReadOnlyAdded(const std::string& sql, const TableReference& table,
                                            int64_t after, int64_t upto) = 0;

  virtual void Annotate(CommitAnnotation annotation) = 0;
  /// Commits made since the last call.
  virtual std::vector<CommitRecord> TakeCommits() = 0;

  /// Appends rows to a table in one commit: creates the table if it is missing, adds columns the
  /// rows have and the table has not, fills missing ones with NULL, refuses a type clash with
  /// kRefused naming column, expected and found type. `partition_by` counts on creation only.
  virtual Result<void> Append(const catalog::TableName& table, const Addition& addition,
                              const std::vector<std::string>& partition_by) = 0;
  /// Writes a query's rows to one local Parquet file (zstd).
  virtual Result<ParquetFileInfo> WriteParquet(const std::string& query,
                                               const std::string& path) = 0;

  virtual void Interrupt() = 0;
  virtual QueryProgress Progress() = 0;
};

/// Owns the instance; thread safe. Sessions must not outlive it.
class Engine {
 public:
  virtual ~Engine() = default;
  /// The lake that sessions see; set once, before the first session.
  virtual void Attach(std::shared_ptr<catalog::Catalog> lake) = 0;
  virtual Result<std::unique_ptr<Session>> NewSession() = 0;
  /// What table formats need; valid as long as the engine.
  virtual table::ParquetIo& parquet() = 0;
};

/// Starts DuckDB (14-30 ms).
Result<std::unique_ptr<Engine>> StartEngine(const EngineOptions& options);

/// SQL text of an identifier or a string, quoted.
std::string QuoteIdentifier(const std::string& name);
std::string QuoteString(const std::string& text);

}  // namespace limno::engine
