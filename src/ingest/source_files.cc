#include "ingest/source_files.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "ingest/file_kind.h"
#include "ingest/url_reference.h"
#include "storage/local_files.h"

namespace limno::ingest {
namespace {

namespace fs = std::filesystem;

constexpr int kListDepthMax = 4;

std::string Absolute(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  const fs::path start = folder.empty() ? fs::current_path(error) : fs::absolute(folder, error);
  fs::path normal = (start / path).lexically_normal();
  // "data/" and "data" are the same folder.
  if (!normal.has_filename() && normal.has_relative_path()) {
    normal = normal.parent_path();
  }
  return normal.string();
}

bool HasWildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

/// Names in a folder, ascending; hidden ones left out.
Result<std::vector<fs::directory_entry>> Entries(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  std::vector<fs::directory_entry> found;
  while (!error && entries != fs::directory_iterator()) {
    const std::string name = entries->path().filename().string();
    if (JudgeName(name) != NamePromise::kHidden) {
      found.push_back(*entries);
    }
    entries.increment(error);
  }
  if (error) {
    return Fail(storage::SystemError(error.value(), "cannot list", folder.string()));
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool IsFolder(const fs::directory_entry& entry) {
  std::error_code error;
  return entry.is_directory(error);
}

bool IsRealFolder(const fs::directory_entry& entry) {
  std::error_code error;
  return entry.is_directory(error) && !entry.is_symlink(error);
}

bool IsFile(const fs::directory_entry& entry) {
  std::error_code error;
  return entry.is_regular_file(error);
}

/// Matches the segments of a glob from `next` on below `folder`.
Result<void> Expand(const fs::path& folder, const std::vector<std::string>& segments, size_t next,
                    std::set<std::string>& found) {
  const std::string& segment = segments[next];
  const bool last = next + 1 == segments.size();
  if (!HasWildcard(segment)) {
    const fs::directory_entry entry(folder / segment);
    if (last && IsFile(entry)) {
      found.insert(entry.path().string());
    } else if (!last && IsFolder(entry)) {
      return Expand(entry.path(), segments, next + 1, found);
    }
    return {};
  }
  LIMNO_ASSIGN(const std::vector<fs::directory_entry> entries, Entries(folder));
  const bool any_depth = segment == "**";
  if (any_depth && !last) {
    LIMNO_TRY(Expand(folder, segments, next + 1, found));
  }
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (!any_depth && fnmatch(segment.c_str(), name.c_str(), FNM_PERIOD) != 0) {
      continue;
    }
    if (any_depth && IsRealFolder(entry)) {
      LIMNO_TRY(Expand(entry.path(), segments, next, found));
    } else if (!any_depth && !last && IsFolder(entry)) {
      LIMNO_TRY(Expand(entry.path(), segments, next + 1, found));
    } else if (last && IsFile(entry)) {
      found.insert(entry.path().string());
    }
  }
  return {};
}

Result<std::vector<std::string>> FilesOfGlob(const std::string& pattern) {
  std::vector<std::string> segments;
  for (const fs::path& part : fs::path(pattern).relative_path()) {
    segments.push_back(part.string());
  }
  std::set<std::string> found;
  LIMNO_TRY(Expand("/", segments, 0, found));
  if (found.empty()) {
    return Fail(ErrorKind::kNotFound, "no file matches the pattern", pattern);
  }
  return std::vector<std::string>(found.begin(), found.end());
}

Result<void> CollectFolder(const fs::path& folder, std::vector<std::string>& files) {
  LIMNO_ASSIGN(const std::vector<fs::directory_entry> entries, Entries(folder));
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('_')) {
      continue;
    }
    if (IsRealFolder(entry)) {
      LIMNO_TRY(CollectFolder(entry.path(), files));
    } else if (IsFile(entry) && JudgeName(name) != NamePromise::kOther &&
               entry.path().has_extension()) {
      files.push_back(entry.path().string());
    }
  }
  return {};
}

Result<std::vector<std::string>> FilesOfFolder(const std::string& folder) {
  std::vector<std::string> files;
  LIMNO_TRY(CollectFolder(folder, files));
  if (files.empty()) {
    return Fail(ErrorKind::kNotFound, "the folder holds no CSV, Parquet or archive file", folder,
                "name the files, or use a glob such as " + folder + "/*");
  }
  return files;
}

std::string Trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) {
    return {};
  }
  return std::string(line.substr(begin, line.find_last_not_of(" \t\r\n") + 1 - begin));
}

/// What the names in a list are relative to.
struct ListPlace {
  /// Of a list at a URL; empty for one on this machine.
  std::string url;
  fs::path folder;
  int depth = 0;
};

class Lister {
 public:
  explicit Lister(const ListDownload& download) : download_(download) {}

  void Add(const std::string& text, const ListPlace& place) {
    Result<void> added = TryAdd(text, place);
    if (!added) {
      const bool secret = text.starts_with('@') && IsUrl(text.substr(1));
      list_.problems.push_back(
          {secret ? "@" + WithoutUser(text.substr(1)) : text, std::move(added).error()});
    }
  }

  InputList Take() { return std::move(list_); }

 private:
  Result<void> TryAdd(const std::string& text, const ListPlace& place) {
    if (text.empty()) {
      return Fail(ErrorKind::kUsage, "an empty name is no source");
    }
    if (text.starts_with('@')) {
      const std::string list = text.substr(1);
      return place.url.empty() && !IsUrl(list) ? AddLocalList(Absolute(list, place.folder), place)
                                               : AddUrlList(ResolveUrl(place.url, list), place);
    }
    if (IsUrl(text)) {
      AddUrl(text);
      return {};
    }
    const size_t scheme = text.find("://");
    const bool has_scheme = scheme < text.find_first_of("/?#");
    if (!place.url.empty()) {
      if (text == "-" || has_scheme) {
        return Fail(ErrorKind::kUsage, "a list from the web names only what is on the web", text);
      }
      AddUrl(ResolveUrl(place.url, text));
      return {};
    }
    if (text == "-") {
      AddFile({"stdin", InputPlace::kStandardInput, "-"});
      return {};
    }
    return has_scheme ? AddByScheme(text, scheme, place.folder)
                      : AddLocal(Absolute(text, place.folder));
  }

  Result<void> AddByScheme(const std::string& text, size_t scheme, const fs::path& folder) {
    if (text.starts_with("file://")) {
      return AddLocal(Absolute(text.substr(scheme + 3), folder));
    }
    return Fail(ErrorKind::kUnsupported,
                "cannot read from \"" + text.substr(0, scheme) + "\" addresses", text,
                "use http, https, or a local path");
  }

  Result<void> AddLocal(const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_regular_file(status) || fs::is_fifo(status) || fs::is_character_file(status)) {
      AddFile({path, InputPlace::kLocal, path});
      return {};
    }
    std::vector<std::string> files;
    if (fs::is_directory(status)) {
      LIMNO_ASSIGN(files, FilesOfFolder(path));
    } else if (HasWildcard(path)) {
      LIMNO_ASSIGN(files, FilesOfGlob(path));
    } else if (error && error != std::errc::no_such_file_or_directory) {
      return Fail(storage::SystemError(error.value(), "cannot open", path));
    } else {
      return Fail(ErrorKind::kNotFound, "no such file or folder", path);
    }
    for (const std::string& file : files) {
      AddFile({file, InputPlace::kLocal, file});
    }
    return {};
  }

  Result<void> AddLocalList(const std::string& path, const ListPlace& from) {
    std::ifstream stream(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) {
      return Fail(ErrorKind::kNotFound, "cannot open the list of files", path);
    }
    return AddList(text, path,
                   {.url = {}, .folder = fs::path(path).parent_path(), .depth = from.depth + 1});
  }

  Result<void> AddUrlList(const std::string& url, const ListPlace& from) {
    const std::string shown = WithoutUser(url);
    if (from.depth >= kListDepthMax) {
      return Fail(ErrorKind::kUsage, "list files name each other too deeply", shown);
    }
    LIMNO_ASSIGN(const std::string text, download_(url));
    return AddList(text, shown, {.url = url, .folder = {}, .depth = from.depth + 1});
  }

  /// `shown`: what the list is called in errors.
  Result<void> AddList(std::string_view text, const std::string& shown, const ListPlace& place) {
    if (place.depth > kListDepthMax) {
      return Fail(ErrorKind::kUsage, "list files name each other too deeply", shown);
    }
    const FileFormat format = RecognizeFormat(text.substr(0, kFormatBytes));
    if (format.kind != FileKind::kText && format.kind != FileKind::kEmpty) {
      return Fail(ErrorKind::kRefused,
                  "it is " + std::string(format.description) + ", not a list of files", shown,
                  "leave the @ away to load it");
    }
    text.remove_prefix(text.starts_with("\xef\xbb\xbf") ? 3 : 0);
    size_t entries = 0;
    while (!text.empty()) {
      const std::string entry = Trimmed(text.substr(0, text.find('\n')));
      text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
      if (!entry.empty() && entry[0] != '#') {
        Add(entry, place);
        ++entries;
      }
    }
    if (entries == 0) {
      return Fail(ErrorKind::kNotFound, "the list names no file", shown);
    }
    return {};
  }

  void AddUrl(const std::string& url) { AddFile({WithoutUser(url), InputPlace::kUrl, url}); }

  void AddFile(InputFile file) {
    if (seen_.insert(file.uri).second) {
      std::error_code error;
      const uintmax_t bytes =
          file.place == InputPlace::kLocal ? fs::file_size(file.address, error) : 0;
      file.bytes = error ? 0 : bytes;
      list_.files.push_back(std::move(file));
    }
  }

  const ListDownload& download_;
  InputList list_;
  std::set<std::string> seen_;
};

}  // namespace

InputList ListInputFiles(const std::vector<std::string>& from, const ListDownload& download) {
  Lister lister(download);
  for (const std::string& text : from) {
    lister.Add(text, {});
  }
  return lister.Take();
}

}  // namespace limno::ingest
