#include "table/delta/log_listing.h"

#include <algorithm>
#include <map>
#include <utility>

#include "table/delta/log_path.h"

namespace limno::table::delta {
namespace {

/// Parts of multi-part checkpoints as they come in; (version, number of parts) -> part -> file.
using Parts = std::map<std::pair<int64_t, int>, std::map<int, storage::ObjectInfo>>;

void AddFile(const storage::ObjectInfo& object, LogListing& listing, Parts& parts) {
  const std::optional<LogFileName> name = ParseLogKey(object.key);
  if (!name) {
    return;
  }
  switch (name->kind) {
    case LogFileKind::kCommit:
      listing.commits.push_back({name->version, object.modified_millis, object.size_bytes});
      return;
    case LogFileKind::kCheckpoint:
    case LogFileKind::kJsonCheckpoint:
      // An empty file is what a writer left that died; it cannot be a checkpoint.
      if (object.size_bytes > 0) {
        listing.checkpoints.push_back({name->version,
                                       {object.key},
                                       name->kind == LogFileKind::kJsonCheckpoint,
                                       object.modified_millis});
      }
      return;
    case LogFileKind::kCheckpointPart:
      parts[{name->version, name->parts}].emplace(name->part, object);
      return;
    case LogFileKind::kCompacted:
      if (name->end_version > name->version && object.size_bytes > 0) {
        listing.compactions.push_back({name->version, name->end_version});
      }
      return;
    case LogFileKind::kChecksum:
      listing.checksums.push_back(name->version);
      return;
  }
}

void AddCompleteParts(const Parts& parts, LogListing& listing) {
  for (const auto& [identity, files] : parts) {
    if (files.size() != static_cast<size_t>(identity.second)) {
      continue;
    }
    ListedCheckpoint checkpoint;
    checkpoint.version = identity.first;
    for (const auto& [part, file] : files) {
      checkpoint.keys.push_back(file.key);
      checkpoint.modified_millis = std::max(checkpoint.modified_millis, file.modified_millis);
    }
    listing.checkpoints.push_back(std::move(checkpoint));
  }
  std::stable_sort(listing.checkpoints.begin(), listing.checkpoints.end(),
                   [](const ListedCheckpoint& left, const ListedCheckpoint& right) {
                     return left.version < right.version;
                   });
}

bool IsBefore(const ListedCommit& commit, int64_t version) { return commit.version < version; }

/// The commits [first, last], or nothing if one of them is missing.
std::optional<std::vector<ListedCommit>> Contiguous(const std::vector<ListedCommit>& commits,
                                                    int64_t first, int64_t last) {
  const auto begin = std::lower_bound(commits.begin(), commits.end(), first, IsBefore);
  const auto end = std::lower_bound(begin, commits.end(), last + 1, IsBefore);
  // Versions are distinct, so the count alone tells.
  if (end - begin != last - first + 1) {
    return std::nullopt;
  }
  return std::vector<ListedCommit>(begin, end);
}

/// The compactions that spare most reading, each beginning where another or a commit ended.
std::vector<ListedCompaction> Usable(const std::vector<ListedCompaction>& compactions,
                                     const LogSegment& segment) {
  std::vector<ListedCompaction> usable;
  if (segment.commits.empty()) {
    return usable;
  }
  int64_t next = segment.commits.front().version;
  for (const ListedCompaction& compaction : compactions) {
    if (compaction.last > segment.version) {
      continue;
    }
    if (!usable.empty() && usable.back().first == compaction.first) {
      usable.back() = compaction;
    } else if (compaction.first >= next) {
      usable.push_back(compaction);
    }
    next = usable.empty() ? next : usable.back().last + 1;
  }
  return usable;
}

}  // namespace

int64_t LogListing::NewestVersion() const {
  const int64_t commit = commits.empty() ? -1 : commits.back().version;
  const int64_t checkpoint = checkpoints.empty() ? -1 : checkpoints.back().version;
  return std::max(commit, checkpoint);
}

const ListedCommit* LogListing::FindCommit(int64_t version) const {
  const auto found = std::lower_bound(commits.begin(), commits.end(), version, IsBefore);
  return found != commits.end() && found->version == version ? &*found : nullptr;
}

bool LogListing::HasChecksum(int64_t version) const {
  return std::binary_search(checksums.begin(), checksums.end(), version);
}

std::vector<LogSegment> LogListing::SegmentsFor(int64_t version) const {
  std::vector<LogSegment> segments;
  // What is faster first, and then what relies on less.
  const auto add = [&](LogSegment segment) {
    segment.compactions = Usable(compactions, segment);
    if (!segment.compactions.empty()) {
      segments.push_back(segment);
      segment.compactions.clear();
    }
    segments.push_back(std::move(segment));
  };
  for (auto checkpoint = checkpoints.rbegin(); checkpoint != checkpoints.rend(); ++checkpoint) {
    if (checkpoint->version > version) {
      continue;
    }
    if (auto between = Contiguous(commits, checkpoint->version + 1, version)) {
      add({version, *checkpoint, *std::move(between), {}});
    }
  }
  if (auto all = Contiguous(commits, 0, version); all && version >= 0) {
    add({version, std::nullopt, *std::move(all), {}});
  }
  return segments;
}

std::optional<int64_t> LogListing::OldestReadableVersion() const {
  // Going back from the newest version as far as commits reach, the last place to start from
  // counts.
  std::optional<int64_t> oldest;
  int64_t version = NewestVersion();
  auto checkpoint = checkpoints.rbegin();
  while (version >= 0) {
    while (checkpoint != checkpoints.rend() && checkpoint->version > version) {
      ++checkpoint;
    }
    if (checkpoint != checkpoints.rend() && checkpoint->version == version) {
      oldest = version;
    }
    if (FindCommit(version) == nullptr) {
      return oldest;
    }
    if (version == 0) {
      return 0;
    }
    --version;
  }
  return oldest;
}

std::optional<int64_t> LogListing::FirstGapBefore(int64_t version) const {
  int64_t next = 0;
  for (const ListedCheckpoint& checkpoint : checkpoints) {
    if (checkpoint.version <= version) {
      next = checkpoint.version + 1;
    }
  }
  while (next <= version && FindCommit(next) != nullptr) {
    ++next;
  }
  return next <= version ? std::optional<int64_t>(next) : std::nullopt;
}

Result<LogListing> ListLog(storage::ObjectStore& store, int64_t first_version) {
  LogListing listing;
  listing.first_listed_version = first_version;
  Parts parts;
  storage::ListOptions options;
  options.start_after = KeyBeforeVersion(first_version);
  // ':' follows '9': beyond it no name begins with a version.
  const std::string end = std::string(kLogFolder) + ":";
  while (true) {
    LIMNO_ASSIGN(const storage::ListPage page, store.List(kLogFolder, options));
    for (const storage::ObjectInfo& object : page.objects) {
      AddFile(object, listing, parts);
    }
    const bool more = page.truncated && !page.objects.empty() && page.objects.back().key < end;
    if (!more) {
      break;
    }
    options.start_after = page.objects.back().key;
  }
  AddCompleteParts(parts, listing);
  return listing;
}

}  // namespace limno::table::delta
