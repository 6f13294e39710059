#include "ingest/load_run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/name_match.h"

namespace limno::ingest {
namespace {

constexpr size_t kThreadsMax = 8;
/// Each time somebody else committed one of our files first; more would mean that something is
/// wrong.
constexpr int kCommitAttempts = 20;

LoadIdentity NewIdentity(base::Clock& clock, base::Random& random, bool provenance) {
  const std::chrono::sys_time<std::chrono::milliseconds> now{
      std::chrono::milliseconds(clock.Now())};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<std::chrono::milliseconds> time{now - day};
  const int year = static_cast<int>(date.year());
  const unsigned month = static_cast<unsigned>(date.month());
  const unsigned day_of_month = static_cast<unsigned>(date.day());
  LoadIdentity identity;
  identity.provenance = provenance;
  identity.loaded_at = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}+00", year, month,
                                   day_of_month, time.hours().count(), time.minutes().count(),
                                   time.seconds().count(), time.subseconds().count());
  identity.load_id = fmt::format(
      "{:04}{:02}{:02}T{:02}{:02}{:02}Z-{}", year, month, day_of_month, time.hours().count(),
      time.minutes().count(), time.seconds().count(), base::FormatUuid(random.Uuid()).substr(0, 8));
  return identity;
}

}  // namespace

LoadRun::LoadRun(LoadSurroundings surroundings, LoadSettings settings, Observer& observer)
    : surroundings_(std::move(surroundings)),
      settings_(std::move(settings)),
      identity_(NewIdentity(surroundings_.clock, surroundings_.random, settings_.provenance)),
      landing_(surroundings_.options.landing_folder, settings_.source, surroundings_.options.sync,
               surroundings_.random),
      fetcher_(surroundings_.web, surroundings_.clock, surroundings_.stop,
               surroundings_.options.standard_input),
      progress_("load " + settings_.source, observer),
      input_landing_(fetcher_, landing_, settings_.reading, identity_, progress_) {
  settings_.reading.limits = surroundings_.options.limits;
}

Result<StepReport> LoadRun::Run() {
  const base::UnixMillis begun = surroundings_.clock.Now();
  report_.name = settings_.source;
  report_.kind = "load";
  report_.table = settings_.into.ToString();
  LIMNO_ASSIGN(session_, surroundings_.sessions());
  LIMNO_ASSIGN(work_, WorkFolder::Create(surroundings_.options.work_folder, surroundings_.random));
  InputList list = ListInputFiles(settings_.from, [this](const std::string& url) {
    return fetcher_.FetchText(url, work_->path());
  });
  for (SkippedFile& problem : list.problems) {
    progress_.Message("skipped " + problem.file + ": " + problem.reason.ToString());
    report_.skipped.push_back(std::move(problem));
    any_failed_ = true;
  }
  if (!MustGiveUp()) {
    LIMNO_TRY(LookAtTable());
    landing_.RemoveLeftovers(begun);
    LIMNO_TRY(LandAll(list.files));
    LIMNO_TRY(SettleAndCommit());
  }
  Complete();
  report_.seconds = static_cast<double>(surroundings_.clock.Now() - begun) / 1000.0;
  return std::move(report_);
}

Result<void> LoadRun::LookAtTable() {
  LIMNO_ASSIGN(ledger_, Ledger::Read(surroundings_.lake, settings_.into, settings_.source));
  LIMNO_ASSIGN(known_, KnownColumns(settings_, ledger_.table_version() >= 0, *session_));
  return {};
}

Result<void> LoadRun::LandAll(const std::vector<InputFile>& inputs) {
  uint64_t bytes = 0;
  for (const InputFile& input : inputs) {
    bytes += input.bytes;
  }
  progress_.Expect(bytes);
  outcomes_.resize(inputs.size());
  size_t threads = static_cast<size_t>(std::max(0, surroundings_.options.threads));
  if (threads == 0) {
    threads = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kThreadsMax);
  }
  std::atomic<size_t> next = 0;
  std::vector<std::thread> workers;
  for (size_t i = 1; i < std::min(threads, inputs.size()); ++i) {
    workers.emplace_back([&] { LandSome(inputs, next); });
  }
  LandSome(inputs, next);
  for (std::thread& worker : workers) {
    worker.join();
  }
  if (surroundings_.stop) {
    return Fail(ErrorKind::kInterrupted, "the load was stopped; nothing was loaded");
  }
  return {};
}

void LoadRun::LandSome(const std::vector<InputFile>& inputs, std::atomic<size_t>& next) {
  Result<std::unique_ptr<engine::Session>> session = surroundings_.sessions();
  while (!surroundings_.stop && !MustGiveUp()) {
    const size_t number = next++;
    if (number >= inputs.size()) {
      return;
    }
    if (session) {
      LandOne(**session, inputs[number], number);
    } else {
      outcomes_[number].input = inputs[number];
      Refuse(outcomes_[number], session.error());
    }
  }
}

void LoadRun::LandOne(engine::Session& session, const InputFile& input, size_t number) {
  InputOutcome& outcome = outcomes_[number];
  outcome.input = input;
  Result<std::string> folder = work_->NewFolder(number);
  if (!folder) {
    Refuse(outcome, std::move(folder).error());
    return;
  }
  outcome = input_landing_.Land(session, input, ledger_, known_, *folder);
  if (outcome.state == InputState::kFailed) {
    Refuse(outcome, outcome.error);
  }
}

void LoadRun::Refuse(InputOutcome& outcome, Error error) {
  outcome.state = InputState::kFailed;
  any_failed_ = true;
  progress_.Message("skipped " + outcome.input.uri + ": " + error.ToString());
  outcome.error = std::move(error);
}

bool LoadRun::MustGiveUp() const { return any_failed_ && !settings_.continue_on_error; }

std::vector<const LandedFile*> LoadRun::LandedFiles() const {
  std::vector<const LandedFile*> files;
  for (const InputOutcome& outcome : outcomes_) {
    if (outcome.state == InputState::kLanded) {
      for (const LandedFile& file : outcome.landed.files) {
        files.push_back(&file);
      }
    }
  }
  return files;
}

void LoadRun::RefuseStrangers() {
  const std::vector<const LandedFile*> files = LandedFiles();
  std::set<const LandedFile*> strangers;
  for (const size_t index : FindStrangers(files)) {
    strangers.insert(files[index]);
  }
  for (InputOutcome& outcome : outcomes_) {
    for (const LandedFile& file : outcome.landed.files) {
      if (outcome.state == InputState::kLanded && strangers.contains(&file)) {
        Refuse(outcome, Error{ErrorKind::kRefused,
                              "no column of the file is in the other files of this load",
                              file.member, "load it into a table of its own"});
      }
    }
  }
}

Result<void> LoadRun::Settle() {
  if (ledger_.table_version() < 0) {
    RefuseStrangers();
  }
  bool settled = false;
  while (!settled) {
    wanted_ = known_;
    order_.clear();
    ElectColumns(LandedFiles(), wanted_, order_);
    LIMNO_ASSIGN(settled, LandMismatchesAgain());
  }
  return {};
}

Result<bool> LoadRun::LandMismatchesAgain() {
  bool all_good = true;
  for (InputOutcome& outcome : outcomes_) {
    if (outcome.state != InputState::kLanded ||
        std::all_of(outcome.landed.files.begin(), outcome.landed.files.end(),
                    [this](const LandedFile& file) { return MatchesWanted(file, wanted_); })) {
      continue;
    }
    Result<LandedInput> again = input_landing_.LandAgain(*session_, outcome, wanted_);
    if (again) {
      outcome.landed = *std::move(again);
    } else if (again.error().kind == ErrorKind::kInterrupted) {
      return Fail(std::move(again).error());
    } else {
      Refuse(outcome, std::move(again).error());
      all_good = false;
    }
  }
  return all_good;
}

Result<void> LoadRun::SettleAndCommit() {
  for (int attempt = 1;; ++attempt) {
    LIMNO_TRY(Settle());
    if (MustGiveUp()) {
      return {};
    }
    Result<void> committed = Commit();
    if (committed) {
      return {};
    }
    const ErrorKind kind = committed.error().kind;
    const bool somebody_was_first =
        kind == ErrorKind::kConflict || kind == ErrorKind::kAlreadyExists;
    if (!somebody_was_first || attempt == kCommitAttempts) {
      return committed;
    }
    LIMNO_TRY(LookAtTable());
    for (InputOutcome& outcome : outcomes_) {
      if (outcome.state == InputState::kLanded &&
          ledger_.Has(outcome.input.uri, outcome.landed.fingerprint)) {
        outcome.state = InputState::kUnchanged;
      }
    }
  }
}

engine::CommitAnnotation LoadRun::Annotation() const {
  engine::CommitAnnotation annotation;
  size_t files = 0;
  for (const InputOutcome& outcome : outcomes_) {
    if (outcome.state == InputState::kLanded) {
      const std::string id = ledger_.ApplicationId(outcome.input.uri);
      annotation.app_transactions[id] = outcome.landed.fingerprint.Version();
      annotation.expected_app_versions[id] = ledger_.LastVersion(outcome.input.uri);
      ++files;
    }
  }
  annotation.parameters["source"] = settings_.source;
  annotation.parameters["loadId"] = identity_.load_id;
  annotation.parameters["files"] = std::to_string(files);
  return annotation;
}

Result<void> LoadRun::CheckPartitionColumns() const {
  if (ledger_.table_version() >= 0) {
    return {};
  }
  for (const std::string& name : settings_.partition_by) {
    const bool known = std::any_of(order_.begin(), order_.end(), [&](const std::string& column) {
      return base::FoldCase(column) == base::FoldCase(name);
    });
    if (!known) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("cannot partition by {}: the files have no such column", name),
                  settings_.into.ToString(), base::NearestNameHint(name, order_));
    }
  }
  return {};
}

Result<void> LoadRun::CheckNotOvertaken() const {
  LIMNO_ASSIGN(const Ledger now,
               Ledger::Read(surroundings_.lake, settings_.into, settings_.source));
  for (const InputOutcome& outcome : outcomes_) {
    const std::string& uri = outcome.input.uri;
    if (outcome.state == InputState::kLanded && now.LastVersion(uri) != ledger_.LastVersion(uri)) {
      return Fail(ErrorKind::kConflict, "somebody else has just loaded the file", uri,
                  "load again");
    }
  }
  return {};
}

Result<void> LoadRun::Commit() {
  const std::vector<const LandedFile*> files = LandedFiles();
  if (files.empty()) {
    return {};
  }
  LIMNO_TRY(CheckPartitionColumns());
  LIMNO_TRY(CheckNotOvertaken());
  if (surroundings_.stop) {
    return Fail(ErrorKind::kInterrupted, "the load was stopped; nothing was loaded");
  }
  if (ledger_.table_version() < 0) {
    LIMNO_TRY(surroundings_.lake.CreateNamespace(settings_.into.name_space));
  }
  session_->TakeCommits();
  session_->Annotate(Annotation());
  Result<void> appended = session_->Append(
      settings_.into, MakeAddition(files, wanted_, order_, identity_), settings_.partition_by);
  if (!appended) {
    session_->Annotate({});
    return appended;
  }
  for (const LandedFile* file : files) {
    report_.rows_in += file->rows;
  }
  report_.rows_inserted = report_.rows_in;
  for (const engine::CommitRecord& commit : session_->TakeCommits()) {
    report_.version = commit.version;
  }
  return {};
}

void LoadRun::Complete() {
  size_t good = 0;
  for (InputOutcome& outcome : outcomes_) {
    if (outcome.state == InputState::kUnchanged) {
      ++report_.files_unchanged;
      ++good;
    } else if (outcome.state == InputState::kLanded) {
      ++report_.files_read;
      ++good;
      report_.bytes_in += outcome.landed.source_bytes;
    } else if (!outcome.input.uri.empty()) {
      report_.skipped.push_back({outcome.input.uri, std::move(outcome.error)});
    }
  }
  const bool failed = !report_.skipped.empty() && (good == 0 || !settings_.continue_on_error);
  if (failed) {
    report_.status = "failed";
    report_.error = report_.skipped.front().reason;
    report_.error->where = report_.skipped.front().file +
                           (report_.error->where.empty() ? "" : "!" + report_.error->where);
    report_.files_read = 0;
    report_.bytes_in = 0;
  } else {
    report_.status = report_.files_read > 0 ? "done" : "nothing to do";
  }
}

}  // namespace limno::ingest
