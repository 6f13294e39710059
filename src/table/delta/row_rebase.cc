#include "table/delta/row_rebase.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "table/delta/deletion_vector_codec.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/statistics_json.h"

namespace limno::table::delta {
namespace {

/// The first row that is in both; they intersect.
uint64_t FirstCommonRow(const RowSet& left, const RowSet& right) {
  uint64_t first = 0;
  bool found = false;
  left.ForEach([&](uint64_t row) {
    if (!found && right.Contains(row)) {
      first = row;
      found = true;
    }
  });
  return first;
}

Result<RowSet> DeletedRows(storage::ObjectStore& store,
                           const std::optional<DeletionVector>& vector) {
  return vector ? ReadDeletionVector(store, *vector) : Result<RowSet>(RowSet());
}

/// Where the vector of a file lies; nullopt if not in a file of the table.
std::optional<std::string> KeyOfVector(const DataFile& file) {
  if (!file.deletion_vector || file.deletion_vector->storage_type != 'u') {
    return std::nullopt;
  }
  Result<std::string> key = VectorFileKey(*file.deletion_vector);
  return key ? std::optional(*std::move(key)) : std::nullopt;
}

}  // namespace

RowRebase::RowRebase(const Environment& environment, Change& change)
    : environment_(environment), change_(change) {
  for (const auto& [key, rows] : change.deleted_rows) {
    rows_[key].deleted = rows;
    rows_[key].mattering.UnionWith(rows);
  }
  for (const auto& [key, rows] : change.reads.rows) {
    rows_[key].mattering.UnionWith(rows);
  }
}

Result<void> RowRebase::Follow(const Winner& winner) {
  if (rows_.empty()) {
    return {};
  }
  std::unordered_map<std::string, const DataFile*> added;
  for (const Action& action : winner.actions) {
    if (const auto* add = std::get_if<Add>(&action)) {
      added.emplace(FileKey(add->file.path, std::nullopt), &add->file);
    }
  }
  for (const Action& action : winner.actions) {
    const auto* remove = std::get_if<Remove>(&action);
    if (remove == nullptr) {
      continue;
    }
    const std::string key = remove->Key();
    if (rows_.count(key) == 0) {
      continue;
    }
    const auto kept = added.find(FileKey(remove->path, std::nullopt));
    if (kept != added.end()) {
      LIMNO_TRY(FollowKept(winner, *remove, *kept->second));
      Move(key, *kept->second);
    } else if (!rows_.at(key).mattering.empty()) {
      return ConflictWith(winner, fmt::format("removed a file of which this {} changes rows: {}",
                                              change_.operation.name, remove->path));
    } else {
      // Nothing of it mattered.
      change_.reads.rows.erase(key);
      rows_.erase(key);
    }
  }
  return {};
}

/// The winner deleted more rows of a file: fine if none of them matters.
Result<void> RowRebase::FollowKept(const Winner& winner, const Remove& remove,
                                   const DataFile& kept) {
  LIMNO_ASSIGN(const RowSet before, DeletedRows(*environment_.store, remove.deletion_vector));
  LIMNO_ASSIGN(RowSet theirs, DeletedRows(*environment_.store, kept.deletion_vector));
  RowSet back = before;
  back.Subtract(theirs);
  if (!back.empty()) {
    return ConflictWith(winner, fmt::format("brought deleted rows back to a file that this {} "
                                            "read: {}",
                                            change_.operation.name, remove.path));
  }
  theirs.Subtract(before);
  const RowSet& ours = rows_.at(remove.Key()).mattering;
  if (ours.Intersects(theirs)) {
    return ConflictWith(
        winner,
        fmt::format("changed row {} of a file, which this {} {}: {}", FirstCommonRow(ours, theirs),
                    change_.operation.name,
                    rows_.at(remove.Key()).deleted.Intersects(theirs) ? "changes, too" : "read",
                    remove.path));
  }
  return {};
}

void RowRebase::Move(const std::string& from, const DataFile& file) {
  const std::string to = file.Key();
  const auto move = [&](auto& map) {
    if (auto node = map.extract(from)) {
      node.key() = to;
      map.insert(std::move(node));
    }
  };
  move(rows_);
  move(change_.reads.rows);
  if (change_.deleted_rows.count(from) > 0) {
    move(change_.deleted_rows);
    outdated_.erase(from);
    outdated_.insert(to);
    for (DataFilePtr& removed : change_.removed) {
      if (removed->Key() == from) {
        removed = std::make_shared<const DataFile>(file);
      }
    }
  }
}

Result<void> RowRebase::Finish(const DeltaSnapshot& newest) {
  std::vector<std::pair<DataFilePtr, RowSet>> deletes;
  for (const std::string& key : outdated_) {
    const DataFilePtr file = newest.files.Find(key);
    if (file == nullptr) {
      return Fail(ErrorKind::kInternal, "a file of a rebased change is not in the version", key);
    }
    const auto removed =
        std::find_if(change_.removed.begin(), change_.removed.end(),
                     [&](const DataFilePtr& candidate) { return candidate->path == file->path; });
    if (removed != change_.removed.end()) {
      *removed = file;
    }
    const auto stale =
        std::find_if(change_.added.begin(), change_.added.end(),
                     [&](const DataFile& candidate) { return candidate.path == file->path; });
    if (stale != change_.added.end()) {
      if (auto vector_key = KeyOfVector(*stale)) {
        stale_keys_.insert(*std::move(vector_key));
      }
      change_.added.erase(stale);
    }
    const RowSet& rows = rows_.at(key).deleted;
    const int64_t already = file->deletion_vector ? file->deletion_vector->cardinality : 0;
    if (StatedRowCount(file->statistics) != already + static_cast<int64_t>(rows.Cardinality())) {
      deletes.emplace_back(file, rows);
    }
  }
  outdated_.clear();
  LIMNO_ASSIGN(std::vector<DataFile> entries,
               WriteDeletionVectors(environment_, newest.metadata, deletes));
  std::move(entries.begin(), entries.end(), std::back_inserter(change_.added));
  return {};
}

void RowRebase::DiscardStale() {
  for (const DataFile& file : change_.added) {
    if (const auto needed = KeyOfVector(file)) {
      stale_keys_.erase(*needed);
    }
  }
  for (const std::string& key : stale_keys_) {
    // What stays behind is unreferenced and VACUUM's business.
    (void)environment_.store->Delete(key);
  }
  stale_keys_.clear();
}

}  // namespace limno::table::delta
