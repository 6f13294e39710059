// The columns of a checkpoint and one row for each action of a snapshot.
// PROTOCOL.md, "Checkpoint Schema".
#pragma once

#include "limno/result.h"
#include "table/arrow_build.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// Hands out a snapshot's actions row by row. The snapshot must outlive it.
class CheckpointRows {
 public:
  /// Tombstones of files deleted before `tombstones_from` are left out.
  CheckpointRows(const DeltaSnapshot& snapshot, base::UnixMillis tombstones_from);

  /// An empty root with the columns that this snapshot needs.
  ArrowColumn MakeRoot() const;
  /// Appends rows until a batch is full; false if there were none left.
  Result<bool> Fill(ArrowColumn& root);

  int64_t rows() const { return rows_; }
  int64_t add_count() const { return static_cast<int64_t>(files_.size()); }

 private:
  enum class Step { kProtocol, kMetadata, kTransactions, kDomains, kFiles, kTombstones, kDone };

  /// Appends the next row; false at the end.
  bool AppendNext(ArrowColumn& root);
  void AppendProtocol(ArrowColumn& protocol) const;
  void AppendMetadata(ArrowColumn& metadata) const;

  const DeltaSnapshot& snapshot_;
  std::vector<DataFilePtr> files_;
  std::vector<std::shared_ptr<const Remove>> tombstones_;
  std::map<std::string, Transaction>::const_iterator next_transaction_;
  std::map<std::string, std::string>::const_iterator next_domain_;
  size_t next_file_ = 0;
  size_t next_tombstone_ = 0;
  Step step_ = Step::kProtocol;
  int64_t rows_ = 0;
};

}  // namespace limno::table::delta
