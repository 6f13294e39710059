#include "pipeline/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <optional>
#include <thread>

#include "base/name_match.h"
#include "pipeline/graph.h"
#include "pipeline/model.h"
#include "pipeline/model_step.h"
#include "pipeline/run_report.h"
#include "pipeline/schedule.h"

namespace limno::pipeline {

namespace {

constexpr auto kProgressInterval = std::chrono::milliseconds(100);

/// Lets several threads tell one observer.
class SerialObserver final : public Observer {
 public:
  explicit SerialObserver(Observer& observer) : observer_(observer) {}
  void OnProgress(const Progress& progress) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    observer_.OnProgress(progress);
  }
  void OnMessage(const std::string& line) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    observer_.OnMessage(line);
  }

 private:
  std::mutex mutex_;
  Observer& observer_;
};

/// Reports a session's progress while it lives.
class ProgressWatch {
 public:
  ProgressWatch(engine::Session& session, std::string step, Observer& observer)
      : session_(session),
        step_(std::move(step)),
        observer_(observer),
        thread_([this] { Watch(); }) {}
  ~ProgressWatch() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  ProgressWatch(const ProgressWatch&) = delete;
  ProgressWatch& operator=(const ProgressWatch&) = delete;

 private:
  void Watch() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!wake_.wait_for(lock, kProgressInterval, [this] { return ended_; })) {
      const engine::QueryProgress state = session_.Progress();
      Progress progress;
      progress.step = step_;
      progress.rows = state.rows_done;
      progress.percent = state.percent;
      observer_.OnProgress(progress);
    }
  }

  engine::Session& session_;
  const std::string step_;
  Observer& observer_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::thread thread_;
};

Result<LakeNames> NamesOf(catalog::Catalog& lake) {
  LakeNames names;
  LIMNO_ASSIGN(const std::vector<std::string> name_spaces, lake.Namespaces());
  for (const std::string& name_space : name_spaces) {
    LIMNO_ASSIGN(const std::vector<std::string> tables, lake.Tables(name_space));
    for (const std::string& table : tables) {
      names.tables.push_back({name_space, table});
    }
    LIMNO_ASSIGN(const std::vector<catalog::View> views, lake.Views(name_space));
    names.views.insert(names.views.end(), views.begin(), views.end());
  }
  return names;
}

std::string Summary(const StepReport& step) {
  std::string line = fmt::format("{}: {}", step.name, step.status);
  if (step.status == "failed" && step.error) {
    return line + ": " + step.error->ToString();
  }
  return step.why.empty() ? line : fmt::format("{} ({})", line, step.why);
}

}  // namespace

/// One call of Runner::Run.
class ProjectRun {
 public:
  ProjectRun(Runner& runner, const Project& project, const RunOptions& options, Observer& observer)
      : runner_(runner),
        parts_(runner.parts_),
        project_(project),
        options_(options),
        observer_(observer) {}

  Result<RunReport> Run();

 private:
  class OpenSession;

  Result<void> Prepare();
  void Execute();
  void Plan();
  bool RunStep(size_t index);
  Result<void> RunSourceStep(const Step& step, StepReport& report);
  Result<void> RunModelStep(const Step& step, StepReport& report);
  void PlanStep(size_t index, std::vector<bool>& may_change);
  const Model& ModelOf(const Step& step) const { return models_[static_cast<size_t>(step.model)]; }
  void KeepReport(const RunReport& report);

  Runner& runner_;
  const RunnerParts& parts_;
  const Project& project_;
  const RunOptions& options_;
  SerialObserver observer_;
  std::vector<Model> models_;
  Graph graph_;
  std::vector<bool> selected_;
  RunContext context_;
  std::vector<StepReport> reports_;
};

/// A session that Runner::Interrupt reaches.
class ProjectRun::OpenSession {
 public:
  static Result<std::unique_ptr<OpenSession>> Begin(Runner& runner) {
    LIMNO_ASSIGN(std::unique_ptr<engine::Session> session, runner.parts_.engine->NewSession());
    return std::unique_ptr<OpenSession>(new OpenSession(runner, std::move(session)));
  }
  ~OpenSession() {
    const std::lock_guard<std::mutex> lock(runner_.mutex_);
    runner_.sessions_.erase(session_.get());
  }
  OpenSession(const OpenSession&) = delete;
  OpenSession& operator=(const OpenSession&) = delete;
  engine::Session& get() { return *session_; }

 private:
  OpenSession(Runner& runner, std::unique_ptr<engine::Session> session)
      : runner_(runner), session_(std::move(session)) {
    const std::lock_guard<std::mutex> lock(runner_.mutex_);
    runner_.sessions_.insert(session_.get());
  }

  Runner& runner_;
  std::unique_ptr<engine::Session> session_;
};

Result<void> ProjectRun::Prepare() {
  LIMNO_ASSIGN(models_, ReadModels(project_.folder));
  if (models_.empty() && project_.sources.empty()) {
    return Fail(ErrorKind::kUsage, "the project has neither sources nor models", project_.folder,
                fmt::format("describe sources in {} and write models/<namespace>/<name>.sql; "
                            "`limno init` makes an example",
                            kProjectFile));
  }
  LIMNO_ASSIGN(const LakeNames names, NamesOf(*parts_.lake));
  LIMNO_ASSIGN(const auto session, OpenSession::Begin(runner_));
  LIMNO_ASSIGN(graph_, BuildGraph(project_, models_, names, [&](const std::string& sql) {
                 return session->get().TablesIn(sql);
               }));
  LIMNO_ASSIGN(selected_, SelectSteps(graph_, options_.select));
  reports_.resize(graph_.steps.size());
  for (size_t i = 0; i < reports_.size(); ++i) {
    const Step& step = graph_.steps[i];
    reports_[i].name = step.name;
    reports_[i].kind = step.model < 0 ? "load" : ModelKindName(ModelOf(step).kind);
    reports_[i].table = step.writes.ToString();
  }
  return {};
}

Result<void> ProjectRun::RunSourceStep(const Step& step, StepReport& report) {
  const Source& source = project_.sources[static_cast<size_t>(step.source)];
  auto loaded = parts_.load(source.load, observer_);
  if (!loaded) {
    return Fail(loaded.error());
  }
  const StepReport named = report;
  report = std::move(*loaded);
  report.name = named.name;
  report.kind = named.kind;
  report.table = named.table;
  return {};
}

Result<void> ProjectRun::RunModelStep(const Step& step, StepReport& report) {
  const Model& model = ModelOf(step);
  {
    LIMNO_ASSIGN(const auto session, OpenSession::Begin(runner_));
    const ProgressWatch watch(session->get(), step.name, observer_);
    LIMNO_TRY(RunModel(model, step, *parts_.lake, session->get(), options_.full_refresh, report));
  }
  if (report.status == "done" && model.kind != ModelKind::kView) {
    LIMNO_ASSIGN(const auto session, OpenSession::Begin(runner_));
    const ProgressWatch watch(session->get(), step.name, observer_);
    if (const auto clustered = ClusterModel(model, *parts_.lake, session->get()); !clustered) {
      observer_.OnMessage(fmt::format("{}: its rows are written, clustering them failed: {}",
                                      step.name, clustered.error().ToString()));
    }
  }
  return {};
}

bool ProjectRun::RunStep(size_t index) {
  const Step& step = graph_.steps[index];
  StepReport& report = reports_[index];
  if (runner_.interrupted_) {
    report.status = "skipped";
    report.error = Error{ErrorKind::kInterrupted, "the run was interrupted", "", ""};
    return false;
  }
  const base::UnixMillis started = parts_.clock->Now();
  const Result<void> done =
      step.model < 0 ? RunSourceStep(step, report) : RunModelStep(step, report);
  if (!done) {
    report.status = "failed";
    report.error = done.error();
  }
  report.seconds = static_cast<double>(parts_.clock->Now() - started) / 1000.0;
  observer_.OnMessage(Summary(report));
  return report.status != "failed";
}

void ProjectRun::Execute() {
  ScheduledWork work;
  for (const Step& step : graph_.steps) {
    work.needs.push_back(step.needs);
  }
  work.selected = selected_;
  work.run = [this](size_t index) { return RunStep(index); };
  work.skip = [this](size_t index, size_t cause) {
    reports_[index].status = "skipped";
    reports_[index].why =
        fmt::format("{} {}", graph_.steps[cause].name,
                    reports_[cause].status == "failed" ? "failed" : "did not run");
    observer_.OnMessage(Summary(reports_[index]));
  };
  RunSchedule(work, parts_.threads);
}

void ProjectRun::PlanStep(size_t index, std::vector<bool>& may_change) {
  const Step& step = graph_.steps[index];
  StepReport& report = reports_[index];
  std::string upstream;
  for (const size_t need : step.needs) {
    if (may_change[need]) {
      upstream += (upstream.empty() ? "" : ", ") + graph_.steps[need].name;
    }
  }
  if (step.model < 0) {
    const Source& source = project_.sources[static_cast<size_t>(step.source)];
    report.status = "would run";
    report.why = fmt::format("loads what is new or changed at {}{}", source.load.from.front(),
                             source.load.from.size() > 1
                                 ? fmt::format(" and {} more places", source.load.from.size() - 1)
                                 : "");
    may_change[index] = true;
    return;
  }
  const Model& model = ModelOf(step);
  if (model.kind == ModelKind::kView) {
    const auto current = ViewIsCurrent(model, *parts_.lake);
    report.status = current && *current ? "nothing to do" : "would run";
    report.why = current && *current ? "its SQL has not changed" : "its SQL is new";
    // What is read through the view changes when the tables below it do.
    may_change[index] = !upstream.empty() || report.status == "would run";
    return;
  }
  const auto plan = PrepareModel(model, step, *parts_.lake, options_.full_refresh);
  if (!plan) {
    const bool waits = plan.error().kind == ErrorKind::kNotFound && !upstream.empty();
    report.status = waits ? "would run" : "failed";
    report.why = waits ? fmt::format("first run, after {}", upstream) : "";
    report.error = waits ? std::nullopt : std::optional<Error>(plan.error());
    may_change[index] = true;
    return;
  }
  report.why = plan->why;
  report.status = "would run";
  if (plan->action == Action::kNothing) {
    report.status = upstream.empty() ? "nothing to do" : "may run";
  }
  if (!upstream.empty()) {
    report.why += fmt::format("; and what {} will bring", upstream);
  }
  may_change[index] = report.status != "nothing to do";
}

void ProjectRun::Plan() {
  std::vector<bool> may_change(graph_.steps.size(), false);
  for (size_t i = 0; i < graph_.steps.size(); ++i) {
    if (selected_[i]) {
      PlanStep(i, may_change);
    }
  }
}

void ProjectRun::KeepReport(const RunReport& report) {
  const auto kept =
      parts_.store->PutIfAbsent(RunReportKey(context_), EncodeRunReport(context_, report));
  if (!kept) {
    observer_.OnMessage("the run report could not be kept: " + kept.error().ToString());
  }
}

Result<RunReport> ProjectRun::Run() {
  context_.id = base::FormatUuid(parts_.random->Uuid());
  context_.project = project_.name;
  context_.started_millis = parts_.clock->Now();
  context_.options = options_;
  LIMNO_TRY(Prepare());
  if (options_.dry_run) {
    Plan();
  } else {
    Execute();
  }
  RunReport report;
  for (size_t i = 0; i < reports_.size(); ++i) {
    if (selected_[i]) {
      report.steps.push_back(std::move(reports_[i]));
    }
  }
  report.seconds = static_cast<double>(parts_.clock->Now() - context_.started_millis) / 1000.0;
  report.exit_code = ExitCodeOf(report);
  if (!options_.dry_run) {
    KeepReport(report);
  }
  if (runner_.interrupted_) {
    return Fail(ErrorKind::kInterrupted, "the run was interrupted, what was not done is undone", "",
                "run again to go on");
  }
  return report;
}

Result<RunReport> Runner::Run(const Project& project, const RunOptions& options,
                              Observer& observer) {
  return ProjectRun(*this, project, options, observer).Run();
}

void Runner::Interrupt() {
  interrupted_ = true;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (engine::Session* session : sessions_) {
    session->Interrupt();
  }
}

}  // namespace limno::pipeline
