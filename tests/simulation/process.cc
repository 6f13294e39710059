#include "simulation/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulation/simulated_store.h"
#include "table/delta/checkpoint_write.h"
#include "table/delta/log_path.h"

namespace limno::simulation {
namespace {

constexpr int64_t kMillisPerDay = 24LL * 3600 * 1000;
constexpr int64_t kLongestPauseMillis = 20'000;
constexpr uint64_t kLongestLife = 150;

}  // namespace

Process::Process(Lake& lake, std::string name, uint64_t seed)
    : lake_(lake), name_(std::move(name)), random_(seed), clock_(lake.schedule, skew_millis_) {}

void Process::Start() {
  memory_ = Memory();
  storage::FaultOptions faults = lake_.options.faults;
  faults.seed = random_.Next();
  if (random_.Below(100) < lake_.options.crash_percent) {
    faults.crash_at_operation = 1 + random_.Below(kLongestLife);
  }
  memory_.connection = std::make_shared<storage::FaultyStore>(lake_.watched, faults, clock_);
  lake_.connections.push_back(memory_.connection);
  std::shared_ptr<storage::ObjectStore> store =
      std::make_shared<SteppingStore>(memory_.connection, *memory_.connection, lake_.schedule);
  memory_.spoilt_parquet = Spoil(lake_.options.sabotage, lake_.parquet);
  table::ParquetIo* const parquet =
      memory_.spoilt_parquet != nullptr ? memory_.spoilt_parquet.get() : &lake_.parquet;
  memory_.environment = {Spoil(lake_.options.sabotage, std::move(store)), parquet, &clock_,
                         &random_};
  memory_.table = table::delta::OpenTable(memory_.environment);
  memory_.planner = std::make_unique<ChangePlanner>(lake_, *memory_.table, random_);
  memory_.reading = std::make_unique<Reading>(lake_, memory_.environment, *memory_.table);
}

void Process::Live() {
  Start();
  for (int left = lake_.options.operations_each; left > 0 && !lake_.schedule.stopping(); --left) {
    try {
      Operate();
    } catch (const Crash&) {
      if (attempt_ >= 0) {
        lake_.ledger.attempt(attempt_).fate = Fate::kUnknown;
        attempt_ = -1;
      }
    }
    if (memory_.connection->crashed() && !lake_.schedule.stopping()) {
      lake_.counters.Count("crash");
      Start();
    }
  }
}

void Process::Operate() {
  if (random_.Below(100) < lake_.options.quiet_percent) {
    const uint64_t most_days = lake_.options.cleans_log ? 45 : 14;
    lake_.schedule.RequestQuiet(static_cast<int64_t>(1 + random_.Below(most_days)) * kMillisPerDay);
    lake_.counters.Count("days go by");
  }
  lake_.schedule.BeginOperation();
  if (random_.Below(4) == 0) {
    lake_.schedule.Sleep(static_cast<int64_t>(random_.Below(kLongestPauseMillis)));
  }
  if (lake_.ledger.newest_version() < 0) {
    return MakeTable();
  }
  const Result<table::SnapshotPtr> latest = memory_.reading->Latest();
  if (!latest) {
    return;
  }
  if (memory_.old_snapshot == nullptr || random_.Below(3) == 0) {
    memory_.old_snapshot = *latest;
  }
  const struct {
    uint64_t weight;
    Kind change;
  } kChanges[] = {{6, Kind::kAppend},   {5, Kind::kBatch},       {5, Kind::kDelete},
                  {4, Kind::kUpdate},   {3, Kind::kRewrite},     {2, Kind::kOverwrite},
                  {4, Kind::kOptimize}, {2, Kind::kSetProperty}, {3, Kind::kRestore}};
  const uint64_t clean_weight = lake_.options.cleans_log ? 6 : 0;
  uint64_t chosen = random_.Below(48 + clean_weight);
  for (const auto& [weight, kind] : kChanges) {
    if (chosen < weight) {
      return Change(kind);
    }
    chosen -= weight;
  }
  if (chosen < 3) {
    Checkpoint();
  } else if (chosen < 6) {
    Vacuum();
  } else if (chosen < 6 + clean_weight) {
    CleanLog();
  } else {
    memory_.reading->Any(**latest, random_);
  }
}

void Process::MakeTable() { Commit(memory_.planner->Create()); }

/// Mostly the newest version; sometimes one that was read a while ago.
table::SnapshotPtr Process::Base(Kind kind) {
  if (memory_.old_snapshot != nullptr && random_.Below(4) == 0 && kind != Kind::kBatch) {
    return memory_.old_snapshot;
  }
  const Result<table::SnapshotPtr> latest = memory_.reading->Latest();
  return latest ? *latest : nullptr;
}

void Process::Change(Kind kind) {
  const table::SnapshotPtr base = Base(kind);
  if (base == nullptr) {
    return;
  }
  lake_.schedule.Note(fmt::format("{} on version {}", NameOf(kind), base->version));
  Result<std::optional<Plan>> plan = memory_.planner->Make(kind, base);
  if (!plan) {
    const ErrorKind error = plan.error().kind;
    // What a VACUUM took away, or a full disk, ends an attempt before it began.
    const bool files_are_gone = !lake_.auditor.HasItsFiles(base->version);
    if (error != ErrorKind::kUnavailable && error != ErrorKind::kExhausted && !files_are_gone &&
        kind != Kind::kRestore) {
      lake_.verdict.Fail(fmt::format("{}: a {} of version {} cannot be prepared: {}", name_,
                                     NameOf(kind), base->version, plan.error().ToString()));
    }
    return;
  }
  if (*plan) {
    Commit(**std::move(plan));
  }
}

void Process::Commit(Plan plan) {
  const int64_t base_version = plan.change.base != nullptr ? plan.change.base->version : -1;
  attempt_ = lake_.ledger.Begin(name_, plan.intent, base_version);
  plan.change.operation.user_metadata = Ledger::Label(attempt_);
  lake_.schedule.Note(fmt::format("attempt {}: {}{}{}{}{}", attempt_, NameOf(plan.intent.kind),
                                  plan.intent.removed.empty() ? "" : " -",
                                  Text(plan.intent.removed), plan.intent.added.empty() ? "" : " +",
                                  Text(plan.intent.added)));
  Spoil(lake_.options.sabotage, plan.change);
  const Result<table::CommitOutcome> outcome = memory_.table->Commit(plan.change);
  lake_.auditor.CatchUp();
  Settle(std::exchange(attempt_, -1), outcome);
}

void Process::Settle(int number, const Result<table::CommitOutcome>& outcome) {
  Attempt& attempt = lake_.ledger.attempt(number);
  if (lake_.verdict.ended()) {
    return;
  }
  if (outcome) {
    lake_.schedule.Note(fmt::format("attempt {} is version {}", number, outcome->version));
    attempt.fate = Fate::kCommitted;
    attempt.acknowledged_version = outcome->version;
    attempt.rebases = outcome->rebases;
    if (attempt.landed_version != outcome->version) {
      return lake_.verdict.Fail(fmt::format(
          "{}: attempt {} was acknowledged as version {}, and is {}", name_, number,
          outcome->version,
          attempt.landed_version < 0 ? std::string("not in the log")
                                     : fmt::format("version {}", attempt.landed_version)));
    }
    lake_.ledger.Acknowledge(outcome->version);
    return memory_.reading->Compare(*outcome->snapshot, "the snapshot that Commit returned");
  }
  const Error& error = outcome.error();
  lake_.schedule.Note(fmt::format("attempt {}: {}", number, error.ToString()));
  if (error.kind == ErrorKind::kUnavailable) {
    attempt.fate = Fate::kUnknown;
    return;
  }
  attempt.fate = Fate::kRefused;
  CheckRefusal(attempt, error);
}

void Process::CheckRefusal(const Attempt& attempt, const Error& error) {
  Counters::OfKind& counters = lake_.counters.kinds[static_cast<size_t>(attempt.intent.kind)];
  if (attempt.landed_version >= 0) {
    return lake_.verdict.Fail(fmt::format("{}: attempt {} was refused and is version {}: {}", name_,
                                          attempt.number, attempt.landed_version,
                                          error.ToString()));
  }
  if (error.kind == ErrorKind::kConflict) {
    ++counters.conflicts;
    // Appends depend on nothing but the table's metadata.
    if (attempt.intent.kind == Kind::kAppend && lake_.auditor.IsReadable(attempt.base_version)) {
      const VersionState& base = lake_.ledger.version(attempt.base_version);
      const VersionState& newest = lake_.ledger.version(lake_.ledger.newest_version());
      if (base.properties == newest.properties) {
        lake_.verdict.Fail(
            fmt::format("{}: a blind append was refused: {}", name_, error.ToString()));
      }
    }
    return;
  }
  ++counters.refused;
  const bool is_first = attempt.intent.kind == Kind::kCreate;
  const bool expected =
      error.kind == ErrorKind::kExhausted ||
      (error.kind == ErrorKind::kAlreadyExists && is_first) ||
      // RESTORE of files that a VACUUM has just taken.
      (attempt.intent.kind == Kind::kRestore &&
       (error.kind == ErrorKind::kRefused || error.kind == ErrorKind::kNotFound) &&
       !lake_.auditor.HasItsFiles(*attempt.intent.restored_version));
  if (!expected) {
    lake_.verdict.Fail(fmt::format("{}: attempt {}, a {}, ended with: {}", name_, attempt.number,
                                   NameOf(attempt.intent.kind), error.ToString()));
  }
}

/// Of the newest version or of one from a while ago, as a slow process would.
void Process::Checkpoint() {
  const table::SnapshotPtr snapshot = Base(Kind::kAppend);
  const auto* of_delta = dynamic_cast<const table::delta::DeltaSnapshot*>(snapshot.get());
  if (of_delta == nullptr) {
    return;
  }
  lake_.schedule.Note(fmt::format("checkpoint of version {}", of_delta->version));
  const Result<void> written = table::delta::WriteCheckpoint(memory_.environment, *of_delta);
  lake_.counters.Count(written ? "checkpoint written" : "checkpoint failed");
}

void Process::Vacuum() {
  table::VacuumOptions options;
  Spoil(lake_.options.sabotage, options);
  const Result<table::VacuumReport> report = memory_.table->Vacuum(options);
  lake_.schedule.Note(report ? fmt::format("VACUUM removed {}", report->keys.size())
                             : "VACUUM: " + report.error().ToString());
  lake_.counters.Count(!report                ? "vacuum failed"
                       : report->keys.empty() ? "vacuum found nothing"
                                              : "vacuum removed files");
}

/// As Spark cleans up: what lies before the newest checkpoint that is old enough.
void Process::CleanLog() {
  storage::ObjectStore& store = memory_.table->store();
  const Result<storage::ListPage> page = store.List(table::delta::kLogFolder);
  if (!page) {
    return;
  }
  const base::UnixMillis now = clock_.Now();
  const base::UnixMillis cutoff = now - now % kMillisPerDay - 30 * kMillisPerDay;
  int64_t first_kept = -1;
  for (const storage::ObjectInfo& object : page->objects) {
    const auto name = table::delta::ParseLogKey(object.key);
    if (name && name->kind == table::delta::LogFileKind::kCheckpoint &&
        object.modified_millis <= cutoff) {
      first_kept = std::max(first_kept, name->version);
    }
  }
  for (const storage::ObjectInfo& object : page->objects) {
    const auto name = table::delta::ParseLogKey(object.key);
    if (name && name->version < first_kept && object.modified_millis <= cutoff &&
        store.Delete(object.key)) {
      lake_.counters.Count("log file cleaned up");
    }
  }
}

}  // namespace limno::simulation
