// What a reader is shown, held against the model.
#pragma once

#include <string>
#include <vector>

#include "limno/result.h"
#include "simulation/lake.h"
#include "table/delta/delta_table.h"
#include "table/table.h"

namespace limno::simulation {

class Reading {
 public:
  /// Reads `table`, and others opened anew in `environment`.
  Reading(Lake& lake, const table::delta::Environment& environment, table::Table& table)
      : lake_(lake), environment_(environment), table_(table) {}

  /// The newest version, compared.
  Result<table::SnapshotPtr> Latest();
  /// One of the things below, chosen at random; `latest` is from Latest().
  void Any(const table::Snapshot& latest, base::Random& random);

  void Version(table::Table& table, int64_t version);
  void Time(const table::Snapshot& latest, base::Random& random);
  void History();
  void FilesAdded(const table::Snapshot& latest, base::Random& random);
  /// Everything in the snapshot that can be compared without reading files.
  void Compare(const table::Snapshot& snapshot, const std::string& what);
  /// The rows, through the data files and deletion vectors.
  void CompareRows(table::Table& table, const table::Snapshot& snapshot);

 private:
  Result<std::vector<Row>> RowsOf(table::Table& table, const table::DataFile& file);
  /// Whether the commit of that version was not cleaned up.
  bool HasCommit(int64_t version);
  /// Whether the failure is one that a reader has to live with.
  void CheckFailure(const std::string& what, int64_t version, const Error& error);

  Lake& lake_;
  const table::delta::Environment& environment_;
  table::Table& table_;
};

}  // namespace limno::simulation
