#include "storage/local_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <set>
#include <utility>

#include "base/random.h"
#include "storage/confined_root.h"
#include "storage/foreign_writers.h"
#include "storage/local_list.h"
#include "storage/temporary_file.h"

namespace limno::storage {
namespace {

constexpr uint64_t kEverything = UINT64_MAX;
// A pipe under an object's name must not make the opener wait for its other end.
constexpr int kReading = O_RDONLY | O_NONBLOCK;

std::string WithoutTrailingSlashes(std::string root) {
  while (root.size() > 1 && root.ends_with('/')) {
    root.pop_back();
  }
  return root;
}

struct OpenObject {
  FileDescriptor file;
  struct stat status = {};
};

class LocalStore final : public ObjectStore {
 public:
  LocalStore(std::string root, LocalStoreOptions options)
      : root_(WithoutTrailingSlashes(std::move(root)), options.sync), options_(options) {}

  Result<std::string> Read(std::string_view key) override { return ReadRange(key, 0, kEverything); }

  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override {
    LIMNO_ASSIGN(const OpenObject object, Open(key, kReading));
    const auto size = static_cast<uint64_t>(object.status.st_size);
    if (offset > size) {
      return Fail(
          ErrorKind::kUsage,
          fmt::format("a range that begins at {} is beyond the end of an object of {} bytes",
                      offset, size),
          root_.PathOf(key));
    }
    return ReadAt(object.file.get(), offset, std::min(length, size - offset), root_.PathOf(key));
  }

  Result<ObjectInfo> Head(std::string_view key) override {
    LIMNO_ASSIGN(const OpenObject object, Open(key, O_PATH));
    return ObjectInfo{std::string(key), static_cast<uint64_t>(object.status.st_size),
                      ModifiedMillis(object.status)};
  }

  Result<void> Put(std::string_view key, std::string_view bytes) override {
    LIMNO_TRY(CheckKey(key));
    LIMNO_ASSIGN(const FileDescriptor folder, root_.OpenOrMakeFolder(FolderOf(key)));
    LIMNO_ASSIGN(TemporaryFile file, WriteTemporary(folder.get(), key, bytes, options_.sync));
    LIMNO_TRY(file.PublishReplacing());
    SweepOnce(folder.get(), file.descriptor());
    return SyncPublished(folder.get(), key);
  }

  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override {
    LIMNO_TRY(CheckKey(key));
    LIMNO_ASSIGN(const FileDescriptor folder, root_.OpenOrMakeFolder(FolderOf(key)));
    const std::string name(key.substr(FolderOf(key).size()));
    // Saves the loser of a race the write; link() below is what decides.
    struct stat status = {};
    if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      return S_ISDIR(status.st_mode)
                 ? Fail(ErrorKind::kUsage, "the name belongs to a folder", root_.PathOf(key))
                 : Fail(ErrorKind::kAlreadyExists, "the object is already there",
                        root_.PathOf(key));
    }
    LIMNO_ASSIGN(TemporaryFile file, WriteTemporary(folder.get(), key, bytes, options_.sync));
    LIMNO_TRY(file.PublishIfAbsent());
    Result<void> outlasted =
        OutlastForeignWriters(folder.get(), name, file.descriptor(),
                              options_.foreign_writer_wait_millis, root_.PathOf(key));
    if (!outlasted) {
      return OutcomeUnknownUnlessLost(std::move(outlasted).error());
    }
    return SyncPublished(folder.get(), key);
  }

  Result<void> PutIfAbsentUnsynced(std::string_view key, std::string_view bytes) override {
    LIMNO_TRY(CheckKey(key));
    LIMNO_ASSIGN(const FileDescriptor folder, root_.OpenOrMakeFolder(FolderOf(key)));
    LIMNO_ASSIGN(TemporaryFile file, WriteTemporary(folder.get(), key, bytes, false));
    return file.PublishIfAbsent();
  }

  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override {
    return ListFiles(root_, prefix, options);
  }

  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override {
    return ListSubfolders(root_, prefix);
  }

  Result<void> Delete(std::string_view key) override {
    LIMNO_TRY(CheckKey(key));
    Result<FileDescriptor> folder = root_.Open(FolderOf(key), O_PATH | O_DIRECTORY);
    if (!folder) {
      return folder.error().kind == ErrorKind::kNotFound ? Result<void>()
                                                         : Fail(std::move(folder).error());
    }
    const std::string name(key.substr(FolderOf(key).size()));
    if (::unlinkat(folder->get(), name.c_str(), 0) != 0 && errno != ENOENT && errno != EISDIR) {
      return Fail(SystemError(errno, "cannot delete", root_.PathOf(key)));
    }
    return {};
  }

  Result<std::optional<std::string>> LocalPath(std::string_view key) override {
    LIMNO_TRY(CheckKey(key));
    LIMNO_TRY(root_.OpenOrMakeFolder(FolderOf(key)));
    // The caller will follow whatever is there, so it must not lead outside.
    Result<FileDescriptor> present = root_.Open(key, O_PATH);
    if (!present && present.error().kind != ErrorKind::kNotFound) {
      return Fail(std::move(present).error());
    }
    return root_.PathOf(key);
  }

  Result<void> Persist(const std::vector<std::string>& keys) override {
    std::set<std::string_view> folders;
    for (const std::string& key : keys) {
      LIMNO_ASSIGN(const OpenObject object, Open(key, kReading));
      if (options_.sync) {
        LIMNO_TRY(Sync(object.file.get(), root_.PathOf(key)));
        folders.insert(FolderOf(key));
      }
    }
    for (const std::string_view path : folders) {
      LIMNO_ASSIGN(const FileDescriptor folder, root_.Open(path, O_RDONLY | O_DIRECTORY));
      LIMNO_TRY(Sync(folder.get(), root_.PathOf(path)));
      LIMNO_TRY(root_.SyncFolderNames(folder.get(), path));
    }
    return {};
  }

  std::string Describe() const override { return root_.root(); }

 private:
  /// The regular file of `key`.
  Result<OpenObject> Open(std::string_view key, int flags) {
    LIMNO_TRY(CheckKey(key));
    OpenObject object;
    LIMNO_ASSIGN(object.file, root_.Open(key, flags));
    if (::fstat(object.file.get(), &object.status) != 0) {
      return Fail(SystemError(errno, "cannot inspect", root_.PathOf(key)));
    }
    if (!S_ISREG(object.status.st_mode)) {
      return Fail(ErrorKind::kNotFound, "no such object: this is not a regular file",
                  root_.PathOf(key));
    }
    return object;
  }

  /// The bytes under a temporary name in `folder`; if `durable`, the names of its folders are, too:
  /// what is published next must not vanish with an unsynced parent.
  Result<TemporaryFile> WriteTemporary(int folder, std::string_view key, std::string_view bytes,
                                       bool durable) {
    const std::string path = root_.PathOf(key);
    LIMNO_ASSIGN(TemporaryFile file,
                 TemporaryFile::Create(folder, key.substr(FolderOf(key).size()), path, random_));
    LIMNO_TRY(WriteAll(file.descriptor(), bytes, path));
    if (durable) {
      LIMNO_TRY(Sync(file.descriptor(), path));
      LIMNO_TRY(root_.SyncFolderNames(folder, FolderOf(key)));
    }
    return file;
  }

  /// Once the name is visible, a failure to make it durable leaves the outcome unknown.
  Result<void> SyncPublished(int folder, std::string_view key) {
    if (!options_.sync) {
      return {};
    }
    Result<void> synced = Sync(folder, root_.PathOf(FolderOf(key)));
    return synced ? synced : OutcomeUnknownUnlessLost(std::move(synced).error());
  }

  /// Removes what crashed processes left in `folder`, as seen from the file just written there.
  void SweepOnce(int folder, int written) {
    struct stat status = {};
    struct stat own = {};
    if (::fstat(folder, &status) != 0 || ::fstat(written, &own) != 0) {
      return;
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!swept_.emplace(status.st_dev, status.st_ino).second) {
        return;
      }
    }
    RemoveAbandoned(folder, ModifiedMillis(own));
  }

  static Result<void> OutcomeUnknownUnlessLost(Error error) {
    if (error.kind != ErrorKind::kAlreadyExists) {
      error.kind = ErrorKind::kUnavailable;
    }
    return Fail(std::move(error));
  }

  ConfinedRoot root_;
  const LocalStoreOptions options_;
  base::Random random_;
  std::mutex mutex_;
  /// Device and inode of the folders that were swept; guarded by mutex_.
  std::set<std::pair<dev_t, ino_t>> swept_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeLocalStore(std::string root, LocalStoreOptions options) {
  return std::make_unique<LocalStore>(std::move(root), options);
}

}  // namespace limno::storage
