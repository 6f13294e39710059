#include "storage/foreign_writers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/random.h"
#include "storage/local_store.h"
#include "storage/testing/result_matchers.h"
#include "storage/testing/scratch_folder.h"

namespace limno::storage {
namespace {

std::string Content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Takes some time, without saying how much.
void Dawdle(uint64_t turns) {
  for (uint64_t turn = 0; turn < turns; ++turn) {
    std::this_thread::yield();
  }
}

/// Commits as Spark's log store does: temporary file, look whether the name is free, rename over
/// it. Says whether it believes to have won.
bool RenameIfItLooksFree(const std::string& folder, const std::string& name, uint64_t hesitation) {
  const std::string temporary = folder + "/." + name + ".c0ffee.tmp";
  const std::string target = folder + "/" + name;
  std::ofstream(temporary) << "spark";
  struct stat status = {};
  if (::stat(target.c_str(), &status) == 0) {
    ::unlink(temporary.c_str());
    return false;
  }
  Dawdle(hesitation);
  return ::rename(temporary.c_str(), target.c_str()) == 0;
}

class ForeignWritersTest : public testing::Test {
 protected:
  ForeignWritersTest() { std::filesystem::create_directory(log_); }

  ScratchFolder folder_;
  std::string log_ = folder_.path() + "/_delta_log";
  std::unique_ptr<ObjectStore> store_ =
      MakeLocalStore(folder_.path(), {.foreign_writer_wait_millis = 5'000});
};

TEST_F(ForeignWritersTest, OfARenamerAndALinkerExactlyOneBelievesToHaveWon) {
  base::Random random(20'261'121);
  for (int version = 0; version < 300; ++version) {
    const std::string name = std::to_string(version) + ".json";
    const uint64_t hesitation = random.Below(4'000);
    const uint64_t linker_delay = random.Below(2'000);
    std::atomic<bool> spark_believes = false;
    std::thread spark([&] { spark_believes = RenameIfItLooksFree(log_, name, hesitation); });
    Dawdle(linker_delay);
    const Result<void> linked = store_->PutIfAbsent("_delta_log/" + name, "limno");
    spark.join();
    ASSERT_NE(linked.has_value(), spark_believes.load()) << "version " << version;
    EXPECT_EQ(Content(log_ + "/" + name), linked ? "limno" : "spark");
    if (!linked) {
      EXPECT_THAT(linked, Fails(ErrorKind::kAlreadyExists));
    }
  }
}

TEST_F(ForeignWritersTest, AReplacementAfterTheLinkIsALoss) {
  std::ofstream(log_ + "/.7.json.c0ffee.tmp") << "spark";
  std::thread spark([&] {
    // Waits until the other's link is visible, then replaces it: the check came before.
    while (!std::filesystem::exists(log_ + "/7.json")) {
      std::this_thread::yield();
    }
    std::filesystem::rename(log_ + "/.7.json.c0ffee.tmp", log_ + "/7.json");
  });
  EXPECT_THAT(store_->PutIfAbsent("_delta_log/7.json", "limno"), Fails(ErrorKind::kAlreadyExists));
  spark.join();
  EXPECT_EQ(Content(log_ + "/7.json"), "spark");
}

TEST_F(ForeignWritersTest, TemporaryFilesOfTheDeadAndOfOtherNamesAreNotWaitedFor) {
  const auto patient = MakeLocalStore(folder_.path(), {.foreign_writer_wait_millis = 3'600'000});
  std::ofstream(log_ + "/.7.json.dead.tmp") << "old";
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::minutes(5);
  std::filesystem::last_write_time(log_ + "/.7.json.dead.tmp", old);
  std::ofstream(log_ + "/.8.json.c0ffee.tmp") << "busy with another one";
  std::ofstream(log_ + "/.7.json.c0ffee.limno.tmp") << "our own";
  EXPECT_THAT(patient->PutIfAbsent("_delta_log/7.json", "limno"), IsOk());
}

TEST_F(ForeignWritersTest, WaitingEnds) {
  const auto hasty = MakeLocalStore(folder_.path(), {.foreign_writer_wait_millis = 20});
  std::ofstream(log_ + "/.7.json.c0ffee.tmp") << "stuck";
  EXPECT_THAT(hasty->PutIfAbsent("_delta_log/7.json", "limno"), IsOk());
  EXPECT_EQ(Content(log_ + "/7.json"), "limno");
}

}  // namespace
}  // namespace limno::storage
