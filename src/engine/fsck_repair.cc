#include "engine/fsck_repair.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/errors.h"
#include "engine/file_list.h"
#include "engine/file_statistics.h"

namespace limno::engine {
namespace {

using table::Remedy;

/// What has to be done with one file.
struct FilePlan {
  table::DataFilePtr file;
  bool remove = false;
  bool drop_vector = false;
  bool is_missing = false;
};

class RepairPlan {
 public:
  RepairPlan(duckdb::DatabaseInstance& database, const std::shared_ptr<TableState>& state)
      : database_(database), state_(state) {}

  void Take(const table::Finding& finding) {
    metrics_["numProblems"] += 1;
    if (finding.remedy == Remedy::kAddFeature) {
      features_.insert(finding.path);
      return;
    }
    if (finding.remedy == Remedy::kRewriteLogFile || finding.file == nullptr) {
      metrics_["numRewrittenLogFiles"] += 1;
      return;
    }
    FilePlan& plan = files_[finding.file->Key()];
    plan.file = finding.file;
    plan.remove = plan.remove || finding.remedy == Remedy::kRemoveFile ||
                  finding.remedy == Remedy::kRemoveDamagedFile;
    plan.drop_vector = plan.drop_vector || finding.remedy == Remedy::kDropVector;
    plan.is_missing = plan.is_missing || finding.problem != "duplicate_file";
  }

  /// nullopt if nothing has to be committed.
  Result<std::optional<table::Change>> Build(const table::SnapshotPtr& base) {
    table::Change change;
    change.base = base;
    for (const auto& [key, plan] : files_) {
      const table::DataFilePtr now = base->files.Find(key);
      if (now == nullptr) {
        return Fail(ErrorKind::kConflict, "somebody has changed a file that was to be repaired",
                    plan.file->path, "run FSCK again");
      }
      change.reads.file_keys.push_back(key);
      LIMNO_TRY(AddFile(plan, now, change));
    }
    if (!features_.empty()) {
      change.metadata = base->metadata;
      for (const std::string& feature : features_) {
        change.metadata->properties["delta.feature." + feature] = "supported";
      }
      metrics_["numAddedFeatures"] = static_cast<int64_t>(features_.size());
    }
    if (files_.empty() && features_.empty()) {
      return std::nullopt;
    }
    change.data_change = !change.removed.empty();
    change.operation.name = "FSCK";
    for (const auto& [name, count] : metrics_) {
      change.operation.metrics[name] = std::to_string(count);
    }
    return change;
  }

 private:
  Result<void> AddFile(const FilePlan& plan, const table::DataFilePtr& now, table::Change& change) {
    const std::optional<int64_t> rows = state_->table().RowCount(*now);
    const int64_t deleted = now->deletion_vector ? now->deletion_vector->cardinality : 0;
    if (plan.remove) {
      change.removed.push_back(now);
      metrics_["numRemovedFiles"] += 1;
      if (plan.is_missing && rows) {
        metrics_["numLostRows"] += *rows - deleted;
      }
      return {};
    }
    table::DataFile entry = *now;
    if (plan.drop_vector) {
      entry.deletion_vector.reset();
      change.removed.push_back(now);
      metrics_["numDroppedVectors"] += 1;
      metrics_["numRestoredRows"] += deleted;
    }
    LIMNO_TRY(MeasureFile(entry));
    if (plan.drop_vector) {
      change.added.push_back(std::move(entry));
    } else {
      change.corrected.push_back(std::move(entry));
      metrics_["numCorrectedFiles"] += 1;
    }
    return {};
  }

  /// Gives the entry the size and statistics of its file.
  Result<void> MeasureFile(table::DataFile& entry) {
    duckdb::Connection connection(database_);
    const std::string path = PathOf(*state_, entry.path);
    const auto footer =
        connection.Query("SELECT num_rows, file_size_bytes::BIGINT FROM parquet_file_metadata(" +
                         QuoteString(path) + ")");
    if (footer->HasError()) {
      return Fail(FromDuck(footer->GetErrorObject()));
    }
    LIMNO_ASSIGN(const FileFacts facts, ReadFileFacts(database_, state_, entry, {}));
    entry.size_bytes = footer->GetValue(1, 0).GetValue<int64_t>();
    const table::WrittenFile measured{
        entry.path,
        entry.partition_values,
        entry.size_bytes,
        ToStatistics(facts, footer->GetValue(0, 0).GetValue<int64_t>()),
        {}};
    entry.statistics = state_->table().Describe(measured, state_->metadata()).statistics;
    return {};
  }

  duckdb::DatabaseInstance& database_;
  const std::shared_ptr<TableState> state_;
  std::map<std::string, FilePlan> files_;
  std::set<std::string> features_;
  std::map<std::string, int64_t> metrics_;
};

}  // namespace

bool IsRepairable(const table::Finding& finding, bool drop_damaged) {
  switch (finding.remedy) {
    case Remedy::kNone:
      return false;
    case Remedy::kRemoveDamagedFile:
    case Remedy::kDropVector:
      return drop_damaged;
    default:
      return true;
  }
}

Result<std::optional<CommitRecord>> Repair(duckdb::DatabaseInstance& database,
                                           const std::shared_ptr<TableState>& state,
                                           const table::IntegrityReport& report,
                                           bool drop_damaged) {
  if (state == nullptr) {
    return Fail(ErrorKind::kCorrupt, "the log cannot be read, so nothing can be repaired", {},
                "restore the files that FSCK names from a backup first");
  }
  table::Table& table = state->table();
  RepairPlan plan(database, state);
  bool mends_log = false;
  for (const table::Finding& finding : report.findings) {
    if (IsRepairable(finding, drop_damaged)) {
      mends_log = mends_log || finding.remedy == Remedy::kRewriteLogFile;
      plan.Take(finding);
    }
  }
  if (mends_log) {
    LIMNO_TRY(table.MendLog(report));
  }
  LIMNO_ASSIGN(const table::SnapshotPtr base, table.Latest());
  LIMNO_ASSIGN(std::optional<table::Change> change, plan.Build(base));
  if (!change) {
    return std::nullopt;
  }
  if (drop_damaged) {
    change->operation.parameters["dropDamaged"] = "true";
  }
  LIMNO_ASSIGN(const table::CommitOutcome outcome, table.Commit(*change));
  return CommitRecord{state->name(), outcome.version, change->operation.name,
                      change->operation.metrics};
}

}  // namespace limno::engine
