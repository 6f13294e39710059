#include "table/delta/change_feed.h"

#include <fmt/format.h>

#include <limits>
#include <unordered_map>
#include <utility>

#include "table/delta/column_mapping.h"
#include "table/delta/commit_actions.h"
#include "table/delta/commit_times.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/log_path.h"
#include "table/delta/statistics_json.h"
#include "table/delta/table_properties.h"
#include "table/physical_name.h"

namespace limno::table::delta {
namespace {

/// The file a removal was about.
DataFile EntryOf(const Remove& remove) {
  DataFile file;
  file.path = remove.path;
  file.partition_values = remove.partition_values;
  file.size_bytes = remove.size_bytes.value_or(0);
  file.statistics = remove.statistics;
  file.deletion_vector = remove.deletion_vector;
  return file;
}

/// One commit after the other becomes rows of the feed.
class FeedReader {
 public:
  FeedReader(storage::ObjectStore& store, const Metadata& read_as)
      : store_(store), read_as_(read_as) {}

  Result<void> CheckMetadata(const Metadata& metadata, int64_t version) const;
  Result<void> Read(const std::vector<Action>& actions, int64_t version, base::UnixMillis time);
  std::vector<ChangedRows> Take() { return std::move(rows_); }

 private:
  Result<void> Derive(const std::vector<Action>& actions);
  Result<void> DeriveFromVectors(const Add& add, const Remove& remove);
  Result<RowSet> DeletedRows(const Boxed<DeletionVector>& vector) const;
  void AddRows(ChangeKind kind, DataFile file);
  void AddSome(ChangeKind kind, DataFile file, const RowSet& rows);

  storage::ObjectStore& store_;
  const Metadata& read_as_;
  int64_t version_ = 0;
  base::UnixMillis time_ = 0;
  std::vector<ChangedRows> rows_;
};

Result<void> FeedReader::CheckMetadata(const Metadata& metadata, int64_t version) const {
  if (!FeedIsOn(metadata)) {
    return Fail(
        ErrorKind::kRefused,
        fmt::format("the change feed was off at version {}: what it changed is not known", version),
        store_.Describe(),
        "read from a later version, and set delta.enableChangeDataFeed = 'true' for those "
        "to come");
  }
  // Files keep a column under its physical name, so that a feed across a renaming would mix what
  // readers knew under two names. Without a mapping names never change.
  for (const Field& field :
       UsesColumnMapping(metadata) ? metadata.schema.fields : std::vector<Field>()) {
    const Field* now = nullptr;
    for (const Field& candidate : read_as_.schema.fields) {
      if (PhysicalName(candidate) == PhysicalName(field)) {
        now = &candidate;
      }
    }
    if (now == nullptr || now->name != field.name) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("column {} of version {} was {} later", field.name, version,
                              now == nullptr ? "dropped" : "renamed to " + now->name),
                  store_.Describe(), "read the changes before and after that one by one");
    }
  }
  return {};
}

Result<void> FeedReader::Read(const std::vector<Action>& actions, int64_t version,
                              base::UnixMillis time) {
  version_ = version;
  time_ = time;
  bool recorded = false;
  for (const Action& action : actions) {
    if (const auto* metadata = std::get_if<MetadataAction>(&action)) {
      LIMNO_TRY(CheckMetadata(metadata->metadata, version));
    } else if (const auto* change = std::get_if<ChangeFile>(&action)) {
      DataFile file;
      file.path = change->path;
      file.partition_values = change->partition_values;
      file.size_bytes = change->size_bytes;
      AddRows(ChangeKind::kRecorded, std::move(file));
      recorded = true;
    }
  }
  // Where a writer recorded changes, the other actions of the version say the same once more.
  return recorded ? Result<void>() : Derive(actions);
}

Result<void> FeedReader::Derive(const std::vector<Action>& actions) {
  std::unordered_map<std::string, const Remove*> removes;
  for (const Action& action : actions) {
    const auto* remove = std::get_if<Remove>(&action);
    if (remove != nullptr && remove->data_change) {
      removes.emplace(FileKey(remove->path, std::nullopt), remove);
    }
  }
  for (const Action& action : actions) {
    const auto* add = std::get_if<Add>(&action);
    if (add == nullptr || !add->file.data_change) {
      continue;
    }
    const auto same = removes.find(FileKey(add->file.path, std::nullopt));
    if (same == removes.end()) {
      AddRows(ChangeKind::kInserted, add->file);
      continue;
    }
    LIMNO_TRY(DeriveFromVectors(*add, *same->second));
    removes.erase(same);
  }
  for (const Action& action : actions) {
    const auto* remove = std::get_if<Remove>(&action);
    if (remove == nullptr || removes.count(FileKey(remove->path, std::nullopt)) == 0) {
      continue;
    }
    if (!remove->extended_file_metadata && !read_as_.partition_columns.empty()) {
      return Fail(
          ErrorKind::kUnsupported,
          fmt::format("version {} does not say which partition the removed file was in", version_),
          remove->path, "read from a later version");
    }
    AddRows(ChangeKind::kDeleted, EntryOf(*remove));
  }
  return {};
}

/// The same file with other rows deleted than before: those are what changed.
Result<void> FeedReader::DeriveFromVectors(const Add& add, const Remove& remove) {
  LIMNO_ASSIGN(const RowSet after, DeletedRows(add.file.deletion_vector));
  LIMNO_ASSIGN(const RowSet before, DeletedRows(remove.deletion_vector));
  RowSet deleted = after;
  deleted.Subtract(before);
  RowSet restored = before;
  restored.Subtract(after);
  AddSome(ChangeKind::kDeleted, add.file, deleted);
  AddSome(ChangeKind::kInserted, add.file, restored);
  return {};
}

Result<RowSet> FeedReader::DeletedRows(const Boxed<DeletionVector>& vector) const {
  return vector ? ReadDeletionVector(store_, *vector) : RowSet();
}

void FeedReader::AddRows(ChangeKind kind, DataFile file) {
  rows_.push_back(
      {version_, time_, kind, std::make_shared<const DataFile>(std::move(file)), nullptr});
}

void FeedReader::AddSome(ChangeKind kind, DataFile file, const RowSet& rows) {
  if (rows.empty()) {
    return;
  }
  // Files with vectors have to say how many rows they hold; positions are below 2^32 in any case.
  const auto stated = StatedRowCount(file.statistics);
  RowSet unchanged;
  unchanged.AddRange(
      0, stated ? static_cast<uint64_t>(*stated) : std::numeric_limits<uint32_t>::max());
  unchanged.Subtract(rows);
  file.deletion_vector.reset();
  AddRows(kind, std::move(file));
  rows_.back().unchanged = std::make_shared<const RowSet>(std::move(unchanged));
}

}  // namespace

bool FeedIsOn(const Metadata& metadata) {
  return PropertyIsTrue(metadata, "delta.enableChangeDataFeed");
}

Result<std::vector<ChangedRows>> ReadChangeFeed(storage::ObjectStore& store, LogReader& reader,
                                                const DeltaSnapshot& from,
                                                const DeltaSnapshot& upto) {
  FeedReader feed(store, upto.metadata);
  LIMNO_TRY(feed.CheckMetadata(from.metadata, from.version));
  LIMNO_ASSIGN(const LogListing listing, ListLog(store, 0));
  const CommitTimes times(listing, upto.metadata);
  for (int64_t version = from.version; version <= upto.version; ++version) {
    LIMNO_ASSIGN(const std::optional<ReadCommit> commit, reader.ReadVersion(version, false));
    if (!commit) {
      return Fail(ErrorKind::kNotFound, fmt::format("the log no longer holds version {}", version),
                  CommitKey(version), "read from a later version");
    }
    LIMNO_TRY(
        feed.Read(commit->actions, version, times.Of(version, FindCommitInfo(commit->actions))));
  }
  return feed.Take();
}

}  // namespace limno::table::delta
