// From a snapshot to a change of it, as the engine would make it, and what the change means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limno/result.h"
#include "simulation/lake.h"
#include "simulation/ledger.h"
#include "table/table.h"

namespace limno::simulation {

struct Plan {
  table::Change change;
  Intent intent;
};

/// Makes plans for one process. nullopt: there is nothing to do; an error: the store did not let
/// it. Data files are written through the table's store, and read without faults: what they hold
/// is not in question.
class ChangePlanner {
 public:
  ChangePlanner(Lake& lake, table::Table& table, base::Random& random)
      : lake_(lake), table_(table), random_(random) {}

  Plan Create() const;
  Result<std::optional<Plan>> Make(Kind kind, const table::SnapshotPtr& base);

 private:
  struct SeenFile {
    table::DataFilePtr file;
    std::vector<Row> rows;
    table::RowSet deleted;

    std::vector<Row> Visible() const;
    bool AnyMatches(const Predicate& where) const;
  };

  Result<std::vector<SeenFile>> Look(const table::Snapshot& snapshot);
  Result<void> WriteRows(const std::vector<Row>& rows, Plan& plan);
  Result<void> Append(Plan& plan);
  Result<void> Batch(Plan& plan);
  Result<void> DeleteByVectors(const std::vector<SeenFile>& files, Plan& plan);
  Result<bool> Delete(Plan& plan, bool updates);
  Result<bool> Rewrite(Plan& plan);
  Result<void> Overwrite(Plan& plan);
  Result<bool> Optimize(Plan& plan);
  void SetProperty(Plan& plan);
  Result<bool> Restore(Plan& plan);
  Predicate AnyPredicate();
  void Reads(const Predicate& where, const std::vector<SeenFile>& files, Plan& plan) const;

  Lake& lake_;
  table::Table& table_;
  base::Random& random_;
};

}  // namespace limno::simulation
