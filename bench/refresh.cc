// How long an open table takes to see one more commit: `limno_refresh_bench TABLE COMMITS` prints
// the milliseconds of each refresh. Commits are written here, outside the measured time.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "storage/local_store.h"
#include "table/delta/delta_table.h"
#include "table/delta/log_path.h"

namespace {

using limno::Result;

/// The tables measured here have no checkpoints.
class NoParquet final : public limno::table::ParquetIo {
 public:
  Result<void> Read(limno::storage::ObjectStore&, const std::string& key,
                    const std::vector<std::string>&, const BatchVisitor&) override {
    return limno::Fail(limno::ErrorKind::kUnsupported, "no Parquet here", key);
  }
  Result<uint64_t> Write(limno::storage::ObjectStore&, const std::string& key,
                         ArrowArrayStream*) override {
    return limno::Fail(limno::ErrorKind::kUnsupported, "no Parquet here", key);
  }
};

void AddCommit(const std::string& folder, int64_t version) {
  std::ofstream commit(folder + "/" + limno::table::delta::CommitKey(version));
  commit << R"({"add":{"path":"more-)" << version
         << R"(.parquet","partitionValues":{},"size":1,"modificationTime":0,"dataChange":true,)"
         << R"("stats":"{\"numRecords\":1}"}})"
         << "\n";
}

Result<void> Measure(const std::string& folder, int commits) {
  limno::base::SystemClock clock;
  limno::base::Random random;
  NoParquet parquet;
  const std::unique_ptr<limno::table::Table> table = limno::table::delta::OpenTable(
      {limno::storage::MakeLocalStore(folder, {}), &parquet, &clock, &random});
  LIMNO_ASSIGN(const limno::table::SnapshotPtr first, table->Latest());
  for (int i = 1; i <= commits; ++i) {
    AddCommit(folder, first->version + i);
    const auto started = std::chrono::steady_clock::now();
    LIMNO_ASSIGN(const limno::table::SnapshotPtr next, table->Latest());
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - started;
    if (next->version != first->version + i) {
      return limno::Fail(limno::ErrorKind::kInternal, "the commit was not seen", folder);
    }
    std::printf("%.3f ", taken.count());
  }
  std::printf("\n");
  return {};
}

}  // namespace

int main(int count, char** words) {
  int commits = 0;
  if (count != 3 ||
      std::from_chars(words[2], words[2] + std::string(words[2]).size(), commits).ptr == words[2]) {
    std::fprintf(stderr, "limno_refresh_bench TABLE COMMITS\n");
    return 2;
  }
  const Result<void> measured =
      Measure(std::filesystem::absolute(words[1]).lexically_normal().string(), commits);
  if (!measured) {
    std::fprintf(stderr, "%s\n", measured.error().ToString().c_str());
    return 1;
  }
  return 0;
}
