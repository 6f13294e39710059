// Bugs put in on purpose, to see that the simulation finds them: a search that finds nothing is
// worth what it has been seen to find.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/object_store.h"
#include "table/change.h"
#include "table/ports.h"
#include "table/row_set.h"
#include "table/table.h"

namespace limno::simulation {

enum class Sabotage {
  kNone,
  /// A writer does not know its own commit again after a lost acknowledgement.
  kForgottenCommits,
  /// What a change read is not held against what others committed.
  kUncheckedReads,
  /// VACUUM takes whatever the newest version does not name.
  kHastyVacuum,
  /// PutIfAbsent replaces what is there.
  kReplacingCommits,
  /// A commit is acknowledged and never written.
  kEarlyAcknowledgements,
  /// Batches do not say which they are.
  kLostBatchNumbers,
  /// A new deletion vector leaves out what was deleted before.
  kForgottenDeletions,
  /// A checkpoint holds an older version than it says.
  kStaleCheckpoints,
  /// Readers are told that the next version is not there yet.
  kStaleReads,
};
inline constexpr Sabotage kSabotages[] = {
    Sabotage::kForgottenCommits,   Sabotage::kUncheckedReads,        Sabotage::kHastyVacuum,
    Sabotage::kReplacingCommits,   Sabotage::kEarlyAcknowledgements, Sabotage::kLostBatchNumbers,
    Sabotage::kForgottenDeletions, Sabotage::kStaleCheckpoints,      Sabotage::kStaleReads,
};
const char* NameOf(Sabotage sabotage);
std::optional<Sabotage> SabotageOf(const std::string& name);

/// The store of a process, spoilt; `store` itself where the sabotage lies elsewhere.
std::shared_ptr<storage::ObjectStore> Spoil(Sabotage sabotage,
                                            std::shared_ptr<storage::ObjectStore> store);
void Spoil(Sabotage sabotage, table::Change& change);
void Spoil(Sabotage sabotage, table::VacuumOptions& options);
void Spoil(Sabotage sabotage, std::vector<std::pair<table::DataFilePtr, table::RowSet>>& deletes);
/// `parquet` must outlive what is returned.
std::unique_ptr<table::ParquetIo> Spoil(Sabotage sabotage, table::ParquetIo& parquet);

}  // namespace limno::simulation
