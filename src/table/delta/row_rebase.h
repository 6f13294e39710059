// Two changes of different rows of one file: the deletion vectors of the one that came second are
// carried over to what the first left of the file, or, if it only moved the rows and they have ids,
// to where they are now.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "limno/result.h"
#include "table/change.h"
#include "table/delta/conflict.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"
#include "table/row_set.h"

namespace limno::table::delta {

/// Follows one change over the commits that came first. Used once.
class RowRebase {
 public:
  /// Both outlive it. `change` is what is rebased: its removed and added files, and the rows in
  /// it, are those of its base.
  RowRebase(const Environment& environment, Change& change);

  /// Takes over what `winner`, which CheckConflict let pass, did to files of which our change
  /// deletes or read single rows. `metadata` is that before the winner. kConflict naming the file
  /// and a row if both changed the row.
  Result<void> Follow(const Winner& winner, const Metadata& metadata);

  /// Writes the vectors of the files that others changed. After that the change stands on
  /// `newest`, the version of the last winner.
  Result<void> Finish(const DeltaSnapshot& newest);

  /// Deletes, as far as it can, the vectors that were written and are not needed any more; only
  /// when the change is committed.
  void DiscardStale();

 private:
  /// A file of which rows matter to our change.
  struct Rows {
    /// Rows that our change deletes.
    RowSet deleted;
    /// All that matter: the deleted ones, and those of ReadSet::rows.
    RowSet mattering;
  };

  Result<void> FollowKept(const Winner& winner, const Remove& remove, const DataFile& kept);
  void Move(const std::string& from, const DataFile& file);
  Result<void> FollowMoved(const Winner& winner, const Metadata& metadata, const Remove& remove);
  void Arrive(const DataFile& file, Rows rows);
  void Forget(const std::string& key, const std::string& path);
  void DropStale(const std::string& path);

  const Environment& environment_;
  Change& change_;
  /// By the key of the file as it is now.
  std::unordered_map<std::string, Rows> rows_;
  /// Keys of files that need another vector than the change came with.
  std::set<std::string> outdated_;
  /// Where the vectors lie that were replaced.
  std::set<std::string> stale_keys_;
};

}  // namespace limno::table::delta
