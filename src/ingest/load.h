// Loading: files of any origin and packing into a table, each exactly once.
//
// 1. List the inputs. 2. Read the ledger (in the table's own log). 3. Several threads fetch, unpack
// and convert what the ledger does not have into the landing zone; an input with anything wrong in
// it is refused as a whole. 4. Settle the types of new columns over all files. 5. One commit
// appends all good files and writes their ledger entries.
//
// Why a crash neither loses nor doubles a row, whenever it comes:
// - Before the commit, nothing in the table has changed. The landing zone holds complete files only
//   (renamed when written, a manifest last), which the next load may use or make again; temporary
//   files are removed by the next load.
// - The commit is one put-if-absent of one log entry with the rows and the ledger entries: there
// are
//   both or none. So the next load finds each file either loaded with its ledger entry, or not at
//   all.
// - After the commit, nothing remains to be done; hints about unchanged files (Sighting) say only
// what
//   content a file has, never that it was loaded.
// Two loads of the same file at once: the ledger entry was absent when the first looked; the commit
// of the second states that it must still be (CommitAnnotation::expected_app_versions), fails with
// kConflict, and that load looks again.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/catalog.h"
#include "engine/engine.h"
#include "ingest/decompress.h"
#include "ingest/fetch.h"
#include "limno/lake.h"

namespace limno::ingest {

struct LoaderOptions {
  /// Of the lake's landing zone: "<lake>/_limno/landing". Local.
  std::string landing_folder;
  /// For downloads and unpacked files; removed when the load ends. May need as much space as all
  /// downloads plus, per thread, the largest file unpacked.
  std::string work_folder;
  /// Inputs worked on at a time; 0: as many as there are processors, at most 8.
  int threads = 0;
  /// fsync what is landed.
  bool sync = true;
  int standard_input = 0;
  UnpackLimits limits;
};

using SessionFactory = std::function<Result<std::unique_ptr<engine::Session>>()>;

/// Thread safe; loads run side by side.
class Loader {
 public:
  /// All must outlive the loader.
  Loader(SessionFactory sessions, catalog::Catalog& lake, Web& web, base::Clock& clock,
         base::Random& random, LoaderOptions options)
      : sessions_(std::move(sessions)),
        lake_(lake),
        web_(web),
        clock_(clock),
        random_(random),
        options_(std::move(options)) {}

  /// Bad inputs are in the report (`skipped`), whose status is "done", "nothing to do", or
  /// "failed": then nothing was loaded, because no input was good, or because one was bad and the
  /// options do not let the others go on. Failures of the load itself are errors: kUsage for wrong
  /// options, kInterrupted, and what committing gives.
  Result<StepReport> Load(const LoadOptions& load, Observer& observer);

  /// Ends the loads that run now with kInterrupted.
  void Interrupt();

 private:
  class RunningSession;
  class Stop;

  SessionFactory sessions_;
  catalog::Catalog& lake_;
  Web& web_;
  base::Clock& clock_;
  base::Random& random_;
  LoaderOptions options_;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::set<engine::Session*> sessions_running_;
  std::set<std::atomic<bool>*> stops_;
};

}  // namespace limno::ingest
