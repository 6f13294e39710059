// What the processes of one simulated run share, and how the run is to be.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "simulation/auditor.h"
#include "simulation/ledger.h"
#include "simulation/sabotage.h"
#include "simulation/schedule.h"
#include "storage/testing/faulty_store.h"
#include "table/testing/memory_parquet.h"

namespace limno::simulation {

struct Options {
  uint64_t seed = 1;
  int processes = 3;
  int operations_each = 6;
  uint64_t switch_percent = 50;
  /// Seed and crash are set for each process anew.
  storage::FaultOptions faults;
  /// How many of the processes, first or started again, die soon.
  uint64_t crash_percent = 0;
  /// Clocks are wrong by up to so much, and jump.
  int64_t longest_skew_millis = 0;
  /// Before how many operations days go by.
  uint64_t quiet_percent = 0;
  /// Somebody removes old parts of the log, as Spark does.
  bool cleans_log = false;
  bool uses_in_commit_times = false;
  int checkpoint_interval = 3;
  Sabotage sabotage = Sabotage::kNone;
};

/// What the seed makes of it: from calm to everything at once.
Options OptionsOf(uint64_t seed);

struct Lake {
  const Options& options;
  Schedule& schedule;
  Ledger& ledger;
  Verdict& verdict;
  Counters& counters;
  Auditor& auditor;
  /// Without faults and steps, for looking.
  std::shared_ptr<storage::ObjectStore> bottom;
  /// The same for those whose doings count.
  std::shared_ptr<storage::ObjectStore> watched;
  table::ParquetIo& parquet;
  /// Of every process that ever was: what they sent may still arrive.
  std::vector<std::shared_ptr<storage::FaultyStore>> connections;
};

}  // namespace limno::simulation
