#include "simulation/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulation/process.h"
#include "simulation/simulated_store.h"
#include "storage/memory_store.h"
#include "table/delta/delta_table.h"

namespace limno::simulation {
namespace {

constexpr int64_t kMillisPerHour = 3600 * 1000;
constexpr int64_t kRetentionMillis = 7 * 24 * kMillisPerHour;
/// Twice what two clocks may differ by, and what an operation may take.
constexpr int64_t kClockSlackMillis = 5 * kMillisPerHour;
constexpr int64_t kLongestSkewMillis = kMillisPerHour;
constexpr uint64_t kStepLimit = 200'000;

class Run {
 public:
  Run(const Options& options, FiberStacks& stacks, bool with_trace)
      : options_(options),
        trace_(with_trace),
        schedule_(options.seed, options.switch_percent, stacks, trace_),
        verdict_(schedule_),
        store_clock_(schedule_, store_skew_millis_),
        bottom_(storage::MakeMemoryStore(store_clock_)),
        watched_(std::make_shared<WatchedStore>(bottom_)),
        auditor_(*bottom_, schedule_, ledger_, verdict_, kRetentionMillis - kClockSlackMillis),
        lake_{options_, schedule_, ledger_,  verdict_, counters_,
              auditor_, bottom_,   watched_, parquet_, {}} {
    watched_->Watch(&auditor_);
  }

  Outcome Go() {
    for (int number = 1; number <= options_.processes; ++number) {
      const std::string name = fmt::format("p{}", number);
      processes_.push_back(std::make_unique<Process>(lake_, name, schedule_.random().Next()));
      SetClock(*processes_.back());
      schedule_.Start(name, [process = processes_.back().get()] { process->Live(); });
    }
    schedule_.Run([this] { AfterStep(); }, [this] { LandEverything(); });
    LandEverything();
    if (!verdict_.failed() && !verdict_.ended() && ledger_.newest_version() >= 0) {
      CheckAttempts();
      CheckTable();
    }
    Count();
    return {verdict_.failure(), std::move(counters_), trace_.lines()};
  }

 private:
  int64_t AnySkew() {
    const auto longest = static_cast<uint64_t>(options_.longest_skew_millis);
    return longest == 0 ? 0
                        : static_cast<int64_t>(schedule_.random().Below(2 * longest + 1)) -
                              options_.longest_skew_millis;
  }

  void SetClock(Process& process) {
    const int64_t before = process.skew_millis();
    process.SetSkew(AnySkew());
    if (process.skew_millis() < before) {
      counters_.Count("clock jumped back");
    }
  }

  void AfterStep() {
    auditor_.CatchUp();
    if (schedule_.steps() > kStepLimit) {
      verdict_.Fail("there is no end");
    }
    if (options_.longest_skew_millis > 0 && schedule_.random().Below(200) == 0) {
      SetClock(*processes_[schedule_.random().Below(processes_.size())]);
      store_skew_millis_ = AnySkew();
    }
    // The dead are silent, but the network may still carry what they said.
    if (lake_.connections.size() > processes_.size() && schedule_.random().Below(20) == 0) {
      storage::FaultyStore& one =
          *lake_.connections[schedule_.random().Below(lake_.connections.size())];
      if (one.crashed()) {
        one.LandLateWrites();
      }
    }
  }

  void LandEverything() {
    for (const auto& connection : lake_.connections) {
      connection->LandLateWrites();
    }
    auditor_.CatchUp();
  }

  void CheckAttempts() {
    for (const Attempt& attempt : ledger_.attempts()) {
      const bool landed = attempt.landed_version >= 0;
      if ((attempt.fate == Fate::kCommitted && !landed) ||
          (attempt.fate == Fate::kRefused && landed)) {
        verdict_.Fail(fmt::format("attempt {} of {} was {} and is {}in the log", attempt.number,
                                  attempt.writer, landed ? "refused" : "acknowledged",
                                  landed ? "" : "not "));
      }
    }
  }

  /// By readers that know nothing yet and meet no faults.
  void CheckTable() {
    base::ManualClock clock(schedule_.now());
    base::Random random(options_.seed);
    table::delta::Environment environment{bottom_, &parquet_, &clock, &random};
    const auto table = table::delta::OpenTable(environment);
    Reading reading(lake_, environment, *table);
    const Result<table::SnapshotPtr> latest = table->Latest();
    if (!latest) {
      return verdict_.Fail("in the end the table cannot be read: " + latest.error().ToString());
    }
    if ((*latest)->version != ledger_.newest_version()) {
      return verdict_.Fail(
          fmt::format("in the end version {} is shown as the newest", (*latest)->version));
    }
    reading.Compare(**latest, "in the end");
    reading.CompareRows(*table, **latest);
    // What ListLog and checkpoints say must not matter.
    environment.parquet = nullptr;
    if (auditor_.IsReadable(0)) {
      const auto from_json = table::delta::OpenTable(environment);
      if (const auto replayed = from_json->Latest()) {
        reading.Compare(**replayed, "replayed from all commits");
        counters_.Count("compared with a replay of all commits");
      }
    }
    for (const int64_t version : auditor_.CheckpointVersions()) {
      if (random.Below(2) == 0) {
        continue;
      }
      if (const auto from_checkpoint = table->AtVersion(version)) {
        reading.Compare(**from_checkpoint, "from its checkpoint");
        counters_.Count("compared at its checkpoint");
      }
    }
    reading.Version(*table, static_cast<int64_t>(
                                random.Below(static_cast<uint64_t>(ledger_.newest_version()) + 1)));
  }

  void Count() {
    for (const Attempt& attempt : ledger_.attempts()) {
      Counters::OfKind& kind = counters_.kinds[static_cast<size_t>(attempt.intent.kind)];
      if (attempt.fate == Fate::kCommitted) {
        ++kind.committed;
        kind.rebased += attempt.rebases > 0 ? 1 : 0;
      } else if (attempt.fate != Fate::kRefused) {
        ++(attempt.landed_version >= 0 ? kind.unknown_landed : kind.unknown_absent);
      }
    }
    for (const auto& connection : lake_.connections) {
      const storage::FaultCounts faults = connection->counts();
      counters_.events["error before a call"] += faults.errors_before;
      counters_.events["lost acknowledgement"] += faults.lost_acknowledgements;
      counters_.events["late landing"] += faults.late_landings;
      counters_.events["delivered twice"] += faults.duplicates;
      counters_.events["torn put"] += faults.torn_puts;
      counters_.events["refused write"] += faults.refused_writes;
      counters_.events["stale listing"] += faults.stale_lists;
      counters_.events["slow call"] += faults.delays;
    }
    counters_.steps = schedule_.steps();
  }

  const Options& options_;
  Trace trace_;
  Schedule schedule_;
  Ledger ledger_;
  Verdict verdict_;
  Counters counters_;
  int64_t store_skew_millis_ = 0;
  SkewedClock store_clock_;
  std::shared_ptr<storage::ObjectStore> bottom_;
  std::shared_ptr<WatchedStore> watched_;
  table::MemoryParquet parquet_;
  Auditor auditor_;
  Lake lake_;
  std::vector<std::unique_ptr<Process>> processes_;
};

void AddFaults(base::Random& random, Options& options) {
  storage::FaultOptions& faults = options.faults;
  const auto maybe = [&](double most) {
    return random.Below(2) == 0 ? most * static_cast<double>(1 + random.Below(10)) / 10 : 0.0;
  };
  faults.error_before = maybe(0.05);
  faults.lost_acknowledgement = maybe(0.3);
  faults.late_landing = maybe(0.3);
  faults.duplicate_delivery = maybe(0.2);
  faults.torn_put = maybe(0.1);
  faults.refused_write = random.Below(4) == 0 ? 0.05 : 0;
  faults.slowness = maybe(0.1);
  faults.stale_list = random.Below(8) == 0 ? 0.5 : 0;
}

}  // namespace

Options OptionsOf(uint64_t seed) {
  base::Random random(seed * 2 + 1);
  Options options;
  options.seed = seed;
  options.processes = static_cast<int>(2 + random.Below(3));
  options.operations_each = static_cast<int>(3 + random.Below(6));
  constexpr uint64_t kSwitchPercents[] = {5, 25, 60, 100};
  options.switch_percent = kSwitchPercents[random.Below(4)];
  if (random.Below(3) > 0) {
    AddFaults(random, options);
  }
  if (random.Below(2) == 0) {
    options.crash_percent = 20 + random.Below(60);
  }
  if (random.Below(3) == 0) {
    options.longest_skew_millis = kLongestSkewMillis;
  }
  if (random.Below(3) == 0) {
    options.quiet_percent = 10 + random.Below(30);
    options.cleans_log = random.Below(2) == 0;
    options.operations_each += 4;
    // Who cleans up believes a checkpoint by its name, as Spark does; ours are put in place whole.
    options.faults.torn_put = options.cleans_log ? 0 : options.faults.torn_put;
  }
  options.uses_in_commit_times = random.Below(3) == 0;
  options.checkpoint_interval = static_cast<int>(1 + random.Below(5));
  return options;
}

Outcome Simulate(const Options& options, FiberStacks& stacks, bool with_trace) {
  return Run(options, stacks, with_trace).Go();
}

std::vector<std::string> NeverHappened(const Counters& counters) {
  std::vector<std::string> never;
  for (size_t index = 0; index < kKinds; ++index) {
    const auto kind = static_cast<Kind>(index);
    const Counters::OfKind& of = counters.kinds[index];
    const auto expect = [&](uint64_t count, const char* what) {
      if (count == 0) {
        never.push_back(fmt::format("{} {}", NameOf(kind), what));
      }
    };
    expect(of.committed, "committed");
    expect(of.unknown_landed, "unknown, landed");
    expect(of.unknown_absent, "unknown, absent");
    expect(of.refused, "refused");
    if (kind != Kind::kCreate) {
      expect(of.conflicts, "in conflict");
    }
    // Nothing goes beside what reads the whole table.
    if (kind != Kind::kCreate && kind != Kind::kOverwrite && kind != Kind::kRestore) {
      expect(of.rebased, "rebased");
    }
  }
  for (const char* event : {"checkpoint written",
                            "checkpoint failed",
                            "clock jumped back",
                            "compared at its checkpoint",
                            "compared with a replay of all commits",
                            "crash",
                            "days go by",
                            "delivered twice",
                            "error before a call",
                            "files added read",
                            "history read",
                            "late landing",
                            "log file cleaned up",
                            "lost acknowledgement",
                            "read failed",
                            "refused write",
                            "rows read",
                            "slow call",
                            "stale listing",
                            "torn put",
                            "vacuum failed",
                            "vacuum found nothing",
                            "vacuum removed files",
                            "version read",
                            "version read by a fresh reader",
                            "version read by time"}) {
    const auto found = counters.events.find(event);
    if (found == counters.events.end() || found->second == 0) {
      never.emplace_back(event);
    }
  }
  return never;
}

std::string Text(const Counters& counters) {
  std::string text =
      fmt::format("{:<14}{:>11}{:>11}{:>11}{:>11}{:>16}{:>16}\n", "", "committed", "rebased",
                  "conflict", "refused", "unknown landed", "unknown absent");
  for (size_t index = 0; index < kKinds; ++index) {
    const Counters::OfKind& of = counters.kinds[index];
    text += fmt::format("{:<14}{:>11}{:>11}{:>11}{:>11}{:>16}{:>16}\n",
                        NameOf(static_cast<Kind>(index)), of.committed, of.rebased, of.conflicts,
                        of.refused, of.unknown_landed, of.unknown_absent);
  }
  for (const auto& [event, count] : counters.events) {
    text += fmt::format("{:<40}{:>12}\n", event, count);
  }
  text += fmt::format("{:<40}{:>12}\n", "steps", counters.steps);
  return text;
}

}  // namespace limno::simulation
