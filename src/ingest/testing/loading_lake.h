// A whole lake in a temporary folder, with a loader on it and the web in memory.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/catalog.h"
#include "engine/engine.h"
#include "ingest/fetch.h"
#include "ingest/load.h"
#include "ingest/testing/sample_files.h"
#include "limno/lake.h"

namespace limno::ingest::testing {

/// URL -> page. Thread safe.
class MemoryWeb final : public Web {
 public:
  struct Page {
    std::string content;
    std::string etag;
  };

  Result<storage::UrlInfo> Probe(const std::string& url) override;
  Result<storage::DownloadInfo> Download(const std::string& url, const std::string& path,
                                         const storage::ProgressCallback& progress) override;

  void Put(const std::string& url, Page page);
  int downloads() const { return downloads_; }

 private:
  std::mutex mutex_;
  std::map<std::string, Page> pages_;
  int downloads_ = 0;
};

class LoadingLake {
 public:
  LoadingLake();

  LoaderOptions options() const;
  Result<StepReport> Load(const LoadOptions& load);
  /// Of files in the folder, into bronze.t.
  Result<StepReport> LoadFiles(const std::vector<std::string>& names);

  /// First cell of the first row, or the error.
  std::string Ask(const std::string& sql);
  /// Rows as "a|b|c".
  std::vector<std::string> AskAll(const std::string& sql);

  TemporaryFolder folder;
  MemoryWeb web;
  base::SystemClock clock;
  base::Random random{42};
  Observer observer;
  std::unique_ptr<engine::Engine> engine;
  std::shared_ptr<catalog::Catalog> catalog;
  /// Wraps the sessions loaders get, where set.
  std::function<std::unique_ptr<engine::Session>(std::unique_ptr<engine::Session>)> wrap_session;
};

}  // namespace limno::ingest::testing
