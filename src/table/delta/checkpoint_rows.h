// The columns of a checkpoint file and one row for each action in it.
// PROTOCOL.md, "Checkpoint Schema".
#pragma once

#include <array>
#include <optional>

#include "limno/result.h"
#include "table/arrow_build.h"
#include "table/delta/checkpoint_content.h"
#include "table/delta/checkpoint_parsed_columns.h"

namespace limno::table::delta {

/// What of a checkpoint's content one of its files holds.
struct CheckpointPart {
  /// Actions that are not about files.
  std::vector<Action> table_actions;
  /// File actions: files from the first on, then tombstones.
  size_t begin = 0;
  size_t end = 0;
};

/// Hands out the actions of one file row by row. The content must outlive it.
class CheckpointRows {
 public:
  CheckpointRows(const CheckpointContent& content, CheckpointPart part);

  /// An empty root with the columns that these actions need, and those for files in any case.
  ArrowColumn MakeRoot() const;
  /// Appends rows until a batch is full; false if there were none left.
  Result<bool> Fill(ArrowColumn& root);

  int64_t rows() const { return rows_; }

 private:
  /// The action columns, in the order in which they stand in the file.
  enum Kind : size_t {
    kTransaction,
    kAdd,
    kRemove,
    kMetadata,
    kProtocol,
    kDomain,
    kCheckpointMetadata,
    kSidecar,
    kKinds
  };
  static Kind KindOf(const Action& action);

  ArrowColumn MakeColumn(Kind kind) const;
  ArrowColumn MakeAdd() const;
  /// Appends the next row; false at the end.
  bool AppendNext(ArrowColumn& root);
  void AppendAdd(ArrowColumn& add, const DataFile& file) const;

  const CheckpointContent& content_;
  const CheckpointPart part_;
  const StatisticsForms forms_;
  const std::optional<ParsedFileColumns> parsed_;
  /// Where in the root each kind's column is; nullopt: it has none.
  std::array<std::optional<size_t>, kKinds> position_;
  size_t columns_ = 0;
  size_t next_action_ = 0;
  size_t next_file_;
  int64_t rows_ = 0;
};

}  // namespace limno::table::delta
