#include "ingest/testing/loading_lake.h"

#include <cstdlib>
#include <fstream>

#include "catalog/file/folder_catalog.h"
#include "storage/local_store.h"
#include "table/delta/delta_table.h"

namespace limno::ingest::testing {

Result<storage::UrlInfo> MemoryWeb::Probe(const std::string& url) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto page = pages_.find(url);
  if (page == pages_.end()) {
    return Fail(ErrorKind::kNotFound, "the server answers 404 Not Found", url);
  }
  storage::UrlInfo info;
  info.size_bytes = page->second.content.size();
  info.etag = page->second.etag;
  return info;
}

Result<storage::DownloadInfo> MemoryWeb::Download(const std::string& url, const std::string& path,
                                                  const storage::ProgressCallback& progress) {
  LIMNO_ASSIGN(const storage::UrlInfo info, Probe(url));
  const std::lock_guard<std::mutex> lock(mutex_);
  ++downloads_;
  std::ofstream(path, std::ios::binary) << pages_[url].content;
  if (!progress(*info.size_bytes, info.size_bytes)) {
    return Fail(ErrorKind::kInterrupted, "stopped");
  }
  storage::DownloadInfo downloaded;
  downloaded.bytes = *info.size_bytes;
  downloaded.etag = info.etag;
  return downloaded;
}

void MemoryWeb::Put(const std::string& url, Page page) {
  const std::lock_guard<std::mutex> lock(mutex_);
  pages_[url] = std::move(page);
}

LoadingLake::LoadingLake() {
  engine::EngineOptions engine_options;
  engine_options.threads = 2;
  engine_options.temp_directory = folder / "spill";
  auto started = engine::StartEngine(engine_options);
  if (!started) {
    std::abort();
  }
  engine = *std::move(started);
  const storage::LocalStoreOptions no_sync{.sync = false};
  catalog::FolderCatalogParts parts;
  parts.store = storage::MakeLocalStore(folder / "lake", no_sync);
  parts.location = folder / "lake";
  parts.random = &random;
  parts.open_store =
      [no_sync](const std::string& path) -> Result<std::shared_ptr<storage::ObjectStore>> {
    return std::shared_ptr<storage::ObjectStore>(storage::MakeLocalStore(path, no_sync));
  };
  parts.open_table = [this](std::shared_ptr<storage::ObjectStore> store) {
    return std::shared_ptr<table::Table>(
        table::delta::OpenTable({std::move(store), &engine->parquet(), &clock, &random}));
  };
  catalog = catalog::MakeFolderCatalog(std::move(parts));
  engine->Attach(catalog);
}

LoaderOptions LoadingLake::options() const {
  LoaderOptions options;
  options.landing_folder = folder / "lake/_limno/landing";
  options.work_folder = folder / "work";
  options.threads = 2;
  options.sync = false;
  return options;
}

Result<StepReport> LoadingLake::Load(const LoadOptions& load) {
  const SessionFactory sessions = [this]() -> Result<std::unique_ptr<engine::Session>> {
    LIMNO_ASSIGN(std::unique_ptr<engine::Session> session, engine->NewSession());
    return wrap_session ? wrap_session(std::move(session)) : std::move(session);
  };
  Loader loader(sessions, *catalog, web, clock, random, options());
  return loader.Load(load, observer);
}

Result<StepReport> LoadingLake::LoadFiles(const std::vector<std::string>& names) {
  LoadOptions load;
  for (const std::string& name : names) {
    load.from.push_back(folder / name);
  }
  load.into = "bronze.t";
  return Load(load);
}

std::vector<std::string> LoadingLake::AskAll(const std::string& sql) {
  auto session = engine->NewSession();
  auto rows = (*session)->Execute(sql, CellFormat::kText);
  if (!rows) {
    return {"error: " + rows.error().ToString()};
  }
  std::vector<std::string> lines;
  std::vector<Cell> row;
  while (true) {
    const auto more = (*rows)->Next(row);
    if (!more) {
      return {"error: " + more.error().ToString()};
    }
    if (!*more) {
      return lines;
    }
    std::string line;
    for (const Cell& cell : row) {
      line += (line.empty() ? "" : "|") + (cell.is_null ? "NULL" : cell.text);
    }
    lines.push_back(std::move(line));
  }
}

std::string LoadingLake::Ask(const std::string& sql) {
  const std::vector<std::string> lines = AskAll(sql);
  return lines.empty() ? "no row" : lines.front();
}

}  // namespace limno::ingest::testing
