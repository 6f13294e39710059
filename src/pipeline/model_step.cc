#include "pipeline/model_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <set>

#include "base/name_match.h"
#include "pipeline/model_sql.h"

namespace limno::pipeline {

namespace {

using catalog::TableName;
using engine::Session;

constexpr int64_t kHistoryLookedAt = 200;

bool Rearranges(const std::string& operation) {
  static const std::set<std::string> kNames = {"OPTIMIZE", "VACUUM START", "VACUUM END", "REORG",
                                               "COMPUTE STATS"};
  return kNames.count(operation) > 0;
}

/// Nothing that changes what a reader sees happened in (after, upto].
bool OnlyRearranged(table::Table& table, int64_t after, int64_t upto) {
  const auto history = table.History(upto - after);
  if (!history || history->size() != static_cast<size_t>(upto - after)) {
    return false;
  }
  return std::all_of(history->begin(), history->end(), [&](const table::HistoryEntry& entry) {
    return entry.version > after && Rearranges(entry.operation);
  });
}

Result<InputState> LookAtInput(const Model& model, const TableName& name, bool incremental,
                               const OutputState& output, catalog::Catalog& lake) {
  LIMNO_ASSIGN(const std::shared_ptr<table::Table> table, lake.OpenTable(name));
  LIMNO_ASSIGN(const table::SnapshotPtr snapshot, table->Latest());
  InputState input{name, snapshot->metadata.id, snapshot->version, incremental, false};
  const int64_t consumed = ConsumedVersion(model, output, input.id);
  if (consumed >= 0 && consumed < input.version) {
    input.only_rearranged = OnlyRearranged(*table, consumed, input.version);
    if (incremental && !input.only_rearranged) {
      const auto gained = table->FilesAddedBetween(consumed, input.version);
      input.only_rearranged = gained && gained->empty();
    }
  }
  return input;
}

Result<OutputState> LookAtOutput(const TableName& name, catalog::Catalog& lake) {
  OutputState output;
  auto table = lake.OpenTable(name);
  auto snapshot = table ? (*table)->Latest() : Fail(table.error());
  if (!snapshot && snapshot.error().kind != ErrorKind::kNotFound) {
    return Fail(snapshot.error());
  }
  if (snapshot) {
    output.exists = true;
    output.app_transactions = (*snapshot)->app_transactions;
  }
  return output;
}

uint64_t Metric(const engine::CommitRecord& commit, const char* name) {
  const auto found = commit.metrics.find(name);
  uint64_t value = 0;
  if (found != commit.metrics.end()) {
    const std::string& text = found->second;
    std::from_chars(text.data(), text.data() + text.size(), value);
  }
  return value;
}

void CountCommits(const std::vector<engine::CommitRecord>& commits, StepReport& report) {
  for (const engine::CommitRecord& commit : commits) {
    report.version = std::max(report.version, commit.version);
    if (commit.operation == "MERGE") {
      report.rows_inserted += Metric(commit, "numTargetRowsInserted");
      report.rows_updated += Metric(commit, "numTargetRowsUpdated");
      report.rows_deleted += Metric(commit, "numTargetRowsDeleted");
    } else {
      report.rows_inserted += Metric(commit, "numOutputRows");
    }
  }
}

Result<std::vector<std::vector<Cell>>> FetchRows(Session& session, const std::string& sql) {
  LIMNO_ASSIGN(const std::unique_ptr<Rows> rows, session.Execute(sql, CellFormat::kText));
  std::vector<std::vector<Cell>> fetched;
  std::vector<Cell> row;
  for (;;) {
    LIMNO_ASSIGN(const bool more, rows->Next(row));
    if (!more) {
      return fetched;
    }
    fetched.push_back(row);
  }
}

/// An error of the model's query: file, line and column instead of the excerpt that DuckDB appends,
/// "\n\nLINE 2: select nosuch from t\n               ^".
Error InModel(const Model& model, Error error) {
  const size_t excerpt = error.message.find("\n\nLINE ");
  if (excerpt == std::string::npos) {
    error.where = error.where.empty() ? model.file : model.file + ": " + error.where;
    return error;
  }
  const std::string label = error.message.substr(excerpt + 2);
  int line = 1;
  std::from_chars(label.data() + std::strlen("LINE "), label.data() + label.size(), line);
  error.where = fmt::format("{}:{}", model.file, model.first_line + line - 1);
  const size_t text = label.find(": ") + 2;
  const size_t newline = label.find('\n');
  const size_t caret = label.find('^', std::min(newline, label.size()));
  // The line is cut at its beginning where it is long; then the column is not known.
  if (caret != std::string::npos && !label.substr(text).starts_with("...")) {
    error.where += fmt::format(":{}", caret - newline - text);
  }
  error.message.resize(excerpt);
  return error;
}

/// The columns of a query that the model's own SQL has become.
Result<std::vector<Column>> DescribeQuery(const Model& model, const std::string& query,
                                          Session& session) {
  auto columns = session.Describe(query);
  if (columns) {
    return columns;
  }
  // Places are those of the file only in the query as it was written.
  const auto original = session.Describe(model.sql);
  return Fail(InModel(model, original ? columns.error() : original.error()));
}

/// One run of a model that keeps rows.
class ModelRun {
 public:
  ModelRun(const Model& model, const Step& step, const ModelPlan& plan, Session& session)
      : model_(model), step_(step), plan_(plan), session_(session) {}

  Result<void> Write(StepReport& report);

 private:
  Result<void> ReachUnqualifiedNames();
  Result<std::string> QueryOverRanges();
  Result<void> CheckColumns(const std::vector<std::string>& names, const std::string& key,
                            const std::vector<Column>& columns) const;
  Result<void> Merge(const std::string& query, StepReport& report);
  Result<std::string> CheckedBatch();
  Result<void> AddMissingColumns(const std::vector<Column>& columns);
  void Annotate();

  const Model& model_;
  const Step& step_;
  const ModelPlan& plan_;
  Session& session_;
};

void ModelRun::Annotate() {
  engine::CommitAnnotation annotation;
  annotation.app_transactions = plan_.app_transactions;
  annotation.expected_app_versions = plan_.expected_app_versions;
  annotation.parameters["model"] = model_.name.ToString();
  annotation.parameters["modelSql"] = fmt::format("{:016x}", HashSql(step_.full_sql));
  session_.Annotate(std::move(annotation));
}

/// Lets names without a namespace be found; the graph made sure that each means one table.
Result<void> ModelRun::ReachUnqualifiedNames() {
  std::set<std::string> schemas;
  for (const Read& read : step_.reads) {
    if (read.reference.name_space.empty()) {
      schemas.insert("lake." + engine::QuoteIdentifier(read.table.name_space));
    }
  }
  if (schemas.empty()) {
    return {};
  }
  const std::string path = fmt::format("{}", fmt::join(schemas, ","));
  return session_.Run("SET search_path = " + engine::QuoteString(path));
}

/// The model's query with its incremental inputs cut to their ranges.
Result<std::string> ModelRun::QueryOverRanges() {
  std::string query = model_.sql;
  for (const Read& read : step_.reads) {
    if (!read.incremental) {
      continue;
    }
    for (const InputRange& range : plan_.inputs) {
      if (range.table == read.table) {
        LIMNO_ASSIGN(query, session_.ReadOnlyAdded(query, read.reference, range.after, range.upto));
      }
    }
  }
  return query;
}

Result<void> ModelRun::CheckColumns(const std::vector<std::string>& names, const std::string& key,
                                    const std::vector<Column>& columns) const {
  std::vector<std::string> known;
  std::set<std::string> folded;
  for (const Column& column : columns) {
    known.push_back(column.name);
    folded.insert(base::FoldCase(column.name));
  }
  for (const std::string& name : names) {
    if (folded.count(base::FoldCase(name)) == 0) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("'{}' names column '{}', which the query does not return", key, name),
                  fmt::format("{}:1", model_.file), base::NearestNameHint(name, known));
    }
  }
  return {};
}

/// The batch, freed of rows that are equal in all columns where there are any; kRefused if one key
/// stands for rows that differ.
Result<std::string> ModelRun::CheckedBatch() {
  LIMNO_ASSIGN(const auto doubles, FetchRows(session_, DuplicateKeysSql(model_, kBatchTable)));
  if (doubles.empty()) {
    return std::string(kBatchTable);
  }
  const std::string distinct = fmt::format("(SELECT DISTINCT * FROM {})", kBatchTable);
  LIMNO_ASSIGN(const auto clashes, FetchRows(session_, DuplicateKeysSql(model_, distinct)));
  if (clashes.empty()) {
    return distinct;
  }
  std::string text;
  for (size_t i = 0; i < model_.key.size(); ++i) {
    text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", model_.key[i], clashes.front()[i].text);
  }
  return Fail(ErrorKind::kRefused,
              fmt::format("the new rows hold different rows for one key, for example {}", text),
              model_.file,
              "let the query keep one row per key: QUALIFY row_number() OVER (PARTITION BY the key "
              "ORDER BY what decides DESC) = 1");
}

Result<void> ModelRun::AddMissingColumns(const std::vector<Column>& columns) {
  LIMNO_ASSIGN(const std::vector<Column> present,
               session_.Describe("SELECT * FROM " + QuotedName(model_.name)));
  std::set<std::string> folded;
  for (const Column& column : present) {
    folded.insert(base::FoldCase(column.name));
  }
  for (const Column& column : columns) {
    if (folded.count(base::FoldCase(column.name)) == 0) {
      LIMNO_TRY(session_.Run(AddColumnSql(model_, column)));
    }
  }
  return {};
}

Result<void> ModelRun::Merge(const std::string& query, StepReport& report) {
  LIMNO_TRY(session_.Run(CreateBatchSql(query)));
  LIMNO_ASSIGN(const std::string batch, CheckedBatch());
  LIMNO_ASSIGN(const auto counted,
               FetchRows(session_, fmt::format("SELECT count(*) FROM {}", kBatchTable)));
  const std::string& count = counted.front().front().text;
  std::from_chars(count.data(), count.data() + count.size(), report.rows_in);
  if (plan_.action == Action::kFull) {
    Annotate();
    return session_.Run(CreateOrReplaceSql(model_, fmt::format("SELECT * FROM {}", batch)));
  }
  LIMNO_ASSIGN(const std::vector<Column> columns,
               session_.Describe(fmt::format("SELECT * FROM {}", kBatchTable)));
  LIMNO_TRY(AddMissingColumns(columns));
  Annotate();
  return session_.Run(MergeSql(model_, columns, batch));
}

Result<void> ModelRun::Write(StepReport& report) {
  LIMNO_TRY(ReachUnqualifiedNames());
  LIMNO_ASSIGN(const std::string query, QueryOverRanges());
  LIMNO_ASSIGN(const std::vector<Column> columns, DescribeQuery(model_, query, session_));
  LIMNO_TRY(CheckColumns(model_.key, "key", columns));
  LIMNO_TRY(CheckColumns(model_.cluster_by, "cluster_by", columns));
  LIMNO_TRY(CheckColumns(model_.partition_by, "partition_by", columns));
  if (model_.kind == ModelKind::kMerge) {
    LIMNO_TRY(Merge(query, report));
  } else if (plan_.action == Action::kFull) {
    Annotate();
    LIMNO_TRY(session_.Run(CreateOrReplaceSql(model_, query)));
  } else {
    Annotate();
    LIMNO_TRY(session_.Append(model_.name, {.query = query, .files = {}}, model_.partition_by));
  }
  CountCommits(session_.TakeCommits(), report);
  if (model_.kind != ModelKind::kMerge) {
    report.rows_in = report.rows_inserted;
  }
  return {};
}

/// The name belongs to the model: a view that an earlier version of it made gives way to a table.
Result<void> MakeRoomForTable(const TableName& name, catalog::Catalog& lake) {
  LIMNO_TRY(lake.CreateNamespace(name.name_space));
  LIMNO_ASSIGN(const std::vector<catalog::View> views, lake.Views(name.name_space));
  for (const catalog::View& view : views) {
    if (base::FoldCase(view.name.name) == base::FoldCase(name.name)) {
      return lake.DropView(view.name);
    }
  }
  return {};
}

Result<void> RunView(const Model& model, catalog::Catalog& lake, Session& session,
                     StepReport& report) {
  LIMNO_TRY(DescribeQuery(model, model.sql, session));
  LIMNO_ASSIGN(const bool current, ViewIsCurrent(model, lake));
  if (current) {
    report.status = "nothing to do";
    report.why = "its SQL has not changed";
    return {};
  }
  LIMNO_TRY(lake.CreateNamespace(model.name.name_space));
  report.why = "its SQL is new";
  return lake.PutView({model.name, model.sql}, /*replace=*/true);
}

}  // namespace

Result<ModelPlan> PrepareModel(const Model& model, const Step& step, catalog::Catalog& lake,
                               bool full_refresh) {
  LIMNO_ASSIGN(const OutputState output, LookAtOutput(model.name, lake));
  std::vector<InputState> inputs;
  if (IsIncremental(model.kind)) {
    for (const Read& read : step.reads) {
      if (!read.is_view) {
        LIMNO_ASSIGN(InputState input,
                     LookAtInput(model, read.table, read.incremental, output, lake));
        inputs.push_back(std::move(input));
      }
    }
  } else {
    for (const TableName& table : step.base_tables) {
      LIMNO_ASSIGN(InputState input, LookAtInput(model, table, false, output, lake));
      inputs.push_back(std::move(input));
    }
  }
  return PlanModel(model, step, inputs, output, full_refresh);
}

Result<bool> ViewIsCurrent(const Model& model, catalog::Catalog& lake) {
  LIMNO_ASSIGN(const std::vector<catalog::View> views, lake.Views(model.name.name_space));
  return std::any_of(views.begin(), views.end(), [&](const catalog::View& view) {
    return base::FoldCase(view.name.name) == base::FoldCase(model.name.name) &&
           view.sql == model.sql;
  });
}

Result<void> RunModel(const Model& model, const Step& step, catalog::Catalog& lake,
                      engine::Session& session, bool full_refresh, StepReport& report) {
  report.table = model.name.ToString();
  report.status = "done";
  if (model.kind == ModelKind::kView) {
    return RunView(model, lake, session, report);
  }
  LIMNO_ASSIGN(const ModelPlan plan, PrepareModel(model, step, lake, full_refresh));
  report.why = plan.why;
  if (plan.action == Action::kNothing) {
    report.status = "nothing to do";
    return {};
  }
  LIMNO_TRY(MakeRoomForTable(model.name, lake));
  return ModelRun(model, step, plan, session).Write(report);
}

Result<void> ClusterModel(const Model& model, catalog::Catalog& lake, engine::Session& session) {
  if (model.cluster_by.empty()) {
    return {};
  }
  LIMNO_ASSIGN(const std::shared_ptr<table::Table> table, lake.OpenTable(model.name));
  LIMNO_ASSIGN(const table::SnapshotPtr snapshot, table->Latest());
  LIMNO_ASSIGN(const auto history, table->History(kHistoryLookedAt));
  int64_t clustered = -1;
  for (const table::HistoryEntry& entry : history) {
    if (entry.operation == "OPTIMIZE") {
      clustered = entry.version;
      break;
    }
  }
  LIMNO_ASSIGN(const auto files, table->FilesAddedBetween(clustered, snapshot->version));
  return files.size() < kFilesBeforeClustering ? Result<void>() : session.Run(OptimizeSql(model));
}

}  // namespace limno::pipeline
