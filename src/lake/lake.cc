#include "lake/lake.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/file/folder_catalog.h"
#include "engine/engine.h"
#include "lake/live_work.h"
#include "lake/spill_folder.h"
#include "lake/wire_ingest.h"
#include "pipeline/project.h"
#include "pipeline/runner.h"
#include "storage/local_store.h"
#include "table/delta/delta_table.h"

namespace limno::lake {

namespace {

std::optional<std::string> ReadEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<std::string> AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) {
    return Fail(ErrorKind::kDenied, "the working directory cannot be read: " + error.message());
  }
  std::string text = absolute.lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) {
    text.pop_back();
  }
  return text;
}

/// The lake's folder if it was given, else that of the project.
Result<pipeline::Project> ChooseProject(const LakeOptions& options) {
  LIMNO_ASSIGN(const std::string start,
               AbsolutePath(options.project.empty() ? "." : options.project));
  std::error_code error;
  if (!options.project.empty() && !std::filesystem::is_directory(start, error)) {
    return Fail(ErrorKind::kUsage, "there is no such folder", start);
  }
  LIMNO_ASSIGN(pipeline::Project project, pipeline::FindProject(start, ReadEnvironment));
  if (!options.lake.empty()) {
    LIMNO_ASSIGN(project.lake, AbsolutePath(options.lake));
  }
  return project;
}

/// Rows together with the session they come from.
class SessionRows final : public Rows {
 public:
  SessionRows(LiveWork& work, std::unique_ptr<engine::Session> session)
      : session_(std::move(session)), entry_(work, [this] { session_->Interrupt(); }) {}

  Result<void> Execute(const std::string& sql, CellFormat format, const RowsVisitor& earlier) {
    LIMNO_ASSIGN(rows_, session_->ExecuteAll(sql, format, earlier));
    return {};
  }
  const std::vector<Column>& columns() const override { return rows_->columns(); }
  Result<bool> Next(std::vector<Cell>& row) override { return rows_->Next(row); }

 private:
  std::unique_ptr<engine::Session> session_;
  const LiveWork::Entry entry_;
  std::unique_ptr<Rows> rows_;
};

class WiredLake final : public Lake {
 public:
  WiredLake(LakeOptions options, pipeline::Project project)
      : options_(std::move(options)), project_(std::move(project)) {}

  Result<void> Wire();

  Result<std::unique_ptr<Rows>> Query(const std::string& sql, CellFormat format,
                                      const RowsVisitor& earlier) override;
  Result<StepReport> Load(const LoadOptions& options, Observer& observer) override;
  Result<RunReport> Run(const RunOptions& options, Observer& observer) override;
  void Interrupt() override { work_.StopAll(); }
  std::string location() const override { return project_.lake; }

 private:
  const LakeOptions options_;
  const pipeline::Project project_;
  base::SystemClock clock_;
  base::Random random_;
  LiveWork work_;
  std::shared_ptr<storage::ObjectStore> store_;
  // The catalog's tables read through the engine's Parquet reader, the engine's sessions through
  // the catalog: the engine owns the catalog and both end together.
  std::unique_ptr<engine::Engine> engine_;
  std::shared_ptr<catalog::Catalog> catalog_;
};

Result<void> WiredLake::Wire() {
  const storage::LocalStoreOptions store_options{options_.sync};
  store_ = storage::MakeLocalStore(project_.lake, store_options);
  engine::EngineOptions engine_options;
  engine_options.memory_limit_bytes = options_.memory_limit_bytes;
  engine_options.threads = options_.threads;
  engine_options.temp_directory =
      PrepareSpillFolder(project_.lake, base::FormatUuid(random_.Uuid()).substr(0, 8));
  engine_options.clock = &clock_;
  engine_options.random = &random_;
  LIMNO_ASSIGN(engine_, engine::StartEngine(engine_options));

  catalog::FolderCatalogParts parts;
  parts.store = store_;
  parts.location = project_.lake;
  parts.random = &random_;
  parts.open_store =
      [store_options](const std::string& path) -> Result<std::shared_ptr<storage::ObjectStore>> {
    LIMNO_ASSIGN(const std::string absolute, AbsolutePath(path));
    return std::shared_ptr<storage::ObjectStore>(storage::MakeLocalStore(absolute, store_options));
  };
  parts.open_table = [this](std::shared_ptr<storage::ObjectStore> store) {
    return std::shared_ptr<table::Table>(
        table::delta::OpenTable({std::move(store), &engine_->parquet(), &clock_, &random_}));
  };
  catalog_ = catalog::MakeFolderCatalog(std::move(parts));
  engine_->Attach(catalog_);
  return {};
}

Result<std::unique_ptr<Rows>> WiredLake::Query(const std::string& sql, CellFormat format,
                                               const RowsVisitor& earlier) {
  LIMNO_ASSIGN(std::unique_ptr<engine::Session> session, engine_->NewSession());
  auto rows = std::make_unique<SessionRows>(work_, std::move(session));
  LIMNO_TRY(rows->Execute(sql, format, earlier));
  return std::unique_ptr<Rows>(std::move(rows));
}

Result<StepReport> WiredLake::Load(const LoadOptions& options, Observer& observer) {
  const IngestParts parts{*engine_, *catalog_,     clock_,           random_,
                          work_,    project_.lake, options_.threads, options_.sync};
  return LoadInto(parts, options, observer);
}

Result<RunReport> WiredLake::Run(const RunOptions& options, Observer& observer) {
  pipeline::RunnerParts parts;
  parts.engine = engine_.get();
  parts.lake = catalog_.get();
  parts.store = store_.get();
  parts.clock = &clock_;
  parts.random = &random_;
  parts.load = [this](const LoadOptions& load, Observer& to) { return Load(load, to); };
  pipeline::Runner runner(std::move(parts));
  const LiveWork::Entry entry(work_, [&runner] { runner.Interrupt(); });
  return runner.Run(project_, options, observer);
}

}  // namespace

Result<std::unique_ptr<Lake>> Open(const LakeOptions& options) {
  LIMNO_ASSIGN(pipeline::Project project, ChooseProject(options));
  auto lake = std::make_unique<WiredLake>(options, std::move(project));
  LIMNO_TRY(lake->Wire());
  return std::unique_ptr<Lake>(std::move(lake));
}

}  // namespace limno::lake
