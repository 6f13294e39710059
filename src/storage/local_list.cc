#include "storage/local_list.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>

namespace limno::storage {
namespace {

enum class EntryType { kFile, kFolder, kLink, kOther };

EntryType TypeOf(mode_t mode) {
  if (S_ISREG(mode)) {
    return EntryType::kFile;
  }
  if (S_ISDIR(mode)) {
    return EntryType::kFolder;
  }
  return S_ISLNK(mode) ? EntryType::kLink : EntryType::kOther;
}

EntryType TypeOf(int folder, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return EntryType::kFile;
    case DT_DIR:
      return EntryType::kFolder;
    case DT_LNK:
      return EntryType::kLink;
    case DT_UNKNOWN: {
      struct stat status = {};
      const int outcome = ::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW);
      return outcome == 0 ? TypeOf(status.st_mode) : EntryType::kOther;
    }
    default:
      return EntryType::kOther;
  }
}

/// Calls visit(name, type) until it returns false. A folder that has vanished is empty.
Result<void> ForEachEntry(int folder, const std::string& path,
                          const std::function<bool(std::string_view, EntryType)>& visit) {
  const FolderStream entries = OpenFolderStream(folder);
  if (!entries) {
    if (errno == ENOENT) {
      return {};
    }
    return Fail(SystemError(errno, "cannot list folder", path));
  }
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) {
      break;
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") {
      continue;
    }
    const EntryType type = TypeOf(folder, *entry);
    if (type != EntryType::kOther && !(type != EntryType::kFolder && IsTemporaryKey(name)) &&
        !visit(name, type)) {
      return {};
    }
  }
  if (errno != 0 && errno != ENOENT) {
    return Fail(SystemError(errno, "cannot list folder", path));
  }
  return {};
}

/// nullopt if it is gone.
Result<std::optional<FileDescriptor>> OpenSubfolder(int folder, const std::string& name,
                                                    const std::string& path) {
  FileDescriptor opened(
      ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened.valid()) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
      return std::nullopt;
    }
    return Fail(SystemError(errno, "cannot open folder", path));
  }
  return opened;
}

class Lister {
 public:
  Lister(const ConfinedRoot& root, std::string_view prefix, const ListOptions& options)
      : root_(root), prefix_(prefix), options_(options) {}

  /// Adds what lies in `folder`, whose keys begin with `base` ("" or ending in '/').
  Result<void> Walk(int folder, const std::string& base) {
    LIMNO_ASSIGN(std::vector<Entry> entries, Candidates(folder, base));
    // A heap hands out the smallest first and never sorts the rest of a large folder.
    std::make_heap(entries.begin(), entries.end(), Later);
    while (!entries.empty() && !page_.truncated) {
      std::pop_heap(entries.begin(), entries.end(), Later);
      const Entry entry = std::move(entries.back());
      entries.pop_back();
      if (entry.type == EntryType::kFolder) {
        const std::string path = base + entry.sort_name;
        const std::string name = entry.sort_name.substr(0, entry.sort_name.size() - 1);
        LIMNO_ASSIGN(const auto subfolder, OpenSubfolder(folder, name, root_.PathOf(path)));
        if (subfolder) {
          LIMNO_TRY(Walk(subfolder->get(), path));
        }
      } else {
        AddFile(folder, base, entry);
      }
    }
    return {};
  }

  ListPage TakePage() { return std::move(page_); }

 private:
  struct Entry {
    /// Folders end in '/', so that comparing these compares the keys below them.
    std::string sort_name;
    EntryType type;
  };

  static bool Later(const Entry& left, const Entry& right) {
    return left.sort_name > right.sort_name;
  }

  Result<std::vector<Entry>> Candidates(int folder, const std::string& base) {
    std::vector<Entry> entries;
    std::string key = base;
    LIMNO_TRY(ForEachEntry(folder, root_.PathOf(base), [&](std::string_view name, EntryType type) {
      key.resize(base.size());
      key += name;
      if (type == EntryType::kFolder) {
        key += '/';
      }
      const bool before_page =
          key <= options_.start_after &&
          !(type == EntryType::kFolder && options_.start_after.starts_with(key));
      if (key.starts_with(prefix_) && !before_page) {
        entries.push_back({key.substr(base.size()), type});
      }
      return true;
    }));
    return entries;
  }

  void AddFile(int folder, const std::string& base, const Entry& entry) {
    ObjectInfo info{base + entry.sort_name};
    struct stat status = {};
    if (entry.type == EntryType::kLink) {
      const Result<FileDescriptor> target = root_.Open(info.key, O_PATH);
      if (!target || ::fstat(target->get(), &status) != 0) {
        return;
      }
    } else if (::fstatat(folder, entry.sort_name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return;
    }
    if (!S_ISREG(status.st_mode)) {
      return;
    }
    if (page_.objects.size() == options_.limit) {
      page_.truncated = true;
      return;
    }
    info.size_bytes = static_cast<uint64_t>(status.st_size);
    info.modified_millis = ModifiedMillis(status);
    page_.objects.push_back(std::move(info));
  }

  const ConfinedRoot& root_;
  const std::string_view prefix_;
  const ListOptions& options_;
  ListPage page_;
};

/// Whether a listing would show anything below `folder`.
Result<bool> HoldsObjects(const ConfinedRoot& root, int folder, const std::string& base) {
  bool found = false;
  std::vector<std::string> subfolders;
  LIMNO_TRY(ForEachEntry(folder, root.PathOf(base), [&](std::string_view name, EntryType type) {
    if (type == EntryType::kFolder) {
      subfolders.emplace_back(name);
    }
    found = type == EntryType::kFile;
    return !found;
  }));
  for (size_t index = 0; index < subfolders.size() && !found; ++index) {
    const std::string path = base + subfolders[index] + '/';
    LIMNO_ASSIGN(const auto subfolder, OpenSubfolder(folder, subfolders[index], root.PathOf(path)));
    if (subfolder) {
      LIMNO_ASSIGN(found, HoldsObjects(root, subfolder->get(), path));
    }
  }
  return found;
}

/// The folder part of a prefix, open; nullopt if no key can begin so.
Result<std::optional<FileDescriptor>> OpenListed(const ConfinedRoot& root, std::string_view base) {
  if (!base.empty() && !CheckKey(base.substr(0, base.size() - 1))) {
    return std::nullopt;
  }
  Result<FileDescriptor> folder = root.Open(base, O_RDONLY | O_DIRECTORY);
  if (!folder && folder.error().kind == ErrorKind::kNotFound) {
    return std::nullopt;
  }
  if (!folder) {
    return Fail(std::move(folder).error());
  }
  return std::move(*folder);
}

}  // namespace

Result<ListPage> ListFiles(const ConfinedRoot& root, std::string_view prefix,
                           const ListOptions& options) {
  if (options.limit == 0) {
    return Fail(ErrorKind::kUsage, "a page of a listing holds at least one object",
                root.PathOf(prefix));
  }
  const std::string base(FolderOf(prefix));
  LIMNO_ASSIGN(const auto folder, OpenListed(root, base));
  if (!folder) {
    return ListPage{};
  }
  Lister lister(root, prefix, options);
  LIMNO_TRY(lister.Walk(folder->get(), base));
  return lister.TakePage();
}

Result<std::vector<std::string>> ListSubfolders(const ConfinedRoot& root, std::string_view prefix) {
  if (!prefix.empty() && !prefix.ends_with('/')) {
    return Fail(ErrorKind::kUsage, "folders are listed under a prefix that ends in '/'",
                root.PathOf(prefix));
  }
  const std::string base(prefix);
  LIMNO_ASSIGN(const auto folder, OpenListed(root, base));
  std::vector<std::string> names;
  if (!folder) {
    return names;
  }
  LIMNO_TRY(
      ForEachEntry(folder->get(), root.PathOf(base), [&](std::string_view name, EntryType type) {
        if (type == EntryType::kFolder) {
          names.emplace_back(name);
        }
        return true;
      }));
  std::sort(names.begin(), names.end());
  std::vector<std::string> folders;
  for (std::string& name : names) {
    const std::string path = base + name + '/';
    LIMNO_ASSIGN(const auto subfolder, OpenSubfolder(folder->get(), name, root.PathOf(path)));
    if (!subfolder) {
      continue;
    }
    LIMNO_ASSIGN(const bool listed, HoldsObjects(root, subfolder->get(), path));
    if (listed) {
      folders.push_back(std::move(name));
    }
  }
  return folders;
}

}  // namespace limno::storage
