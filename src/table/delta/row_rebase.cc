#include "table/delta/row_rebase.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "table/delta/deletion_vector_codec.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/row_ids.h"
#include "table/delta/row_tracking.h"
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

Result<RowSet> DeletedRows(storage::ObjectStore& store, const Boxed<DeletionVector>& vector) {
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

Result<void> RowRebase::Follow(const Winner& winner, const Metadata& metadata) {
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
    } else if (rows_.at(key).mattering.empty()) {
      change_.reads.rows.erase(key);
      rows_.erase(key);
    } else {
      LIMNO_TRY(FollowMoved(winner, metadata, *remove));
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

/// The winner removed a file and rows of it matter: if it wrote them to other files unchanged,
/// their ids tell where they are.
Result<void> RowRebase::FollowMoved(const Winner& winner, const Metadata& metadata,
                                    const Remove& remove) {
  const auto identity = RowIdentityOf(metadata);
  if (remove.data_change || !identity) {
    return ConflictWith(winner, fmt::format("{} a file of which this {} changes rows: {}",
                                            remove.data_change ? "removed" : "rearranged",
                                            change_.operation.name, remove.path));
  }
  const std::string key = remove.Key();
  const Rows ours = rows_.at(key);
  LIMNO_ASSIGN(const FileRowIds ids,
               FileRowIds::Read(environment_, remove.path, identity->row_id, remove.base_row_id));
  // Id -> is the row to be deleted?
  std::unordered_map<int64_t, bool> wanted;
  ours.mattering.ForEach([&](uint64_t row) {
    if (const std::optional<int64_t> id = ids.At(row)) {
      wanted.emplace(*id, ours.deleted.Contains(row));
    }
  });
  uint64_t found = 0;
  Forget(key, remove.path);
  for (const Action& action : winner.actions) {
    const auto* add = std::get_if<Add>(&action);
    if (add == nullptr || add->file.data_change) {
      continue;
    }
    LIMNO_ASSIGN(const FileRowIds there, FileRowIds::Read(environment_, add->file.path,
                                                          identity->row_id, add->file.base_row_id));
    const std::optional<int64_t> row_count = StatedRowCount(add->file.statistics);
    LIMNO_ASSIGN(const RowSet gone, DeletedRows(*environment_.store, add->file.deletion_vector));
    Rows rows;
    there.ForEachOf(wanted, static_cast<uint64_t>(row_count.value_or(0)),
                    [&](int64_t id, uint64_t row) {
                      if (gone.Contains(row)) {
                        return;
                      }
                      rows.mattering.Add(row);
                      if (wanted.at(id)) {
                        rows.deleted.Add(row);
                      }
                      ++found;
                    });
    if (!rows.mattering.empty()) {
      Arrive(add->file, std::move(rows));
    }
  }
  if (found != ours.mattering.Cardinality()) {
    return ConflictWith(winner, fmt::format("rearranged a file, and rows that this {} changes are "
                                            "not found again: {}",
                                            change_.operation.name, remove.path));
  }
  return {};
}

/// Rows that matter are in another file now.
void RowRebase::Arrive(const DataFile& file, Rows rows) {
  const std::string key = file.Key();
  change_.reads.rows[key].UnionWith(rows.mattering);
  if (!rows.deleted.empty()) {
    if (outdated_.insert(key).second) {
      change_.removed.push_back(std::make_shared<const DataFile>(file));
    }
    change_.deleted_rows[key].UnionWith(rows.deleted);
  }
  Rows& all = rows_[key];
  all.deleted.UnionWith(rows.deleted);
  all.mattering.UnionWith(rows.mattering);
}

/// A file that is not there any more, and was not removed by us.
void RowRebase::Forget(const std::string& key, const std::string& path) {
  rows_.erase(key);
  outdated_.erase(key);
  change_.deleted_rows.erase(key);
  change_.reads.rows.erase(key);
  const auto removed = std::remove_if(change_.removed.begin(), change_.removed.end(),
                                      [&](const DataFilePtr& file) { return file->Key() == key; });
  change_.removed.erase(removed, change_.removed.end());
  DropStale(path);
}

/// The entry that our change had for a file with other rows deleted.
void RowRebase::DropStale(const std::string& path) {
  const auto stale =
      std::find_if(change_.added.begin(), change_.added.end(),
                   [&](const DataFile& candidate) { return candidate.path == path; });
  if (stale != change_.added.end()) {
    if (auto vector_key = KeyOfVector(*stale)) {
      stale_keys_.insert(*std::move(vector_key));
    }
    change_.added.erase(stale);
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
    DropStale(file->path);
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
