#include "engine/copy_sources.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/name_match.h"
#include "engine/glob_pattern.h"
#include "storage/local_files.h"
#include "table/percent_coding.h"

namespace limno::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNullFolder = "__HIVE_DEFAULT_PARTITION__";
constexpr int64_t kNanosPerSecond = 1'000'000'000;

/// The path that a text names, without the scheme of local files.
Result<std::string> LocalPath(std::string text) {
  for (const std::string_view scheme : {"file://", "file:"}) {
    if (text.starts_with(scheme)) {
      text.erase(0, scheme.size());
      break;
    }
  }
  if (text.find("://") != std::string::npos) {
    return Fail(ErrorKind::kUnsupported, "COPY INTO reads local files and folders", text,
                "limno load takes files from URLs");
  }
  std::error_code error;
  const fs::path path = fs::absolute(text, error).lexically_normal();
  return error ? Fail(storage::SystemError(error.value(), "cannot find", text))
               : Result<std::string>(path.string());
}

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  return path;
}

/// `column=value` as a folder's name says it; nullopt for other names.
std::optional<std::pair<std::string, std::optional<std::string>>> FolderValue(
    const std::string& name) {
  const size_t sign = name.find('=');
  if (sign == std::string::npos || sign == 0) {
    return std::nullopt;
  }
  const auto decoded = [](const std::string& text) {
    return table::PercentDecode(text).value_or(text);
  };
  const std::string value = name.substr(sign + 1);
  return std::pair(decoded(name.substr(0, sign)), value == kNullFolder
                                                      ? std::nullopt
                                                      : std::optional<std::string>(decoded(value)));
}

class Collector {
 public:
  Collector(std::string root, std::string pattern)
      : root_(std::move(root)), pattern_(std::move(pattern)) {}

  /// A file or folder that must be there; its path relative to the root, empty for the root itself.
  Result<void> Collect(const std::string& relative) {
    const std::string path = relative.empty() ? root_ : Joined(root_, relative);
    struct stat facts = {};
    if (::stat(path.c_str(), &facts) != 0) {
      return Fail(storage::SystemError(errno, "cannot find", path));
    }
    if (S_ISDIR(facts.st_mode)) {
      return CollectFolder(path, relative);
    }
    Add(path, relative, facts);
    return {};
  }

  Result<std::vector<SourceFile>> Finish() && {
    for (SourceFile& file : found_) {
      std::error_code error;
      file.path = fs::canonical(file.path, error).string();
      if (error) {
        return Fail(storage::SystemError(error.value(), "cannot find", file.path));
      }
    }
    std::sort(found_.begin(), found_.end(), [](const SourceFile& left, const SourceFile& right) {
      return left.path < right.path;
    });
    found_.erase(std::unique(found_.begin(), found_.end(),
                             [](const SourceFile& left, const SourceFile& right) {
                               return left.path == right.path;
                             }),
                 found_.end());
    return std::move(found_);
  }

 private:
  static std::string Joined(const std::string& folder, const std::string& name) {
    return folder.empty() || folder.back() == '/' ? folder + name : folder + '/' + name;
  }

  Result<void> CollectFolder(const std::string& path, const std::string& relative) {
    std::error_code error;
    fs::directory_iterator entries(path, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      const std::string name = entries->path().filename().string();
      if (name.starts_with('_') || name.starts_with('.')) {
        continue;
      }
      const std::string below = relative.empty() ? name : Joined(relative, name);
      const std::string entry = entries->path().string();
      struct stat facts = {};
      if (::stat(entry.c_str(), &facts) != 0) {
        // Gone since it was listed, or a link to nothing.
        continue;
      }
      if (S_ISDIR(facts.st_mode)) {
        // A link to a folder may lead back to where we come from.
        if (!entries->is_symlink(error)) {
          LIMNO_TRY(CollectFolder(entry, below));
        }
      } else if (pattern_.empty() || MatchesGlob(pattern_, below)) {
        Add(entry, below, facts);
      }
    }
    return error ? Fail(storage::SystemError(error.value(), "cannot list", path)) : Result<void>();
  }

  void Add(const std::string& path, const std::string& relative, const struct stat& facts) {
    if (!S_ISREG(facts.st_mode) || facts.st_size == 0) {
      return;
    }
    SourceFile file{path,
                    static_cast<uint64_t>(facts.st_size),
                    facts.st_mtim.tv_sec * kNanosPerSecond + facts.st_mtim.tv_nsec,
                    {}};
    const fs::path folders = fs::path(relative).parent_path();
    for (const fs::path& folder : folders) {
      if (auto value = FolderValue(folder.string())) {
        file.folder_values.push_back(*std::move(value));
      }
    }
    found_.push_back(std::move(file));
  }

  const std::string root_;
  const std::string pattern_;
  std::vector<SourceFile> found_;
};

Result<bool> IgnoresMissing(const OptionList& options) {
  for (const auto& [name, text] : options) {
    if (base::FoldCase(name) == "ignoremissingfiles") {
      return TruthOf(name, text);
    }
  }
  return false;
}

}  // namespace

Result<std::vector<SourceFile>> FindSourceFiles(const CopyInto& copy) {
  LIMNO_ASSIGN(const std::string source, LocalPath(copy.source));
  const std::string fixed(FixedPart(source));
  std::error_code error;
  // A name may have the characters of a pattern.
  const bool glob = fixed.size() < source.size() && !fs::exists(source, error);
  if (glob && !copy.pattern.empty()) {
    return Fail(ErrorKind::kUsage, "a source with wildcards takes no PATTERN", copy.source,
                "put it into one of the two");
  }
  if (glob) {
    Collector collector(WithoutSlash(fixed), source.substr(fixed.size()));
    LIMNO_TRY(collector.Collect(""));
    return std::move(collector).Finish();
  }
  Collector collector(WithoutSlash(source), copy.pattern);
  if (copy.files.empty()) {
    LIMNO_TRY(collector.Collect(""));
    return std::move(collector).Finish();
  }
  LIMNO_ASSIGN(const bool ignore_missing, IgnoresMissing(copy.format_options));
  for (const std::string& file : copy.files) {
    const auto collected = collector.Collect(file);
    if (!collected && !(ignore_missing && collected.error().kind == ErrorKind::kNotFound)) {
      return Fail(collected.error());
    }
  }
  return std::move(collector).Finish();
}

}  // namespace limno::engine
