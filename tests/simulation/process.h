// One simulated process: opens the table, does this and that with it, dies, and begins again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/changes.h"
#include "simulation/lake.h"
#include "simulation/reading.h"
#include "table/delta/delta_table.h"

namespace limno::simulation {

class Process {
 public:
  Process(Lake& lake, std::string name, uint64_t seed);

  /// Its whole life; the body of a task.
  void Live();
  /// Its clock is wrong by so much from now on.
  void SetSkew(int64_t millis) { skew_millis_ = millis; }
  int64_t skew_millis() const { return skew_millis_; }

 private:
  /// Everything that a kill -9 takes away.
  struct Memory {
    std::shared_ptr<storage::FaultyStore> connection;
    table::delta::Environment environment;
    std::unique_ptr<table::ParquetIo> spoilt_parquet;
    std::unique_ptr<table::Table> table;
    std::unique_ptr<ChangePlanner> planner;
    std::unique_ptr<Reading> reading;
    /// A snapshot from earlier on, for changes that take their time.
    table::SnapshotPtr old_snapshot;
  };

  void Start();
  void Operate();
  void MakeTable();
  void Change(Kind kind);
  table::SnapshotPtr Base(Kind kind);
  void Commit(Plan plan);
  void Settle(int number, const Result<table::CommitOutcome>& outcome);
  void CheckRefusal(const Attempt& attempt, const Error& error);
  void Checkpoint();
  void Vacuum();
  void CleanLog();

  Lake& lake_;
  const std::string name_;
  base::Random random_;
  int64_t skew_millis_ = 0;
  SkewedClock clock_;
  Memory memory_;
  /// The attempt that is under way; -1 if none is.
  int attempt_ = -1;
};

}  // namespace limno::simulation
