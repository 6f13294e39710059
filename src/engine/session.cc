#include "engine/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/name_match.h"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"
#include "engine/append.h"
#include "engine/created_path.h"
#include "engine/duck_rows.h"
#include "engine/errors.h"
#include "engine/lake_catalog.h"
#include "engine/lake_statement.h"
#include "engine/lake_transaction.h"
#include "engine/maintenance.h"
#include "engine/query_tables.h"
#include "engine/query_to_parquet.h"
#include "engine/spark_spelling.h"
#include "engine/statement_run.h"

namespace limno::engine {
namespace {

class DuckSession final : public Session {
 public:
  DuckSession(duckdb::DuckDB& database, Pacing pacing) : connection_(database), pacing_(pacing) {}

  Result<void> Start() {
    return RunSql(connection_,
                  fmt::format("USE {}; SET enable_progress_bar=true; "
                              "SET enable_progress_bar_print=false; SET progress_bar_time=0",
                              kLakeName));
  }

  Result<std::unique_ptr<Rows>> ExecuteAll(const std::string& sql, CellFormat format,
                                           const RowsVisitor& earlier) override {
    const auto statements = SplitStatements(sql);
    if (statements.empty()) {
      return Fail(ErrorKind::kUsage, "there is no statement to run");
    }
    std::unique_ptr<Rows> rows;
    for (const Statement& statement : statements) {
      if (rows != nullptr && earlier) {
        LIMNO_TRY(earlier(*rows));
      }
      // Rows of the statement before must be finished with: they are on the same connection.
      rows.reset();
      auto executed = Fenced([&]() { return ExecuteOne(statement, format); });
      if (!executed) {
        return Fail(Located(executed.error(), sql, statement));
      }
      rows = std::move(*executed);
    }
    return rows;
  }

  Result<void> Run(const std::string& sql) override {
    LIMNO_ASSIGN(const auto rows, Execute(sql, CellFormat::kText));
    std::vector<Cell> row;
    while (true) {
      LIMNO_ASSIGN(const bool more, rows->Next(row));
      if (!more) {
        return {};
      }
    }
  }

  Result<std::vector<TableReference>> TablesIn(const std::string& sql) override {
    return Fenced([&]() -> Result<std::vector<TableReference>> {
      LIMNO_ASSIGN(const auto select, ParseSelect(sql));
      std::vector<TableReference> tables;
      VisitTables(*select, [&](duckdb::BaseTableRef& table) {
        TableReference reference{table.schema_name, table.table_name, std::nullopt};
        if (table.query_location.IsValid()) {
          reference.offset = table.query_location.GetIndex();
        }
        const bool known =
            std::any_of(tables.begin(), tables.end(), [&](const TableReference& other) {
              return base::FoldCase(other.name) == base::FoldCase(reference.name) &&
                     base::FoldCase(other.name_space) == base::FoldCase(reference.name_space);
            });
        if (!known) {
          tables.push_back(std::move(reference));
        }
      });
      std::stable_sort(tables.begin(), tables.end(),
                       [](const TableReference& left, const TableReference& right) {
                         return left.offset.value_or(0) < right.offset.value_or(0);
                       });
      return tables;
    });
  }

  Result<std::vector<Column>> Describe(const std::string& sql) override {
    return Fenced([&]() -> Result<std::vector<Column>> {
      const auto prepared = connection_.Prepare(RewriteQuery(sql));
      if (prepared->HasError()) {
        return Fail(FromDuck(prepared->error));
      }
      return ColumnsOf(prepared->GetNames(), prepared->GetTypes());
    });
  }

  Result<std::string> ReadOnlyAdded(const std::string& sql, const TableReference& table,
                                    int64_t after, int64_t upto) override {
    return Fenced([&]() -> Result<std::string> {
      LIMNO_ASSIGN(const auto select, ParseSelect(sql));
      VisitTables(*select, [&](duckdb::BaseTableRef& reference) {
        const bool same = base::FoldCase(reference.table_name) == base::FoldCase(table.name) &&
                          base::FoldCase(reference.schema_name) == base::FoldCase(table.name_space);
        if (!same || reference.at_clause) {
          return;
        }
        if (reference.alias.empty()) {
          reference.alias = reference.table_name;
        }
        const std::string name_space = table.name_space.empty() ? kDefaultSchema : table.name_space;
        reference.catalog_name = kLakeName;
        reference.schema_name = kAddedSchema;
        reference.table_name = fmt::format("{}.{} {} {}", name_space, table.name, after, upto);
      });
      return select->ToString();
    });
  }

  void Annotate(CommitAnnotation annotation) override {
    SessionState::Of(*connection_.context)->annotation = std::move(annotation);
  }

  std::vector<CommitRecord> TakeCommits() override {
    return std::exchange(SessionState::Of(*connection_.context)->commits, {});
  }

  Result<void> Append(const catalog::TableName& table, const Addition& addition,
                      const std::vector<std::string>& partition_by) override {
    return AppendRows(connection_, table, {RewriteQuery(addition.query), addition.files},
                      partition_by);
  }

  Result<ParquetFileInfo> WriteParquet(const std::string& query, const std::string& path) override {
    return WriteQueryToParquet(connection_, query, path);
  }

  void Interrupt() override { connection_.Interrupt(); }

  QueryProgress Progress() override {
    auto progress = connection_.context->GetQueryProgress();
    return {progress.GetPercentage(), progress.GetRowsProcesseed(),
            progress.GetTotalRowsToProcess()};
  }

 private:
  Result<std::unique_ptr<Rows>> ExecuteOne(const Statement& statement, CellFormat format) {
    LIMNO_TRY(CheckSpark(statement));
    LIMNO_ASSIGN(const auto own, ParseLakeStatement(statement));
    if (own) {
      return RunOwn(*own, format);
    }
    duckdb::Parser parser;
    parser.ParseQuery(RewriteSpark(statement));
    if (parser.statements.empty()) {
      return MakeTextRows({}, {}, format);
    }
    const bool is_change = IsChange(parser.statements[0]->type);
    ConflictRetry retry(pacing_);
    const size_t commits = CommitCount();
    while (true) {
      auto rows = RunParsed(std::move(parser.statements[0]),
                            is_change ? Delivery::kWhole : Delivery::kStream, format);
      if (rows || !is_change || !MayRepeat() || !IsRepeatable(statement) ||
          !retry.Again(rows.error())) {
        CountRetries(retry, commits);
        return rows;
      }
      parser.statements.clear();
      parser.ParseQuery(RewriteSpark(statement));
    }
  }

  Result<std::unique_ptr<Rows>> RunParsed(duckdb::unique_ptr<duckdb::SQLStatement> statement,
                                          Delivery delivery, CellFormat format) {
    const auto session = SessionState::Of(*connection_.context);
    session->commit_error.reset();
    CreatedPath::Of(*connection_.context)->Follow(*statement);
    auto result = RunStatement(*connection_.context, std::move(statement), delivery);
    if (result->HasError()) {
      return Fail(session->commit_error ? *std::exchange(session->commit_error, std::nullopt)
                                        : FromDuck(result->GetErrorObject()));
    }
    return MakeDuckRows(connection_, std::move(result), format);
  }

  Result<std::unique_ptr<Rows>> RunOwn(const LakeStatement& statement, CellFormat format) {
    ConflictRetry retry(pacing_);
    const size_t commits = CommitCount();
    while (true) {
      Result<TextTable> table = RunLakeStatement(connection_, statement);
      if (table) {
        CountRetries(retry, commits);
        return MakeTextRows(std::move(table->columns), std::move(table->rows), format);
      }
      if (!IsRepeatable(statement) || !MayRepeat() || !retry.Again(table.error())) {
        return Fail(std::move(table).error());
      }
    }
  }

  /// A statement between BEGIN and COMMIT is one of several, and who says what he expects of a
  /// table wants to know when it is otherwise.
  bool MayRepeat() {
    return connection_.IsAutoCommit() &&
           SessionState::Of(*connection_.context)->annotation.expected_app_versions.empty();
  }

  size_t CommitCount() { return SessionState::Of(*connection_.context)->commits.size(); }

  /// Of the commit that the statement made, if it made one.
  void CountRetries(const ConflictRetry& retry, size_t commits_before) {
    auto& commits = SessionState::Of(*connection_.context)->commits;
    if (commits.size() > commits_before) {
      commits.back().retries = retry.retries();
    }
  }

  /// Says at which statement of several an error happened.
  static Error Located(Error error, const std::string& sql, const Statement& statement) {
    if (error.where.empty() && statement.offset > 0) {
      error.where =
          "statement at " + LineAndColumn(sql, statement.offset + statement.tokens.front().begin);
    }
    return error;
  }

  duckdb::Connection connection_;
  const Pacing pacing_;
};

}  // namespace

Result<std::unique_ptr<Session>> MakeSession(duckdb::DuckDB& database, Pacing pacing) {
  return Fenced([&]() -> Result<std::unique_ptr<Session>> {
    auto session = std::make_unique<DuckSession>(database, pacing);
    LIMNO_TRY(session->Start());
    return session;
  });
}

std::string QuoteIdentifier(const std::string& name) {
  std::string quoted = "\"";
  for (const char character : name) {
    quoted += character;
    if (character == '"') {
      quoted += character;
    }
  }
  return quoted + "\"";
}

std::string QuoteString(const std::string& text) {
  std::string quoted = "'";
  for (const char character : text) {
    quoted += character;
    if (character == '\'') {
      quoted += character;
    }
  }
  return quoted + "'";
}

}  // namespace limno::engine
