#include "simulation/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace limno::simulation {
namespace {

constexpr int kPutAttempts = 4;
constexpr int64_t kApplications = 2;
constexpr int64_t kFirstBatchId = 1'000'000;

const char* PartitionOf(Row row) { return IdOf(row) % 2 == 0 ? "a" : "b"; }

table::PartitionValues Values(const std::string& partition) { return {{"p", partition}}; }

void Sort(std::vector<Row>& rows) { std::sort(rows.begin(), rows.end()); }

}  // namespace

std::vector<Row> ChangePlanner::SeenFile::Visible() const {
  std::vector<Row> visible;
  for (size_t index = 0; index < rows.size(); ++index) {
    if (!deleted.Contains(index)) {
      visible.push_back(rows[index]);
    }
  }
  return visible;
}

bool ChangePlanner::SeenFile::AnyMatches(const Predicate& where) const {
  const std::vector<Row> visible = Visible();
  return std::any_of(visible.begin(), visible.end(), [&](Row row) { return where.Matches(row); });
}

Plan ChangePlanner::Create() const {
  Plan plan;
  plan.intent.kind = Kind::kCreate;
  plan.change.operation.name = "CREATE TABLE";
  table::Metadata metadata;
  metadata.schema.fields.push_back({"id", table::Primitive(table::TypeKind::kLong), true, {}});
  metadata.schema.fields.push_back({"p", table::Primitive(table::TypeKind::kString), true, {}});
  metadata.partition_columns = {"p"};
  metadata.properties["delta.checkpointInterval"] =
      std::to_string(lake_.options.checkpoint_interval);
  if (lake_.options.uses_in_commit_times && lake_.options.seed % 2 == 0) {
    metadata.properties["delta.enableInCommitTimestamps"] = "true";
  }
  plan.change.metadata = std::move(metadata);
  return plan;
}

Result<std::vector<ChangePlanner::SeenFile>> ChangePlanner::Look(const table::Snapshot& snapshot) {
  std::vector<SeenFile> seen;
  for (const table::DataFilePtr& file : snapshot.files.ToVector()) {
    SeenFile entry;
    entry.file = file;
    LIMNO_ASSIGN(const std::string bytes, lake_.bottom->Read(file->path));
    entry.rows = ParseRows(bytes);
    if (file->deletion_vector) {
      LIMNO_ASSIGN(entry.deleted, table_.ReadDeletionVector(*file->deletion_vector));
    }
    seen.push_back(std::move(entry));
  }
  return seen;
}

Result<std::optional<Plan>> ChangePlanner::Make(Kind kind, const table::SnapshotPtr& base) {
  Plan plan;
  plan.change.base = base;
  plan.intent.kind = kind;
  bool does_something = true;
  switch (kind) {
    case Kind::kCreate:
      return std::optional(Create());
    case Kind::kAppend:
      LIMNO_TRY(Append(plan));
      break;
    case Kind::kBatch:
      LIMNO_TRY(Batch(plan));
      break;
    case Kind::kDelete:
    case Kind::kUpdate: {
      LIMNO_ASSIGN(does_something, Delete(plan, kind == Kind::kUpdate));
      break;
    }
    case Kind::kRewrite: {
      LIMNO_ASSIGN(does_something, Rewrite(plan));
      break;
    }
    case Kind::kOverwrite:
      LIMNO_TRY(Overwrite(plan));
      break;
    case Kind::kOptimize: {
      LIMNO_ASSIGN(does_something, Optimize(plan));
      break;
    }
    case Kind::kSetProperty:
      SetProperty(plan);
      break;
    case Kind::kRestore: {
      LIMNO_ASSIGN(does_something, Restore(plan));
      break;
    }
  }
  Sort(plan.intent.removed);
  Sort(plan.intent.added);
  return does_something ? std::optional(std::move(plan)) : std::nullopt;
}

/// One file for each partition that the rows fall into.
Result<void> ChangePlanner::WriteRows(const std::vector<Row>& rows, Plan& plan) {
  for (const char* const partition : {"a", "b"}) {
    std::vector<Row> inside;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(inside),
                 [&](Row row) { return PartitionOf(row) == std::string_view(partition); });
    if (inside.empty()) {
      continue;
    }
    table::WrittenFile written;
    written.key = table_.NewDataFileKey(Values(partition));
    written.partition_values = Values(partition);
    const std::string bytes = FormatRows(inside);
    written.size_bytes = static_cast<int64_t>(bytes.size());
    written.statistics.row_count = static_cast<int64_t>(inside.size());
    Result<void> put = table_.store().Put(written.key, bytes);
    for (int attempt = 1;
         !put && put.error().kind == ErrorKind::kUnavailable && attempt < kPutAttempts; ++attempt) {
      put = table_.store().Put(written.key, bytes);
    }
    LIMNO_TRY(put);
    plan.change.added.push_back(table_.Describe(written, plan.change.base->metadata));
  }
  return {};
}

Result<void> ChangePlanner::Append(Plan& plan) {
  plan.change.operation.name = "WRITE";
  // Small tables meet conflicts; files of many rows are changed by several at once.
  const uint64_t most = random_.Below(3) == 0 ? 12 : 3;
  for (uint64_t count = 1 + random_.Below(most); count > 0; --count) {
    plan.intent.added.push_back(lake_.ledger.NewRowId() * kRevisions);
  }
  return WriteRows(plan.intent.added, plan);
}

/// The next batch of an application, whose rows depend on its number only, as those of a file or a
/// range of offsets would.
Result<void> ChangePlanner::Batch(Plan& plan) {
  plan.change.operation.name = "STREAMING UPDATE";
  const auto number = static_cast<int64_t>(random_.Below(kApplications));
  const std::string application = fmt::format("application {}", number);
  const auto last = plan.change.base->app_transactions.find(application);
  const int64_t batch = (last == plan.change.base->app_transactions.end() ? 0 : last->second) + 1;
  plan.change.app_transactions[application] = batch;
  plan.change.reads.app_ids.push_back(application);
  plan.intent.batches[application] = batch;
  for (int64_t index = 0; index < 2; ++index) {
    plan.intent.added.push_back((kFirstBatchId + number * kFirstBatchId / 2 + batch * 10 + index) *
                                kRevisions);
  }
  return WriteRows(plan.intent.added, plan);
}

Predicate ChangePlanner::AnyPredicate() {
  Predicate where;
  where.modulus = static_cast<int64_t>(2 + random_.Below(6));
  where.remainder = static_cast<int64_t>(random_.Below(static_cast<uint64_t>(where.modulus)));
  return where;
}

/// As with perfect statistics: exactly the files with a row that matches were read, and any other
/// with such a row would have been.
void ChangePlanner::Reads(const Predicate& where, const std::vector<SeenFile>& files,
                          Plan& plan) const {
  plan.intent.where = where;
  plan.change.reads.might_match = [bottom = lake_.bottom, where](const table::DataFile& file) {
    const Result<std::string> bytes = bottom->Read(file.path);
    if (!bytes) {
      // A VACUUM took it: as with statistics that say nothing, no row can be ruled out.
      return true;
    }
    const std::vector<Row> rows = ParseRows(*bytes);
    return std::any_of(rows.begin(), rows.end(), [&](Row row) { return where.Matches(row); });
  };
  for (const SeenFile& seen : files) {
    if (seen.AnyMatches(where)) {
      plan.change.reads.file_keys.push_back(seen.file->Key());
    }
  }
}

/// Takes the rows that match `where` out of their files.
Result<void> ChangePlanner::DeleteByVectors(const std::vector<SeenFile>& files, Plan& plan) {
  std::vector<std::pair<table::DataFilePtr, table::RowSet>> deletes;
  for (const SeenFile& seen : files) {
    table::RowSet rows;
    for (size_t index = 0; index < seen.rows.size(); ++index) {
      if (!seen.deleted.Contains(index) && plan.intent.where->Matches(seen.rows[index])) {
        rows.Add(index);
        plan.intent.removed.push_back(seen.rows[index]);
      }
    }
    if (rows.empty()) {
      continue;
    }
    plan.change.removed.push_back(seen.file);
    plan.change.deleted_rows[seen.file->Key()] = rows;
    if (rows.Cardinality() < seen.Visible().size()) {
      deletes.emplace_back(seen.file, std::move(rows));
    }
  }
  Spoil(lake_.options.sabotage, deletes);
  LIMNO_ASSIGN(std::vector<table::DataFile> entries, table_.WriteDeletionVectors(deletes));
  std::move(entries.begin(), entries.end(), std::back_inserter(plan.change.added));
  return {};
}

Result<bool> ChangePlanner::Delete(Plan& plan, bool updates) {
  plan.change.operation.name = updates ? "UPDATE" : "DELETE";
  LIMNO_ASSIGN(const std::vector<SeenFile> files, Look(*plan.change.base));
  Reads(AnyPredicate(), files, plan);
  // Of the files, only the rows that it deletes matter to it.
  plan.change.reads.file_keys.clear();
  LIMNO_TRY(DeleteByVectors(files, plan));
  if (plan.intent.removed.empty()) {
    return false;
  }
  if (updates) {
    for (const Row row : plan.intent.removed) {
      plan.intent.added.push_back(row + 1);
    }
    LIMNO_TRY(WriteRows(plan.intent.added, plan));
  }
  return true;
}

Result<bool> ChangePlanner::Rewrite(Plan& plan) {
  plan.change.operation.name = "UPDATE";
  LIMNO_ASSIGN(const std::vector<SeenFile> files, Look(*plan.change.base));
  Reads(AnyPredicate(), files, plan);
  std::vector<Row> rewritten;
  for (const SeenFile& seen : files) {
    if (!seen.AnyMatches(*plan.intent.where)) {
      continue;
    }
    plan.change.removed.push_back(seen.file);
    for (const Row row : seen.Visible()) {
      const bool matches = plan.intent.where->Matches(row);
      rewritten.push_back(matches ? row + 1 : row);
      if (matches) {
        plan.intent.removed.push_back(row);
        plan.intent.added.push_back(row + 1);
      }
    }
  }
  if (rewritten.empty()) {
    return false;
  }
  LIMNO_TRY(WriteRows(rewritten, plan));
  return true;
}

Result<void> ChangePlanner::Overwrite(Plan& plan) {
  plan.change.operation.name = "WRITE";
  LIMNO_ASSIGN(const std::vector<SeenFile> files, Look(*plan.change.base));
  Reads(Predicate{}, files, plan);
  plan.change.reads.might_match = [](const table::DataFile&) { return true; };
  for (const SeenFile& seen : files) {
    const std::vector<Row> visible = seen.Visible();
    plan.change.removed.push_back(seen.file);
    plan.intent.removed.insert(plan.intent.removed.end(), visible.begin(), visible.end());
  }
  for (uint64_t count = 1 + random_.Below(4); count > 0; --count) {
    plan.intent.added.push_back(lake_.ledger.NewRowId() * kRevisions);
  }
  return WriteRows(plan.intent.added, plan);
}

Result<bool> ChangePlanner::Optimize(Plan& plan) {
  plan.change.operation.name = "OPTIMIZE";
  plan.change.data_change = false;
  const std::string partition = random_.Below(2) == 0 ? "a" : "b";
  LIMNO_ASSIGN(std::vector<SeenFile> files, Look(*plan.change.base));
  files.erase(std::remove_if(files.begin(), files.end(),
                             [&](const SeenFile& seen) {
                               return seen.file->partition_values != Values(partition);
                             }),
              files.end());
  std::vector<Row> rows;
  bool has_vector = false;
  for (const SeenFile& seen : files) {
    const std::vector<Row> visible = seen.Visible();
    rows.insert(rows.end(), visible.begin(), visible.end());
    has_vector = has_vector || seen.file->deletion_vector.has_value();
    plan.change.removed.push_back(seen.file);
    plan.change.reads.file_keys.push_back(seen.file->Key());
  }
  if (files.size() < 2 && !has_vector) {
    return false;
  }
  LIMNO_TRY(WriteRows(rows, plan));
  return true;
}

void ChangePlanner::SetProperty(Plan& plan) {
  plan.change.operation.name = "SET TBLPROPERTIES";
  plan.intent.counts = true;
  table::Metadata metadata = plan.change.base->metadata;
  std::string& count = metadata.properties[kCounter];
  int64_t value = 0;
  std::from_chars(count.data(), count.data() + count.size(), value);
  count = std::to_string(value + 1);
  if (lake_.options.uses_in_commit_times) {
    metadata.properties["delta.enableInCommitTimestamps"] = "true";
  }
  plan.change.metadata = std::move(metadata);
}

/// As the engine does it: the difference between now and then, of files that are still there.
Result<bool> ChangePlanner::Restore(Plan& plan) {
  plan.change.operation.name = "RESTORE";
  const table::Snapshot& now = *plan.change.base;
  if (now.version < 1) {
    return false;
  }
  const auto version = static_cast<int64_t>(random_.Below(static_cast<uint64_t>(now.version)));
  LIMNO_ASSIGN(const table::SnapshotPtr target, table_.AtVersion(version));
  for (const table::DataFilePtr& file : target->files.ToVector()) {
    if (now.files.Find(file->Key()) == nullptr) {
      LIMNO_TRY(table_.store().Head(file->path));
      plan.change.added.push_back(*file);
    }
  }
  for (const table::DataFilePtr& file : now.files.ToVector()) {
    plan.change.reads.file_keys.push_back(file->Key());
    if (target->files.Find(file->Key()) == nullptr) {
      plan.change.removed.push_back(file);
    }
  }
  plan.change.reads.might_match = [](const table::DataFile&) { return true; };
  plan.intent.restored_version = version;
  return !plan.change.added.empty() || !plan.change.removed.empty();
}

}  // namespace limno::simulation
