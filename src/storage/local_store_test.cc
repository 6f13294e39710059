#include "storage/local_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "storage/local_files.h"
#include "storage/testing/result_matchers.h"
#include "storage/testing/scratch_folder.h"
#include "storage/testing/store_conformance.h"

namespace limno::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

StoreCase LocalCase(bool sync) {
  return {sync ? "Synced" : "Unsynced", [sync](const std::map<std::string, std::string>& objects) {
            struct World {
              ScratchFolder folder;
              std::unique_ptr<ObjectStore> store;
            };
            const auto world = std::make_shared<World>();
            world->store = MakeLocalStore(world->folder.path() + "/not/yet/there/", {.sync = sync});
            for (const auto& [key, bytes] : objects) {
              EXPECT_THAT(world->store->Put(key, bytes), IsOk());
            }
            return std::shared_ptr<ObjectStore>(world, world->store.get());
          }};
}

INSTANTIATE_TEST_SUITE_P(Local, StoreReadConformance,
                         testing::Values(LocalCase(true), LocalCase(false)),
                         StoreReadConformance::CaseName);
INSTANTIATE_TEST_SUITE_P(Local, StoreConformance,
                         testing::Values(LocalCase(true), LocalCase(false)),
                         StoreConformance::CaseName);

/// What is really in a folder, hidden files included.
std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void WriteFile(const std::string& path, std::string_view bytes) { std::ofstream(path) << bytes; }

/// 0 if both writes failed as they should. A limit of file sizes stands for the full disk: write(2)
/// fails half way. For a process of its own.
int WriteBeyondTheLimit(ObjectStore& store) {
  const rlimit limit = {4096, 4096};
  ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const Result<void> put = store.Put("a", std::string(10'000, 'x'));
  const Result<void> created = store.PutIfAbsent("b", std::string(10'000, 'x'));
  const bool right = !put && put.error().kind == ErrorKind::kExhausted && !created &&
                     created.error().kind == ErrorKind::kExhausted;
  return right ? 0 : 1;
}

class LocalStoreTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::vector<std::string> Listed(const std::string& prefix = "") {
    std::vector<std::string> keys;
    const ListPage page = store_->List(prefix).value_or(ListPage{});
    for (const ObjectInfo& object : page.objects) {
      keys.push_back(object.key);
    }
    return keys;
  }

  ScratchFolder folder_;
  std::string root_ = folder_.path() + "/lake";
  std::unique_ptr<ObjectStore> store_ = MakeLocalStore(root_, {.foreign_writer_wait_millis = 200});
};

TEST_F(LocalStoreTest, ARelativeRootIsRefused) {
  EXPECT_THAT(MakeLocalStore("lake", {})->Put("a", "x"), Fails(ErrorKind::kUsage));
}

TEST_F(LocalStoreTest, ReadingCreatesNothing) {
  EXPECT_THAT(store_->Read("a/b"), Fails(ErrorKind::kNotFound));
  EXPECT_THAT(store_->List("a/"), IsOk());
  EXPECT_THAT(store_->Delete("a/b"), IsOk());
  EXPECT_FALSE(std::filesystem::exists(root_));
}

TEST_F(LocalStoreTest, LeavesNoTemporaryFiles) {
  ASSERT_THAT(store_->Put("a", "1"), IsOk());
  ASSERT_THAT(store_->PutIfAbsent("b", "1"), IsOk());
  EXPECT_THAT(store_->PutIfAbsent("b", "2"), Fails(ErrorKind::kAlreadyExists));
  std::filesystem::create_directories(Path("lake/folder/x"));
  EXPECT_THAT(store_->Put("folder", "1"), Fails(ErrorKind::kUsage));
  EXPECT_THAT(store_->PutIfAbsent("folder", "1"), Fails(ErrorKind::kUsage));
  EXPECT_THAT(FilesIn(root_), ElementsAre("a", "b", "folder"));
  EXPECT_EQ(std::filesystem::hard_link_count(Path("lake/b")), 1U);
}

TEST_F(LocalStoreTest, LeftoversOfACrashAreHiddenAndOneDaySwept) {
  ASSERT_THAT(store_->Put("log/0", "1"), IsOk());
  WriteFile(Path("lake/log/.1.uuid.limno.tmp"), "torn");
  WriteFile(Path("lake/log/.2.uuid.limno.tmp"), "torn");
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(25);
  std::filesystem::last_write_time(Path("lake/log/.2.uuid.limno.tmp"), old);
  EXPECT_THAT(Listed(), ElementsAre("log/0"));
  ASSERT_THAT(store_->PutIfAbsent("log/1", "whole"), IsOk());
  EXPECT_THAT(store_->Read("log/1"), Holds("whole"));
  EXPECT_THAT(FilesIn(Path("lake/log")), ElementsAre(".1.uuid.limno.tmp", "0", "1"));
}

TEST_F(LocalStoreTest, TheFirstPutInAFolderSweepsItToo) {
  ASSERT_THAT(store_->Put("vectors/0", "1"), IsOk());
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(25);
  for (const char* name : {".old.uuid.limno.tmp", ".foreign.uuid.tmp", "plain.limno.tmp"}) {
    WriteFile(Path("lake/vectors/") + name, "torn");
    std::filesystem::last_write_time(Path("lake/vectors/") + name, old);
  }
  ASSERT_THAT(store_->Put("vectors/1", "1"), IsOk());
  EXPECT_THAT(FilesIn(Path("lake/vectors")), testing::Contains(".old.uuid.limno.tmp"))
      << "a folder is looked through once";
  const auto next = MakeLocalStore(root_, {});
  ASSERT_THAT(next->Put("vectors/1", "2"), IsOk());
  EXPECT_THAT(FilesIn(Path("lake/vectors")),
              ElementsAre(".foreign.uuid.tmp", "0", "1", "plain.limno.tmp"));
}

TEST_F(LocalStoreTest, LinksThatLeadOutsideAreDenied) {
  ASSERT_THAT(store_->Put("a", "1"), IsOk());
  std::filesystem::create_directory(Path("outside"));
  WriteFile(Path("outside/secret"), "secret");
  std::filesystem::create_symlink("../outside", Path("lake/relative"));
  std::filesystem::create_symlink(Path("outside"), Path("lake/absolute"));
  std::filesystem::create_symlink("../outside/secret", Path("lake/file"));
  for (const std::string key : {"relative/secret", "absolute/secret"}) {
    SCOPED_TRACE(key);
    EXPECT_THAT(store_->Put(key, "x"), Fails(ErrorKind::kDenied));
    EXPECT_THAT(store_->PutIfAbsent(key + "2", "x"), Fails(ErrorKind::kDenied));
    EXPECT_THAT(store_->Delete(key), Fails(ErrorKind::kDenied));
    EXPECT_THAT(store_->Read(key), Fails(ErrorKind::kDenied));
    EXPECT_THAT(store_->LocalPath(key), Fails(ErrorKind::kDenied));
    EXPECT_THAT(store_->LocalPath(key + "2/x/y"), Fails(ErrorKind::kDenied));
  }
  EXPECT_THAT(store_->List("relative/"), Fails(ErrorKind::kDenied));
  EXPECT_THAT(store_->ListFolders("absolute/"), Fails(ErrorKind::kDenied));
  EXPECT_THAT(store_->Read("file"), Fails(ErrorKind::kDenied));
  EXPECT_THAT(store_->Head("file"), Fails(ErrorKind::kDenied));
  EXPECT_THAT(store_->LocalPath("file"), Fails(ErrorKind::kDenied));
  EXPECT_THAT(store_->Persist({"file"}), Fails(ErrorKind::kDenied));
  EXPECT_THAT(Listed(), ElementsAre("a"));
  EXPECT_THAT(store_->ListFolders(""), Holds(std::vector<std::string>{}));
  EXPECT_THAT(FilesIn(Path("outside")), ElementsAre("secret"));
  // Replacing and deleting mean the link itself.
  EXPECT_THAT(store_->Put("file", "mine"), IsOk());
  EXPECT_THAT(store_->Read("file"), Holds("mine"));
  std::ifstream secret(Path("outside/secret"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(secret), {}), "secret");
}

TEST_F(LocalStoreTest, LinksWithinTheRootAreFollowed) {
  ASSERT_THAT(store_->Put("real/x", "1"), IsOk());
  std::filesystem::create_symlink("real", Path("lake/alias"));
  std::filesystem::create_symlink("../real/x", Path("lake/real/y"));
  EXPECT_THAT(store_->Read("alias/x"), Holds("1"));
  ASSERT_THAT(store_->Put("alias/z", "2"), IsOk());
  EXPECT_THAT(store_->Read("real/z"), Holds("2"));
  EXPECT_THAT(Listed("alias/"), ElementsAre("alias/x", "alias/y", "alias/z"));
  EXPECT_THAT(Listed(), ElementsAre("real/x", "real/y", "real/z"));
}

TEST_F(LocalStoreTest, OnlyRegularFilesAreObjects) {
  ASSERT_THAT(store_->Put("a", "1"), IsOk());
  ASSERT_EQ(::mkfifo(Path("lake/pipe").c_str(), 0666), 0);
  std::filesystem::create_directory(Path("lake/empty"));
  EXPECT_THAT(store_->Read("pipe"), Fails(ErrorKind::kNotFound));
  EXPECT_THAT(store_->Read("empty"), Fails(ErrorKind::kNotFound));
  EXPECT_THAT(Listed(), ElementsAre("a"));
  EXPECT_THAT(store_->ListFolders(""), Holds(std::vector<std::string>{}));
}

TEST_F(LocalStoreTest, WhereWritingIsForbiddenItSaysSo) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root may write everywhere";
  }
  ASSERT_THAT(store_->Put("a/b", "1"), IsOk());
  std::filesystem::permissions(Path("lake/a"), std::filesystem::perms(0555));
  for (const Result<void>& refused : {store_->Put("a/b", "2"), store_->PutIfAbsent("a/c", "2"),
                                      store_->Put("a/d/e", "2"), store_->Delete("a/b")}) {
    ASSERT_THAT(refused, Fails(ErrorKind::kDenied));
    EXPECT_THAT(refused.error().ToString(), HasSubstr(Path("lake/a/")));
    EXPECT_THAT(refused.error().ToString(), HasSubstr("Permission denied"));
  }
  EXPECT_THAT(store_->Read("a/b"), Holds("1"));
  EXPECT_THAT(store_->LocalPath("a/b"), IsOk());
  std::filesystem::permissions(Path("lake/a"), std::filesystem::perms(0755));
}

TEST_F(LocalStoreTest, AFullDiskIsExhaustionAndLeavesNothing) {
  // /dev/full answers every write with ENOSPC.
  const FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (!full.valid()) {
    GTEST_SKIP() << "no /dev/full here";
  }
  const Result<void> written = WriteAll(full.get(), "bytes", "/lake/a");
  ASSERT_THAT(written, Fails(ErrorKind::kExhausted));
  EXPECT_EQ(written.error().ToString(),
            "/lake/a: cannot write: No space left on device (free some space or choose another "
            "place)");
  EXPECT_EQ(SystemError(EDQUOT, "cannot write", "a").kind, ErrorKind::kExhausted);
  EXPECT_EQ(SystemError(EROFS, "cannot write", "a").kind, ErrorKind::kDenied);
  EXPECT_EQ(SystemError(EIO, "cannot write", "a").kind, ErrorKind::kUnavailable);
}

TEST_F(LocalStoreTest, AFileTooLargeIsExhaustionAndLeavesNothing) {
  ASSERT_THAT(store_->Put("a", "1"), IsOk());
  EXPECT_EXIT(::_exit(WriteBeyondTheLimit(*store_)), testing::ExitedWithCode(0), "");
  EXPECT_THAT(FilesIn(root_), ElementsAre("a"));
  EXPECT_THAT(store_->Read("a"), Holds("1"));
}

std::string WholeCommit(const std::string& key) { return key + std::string(50'000, '.') + key; }

/// Commits until it is killed; writes a byte to `acknowledgements` for each commit.
[[noreturn]] void CommitUntilKilled(ObjectStore& store, int first, int acknowledgements) {
  for (int number = first;; ++number) {
    const std::string key = fmt::format("log/{:06}", number);
    if (!store.PutIfAbsent(key, WholeCommit(key)) || ::write(acknowledgements, "x", 1) != 1) {
      ::_exit(1);
    }
  }
}

TEST_F(LocalStoreTest, KilledAtAnyMomentItKeepsWhatItAcknowledgedAndShowsNothingTorn) {
  const auto store = MakeLocalStore(root_, {.sync = false});
  base::Random random(4);
  int first = 0;
  for (int round = 0; round < 25; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    FileDescriptor acknowledgements(pipe[0]);
    FileDescriptor child_end(pipe[1]);
    const pid_t child = ::fork();
    if (child == 0) {
      CommitUntilKilled(*store, first, child_end.get());
    }
    child_end = FileDescriptor();
    int acknowledged = 0;
    const int wanted = 1 + static_cast<int>(random.Below(20));
    char byte = 0;
    while (acknowledged < wanted && ::read(acknowledgements.get(), &byte, 1) == 1) {
      ++acknowledged;
    }
    ASSERT_EQ(acknowledged, wanted);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(acknowledgements.get(), &byte, 1) == 1) {
      ++acknowledged;
    }
    const std::vector<std::string> keys = Listed("log/");
    ASSERT_GE(static_cast<int>(keys.size()), first + acknowledged);
    for (size_t number = static_cast<size_t>(first); number < keys.size(); ++number) {
      ASSERT_EQ(keys[number], fmt::format("log/{:06}", number));
      ASSERT_THAT(store->Read(keys[number]), Holds(WholeCommit(keys[number])));
    }
    first = static_cast<int>(keys.size());
  }
}

TEST_F(LocalStoreTest, RootsComeAndGo) {
  ASSERT_THAT(store_->Put("a/b", "1"), IsOk());
  std::filesystem::remove_all(root_);
  EXPECT_THAT(store_->Read("a/b"), Fails(ErrorKind::kNotFound));
  ASSERT_THAT(store_->PutIfAbsent("a/b", "2"), IsOk());
  EXPECT_THAT(store_->Read("a/b"), Holds("2"));
}

TEST_F(LocalStoreTest, AFlatFolderOfManyFilesIsListedInPages) {
  constexpr int kFiles = 20'000;
  const auto store = MakeLocalStore(root_, {.sync = false});
  ASSERT_THAT(store->Put("log/x", ""), IsOk());
  for (int number = 0; number < kFiles; ++number) {
    const std::string path = Path(fmt::format("lake/log/{:020}.json", number));
    const FileDescriptor created(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
    ASSERT_TRUE(created.valid());
  }
  ListOptions options{.start_after = {}, .limit = 3'000};
  int seen = 0;
  bool truncated = true;
  while (truncated) {
    const Result<ListPage> page = store->List("log/0", options);
    ASSERT_THAT(page, IsOk());
    ASSERT_FALSE(page->objects.empty());
    for (const ObjectInfo& object : page->objects) {
      ASSERT_EQ(object.key, fmt::format("log/{:020}.json", seen++));
    }
    truncated = page->truncated;
    options.start_after = page->objects.back().key;
  }
  EXPECT_EQ(seen, kFiles);
}

}  // namespace
}  // namespace limno::storage
