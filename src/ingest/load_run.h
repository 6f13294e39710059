// One run of Loader::Load, step by step.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ingest/addition.h"
#include "ingest/input_landing.h"
#include "ingest/load.h"
#include "ingest/load_settings.h"
#include "ingest/work_folder.h"

namespace limno::ingest {

/// What a run works with; all outlives it.
struct LoadSurroundings {
  /// Sessions that Interrupt() reaches.
  SessionFactory sessions;
  catalog::Catalog& lake;
  Web& web;
  base::Clock& clock;
  base::Random& random;
  const LoaderOptions& options;
  const std::atomic<bool>& stop;
};

class LoadRun {
 public:
  LoadRun(LoadSurroundings surroundings, LoadSettings settings, Observer& observer);

  /// Once.
  Result<StepReport> Run();

 private:
  /// Reads the ledger and the table's columns as they are now.
  Result<void> LookAtTable();
  /// Lands all inputs, several at a time.
  Result<void> LandAll(const std::vector<InputFile>& inputs);
  void LandSome(const std::vector<InputFile>& inputs, std::atomic<size_t>& next);
  /// Lands input `number` and keeps its outcome.
  void LandOne(engine::Session& session, const InputFile& input, size_t number);

  /// Settles types; what does not fit is landed again or fails. Afterwards all landed files match.
  Result<void> Settle();
  void RefuseStrangers();
  /// True if nothing failed that had been good.
  Result<bool> LandMismatchesAgain();
  std::vector<const LandedFile*> LandedFiles() const;

  /// Appends what was landed; nothing if there is none.
  Result<void> Commit();
  Result<void> SettleAndCommit();
  engine::CommitAnnotation Annotation() const;
  Result<void> CheckPartitionColumns() const;
  /// kConflict if one of our files was loaded since the ledger was read. Saves work; what makes
  /// sure is the commit itself (CommitAnnotation::expected_app_versions).
  Result<void> CheckNotOvertaken() const;

  void Refuse(InputOutcome& outcome, Error error);
  bool MustGiveUp() const;
  void Complete();

  LoadSurroundings surroundings_;
  LoadSettings settings_;
  LoadIdentity identity_;
  Landing landing_;
  Fetcher fetcher_;
  LoadProgress progress_;
  InputLanding input_landing_;
  std::unique_ptr<WorkFolder> work_;
  std::unique_ptr<engine::Session> session_;

  Ledger ledger_;
  /// Declared columns and those of the table.
  WantedColumns known_;
  /// And the elected ones.
  WantedColumns wanted_;
  std::vector<std::string> order_;

  /// In the order of the inputs. Each is written by one thread.
  std::vector<InputOutcome> outcomes_;
  std::atomic<bool> any_failed_ = false;
  StepReport report_;
};

}  // namespace limno::ingest
