#include "table/delta/time_travel.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "table/delta/commit_info.h"
#include "table/delta/log_replay.h"
#include "table/timestamp_text.h"

namespace limno::table::delta {
namespace {

std::string TimeText(base::UnixMillis millis) {
  constexpr int kMillisecondDigits = 3;
  const std::optional<std::string> text = FormatTimestamp(millis * 1000, ' ', kMillisecondDigits);
  return text ? *text + " UTC" : fmt::format("{} ms since 1970", millis);
}

tl::unexpected<Error> TooEarly(storage::ObjectStore& store, base::UnixMillis timestamp,
                               int64_t oldest_version, base::UnixMillis oldest_time) {
  return Fail(ErrorKind::kNotFound,
              fmt::format("no version as of {}; the oldest that can be read is version {} of {}",
                          TimeText(timestamp), oldest_version, TimeText(oldest_time)),
              store.Describe());
}

/// The time that a listed commit carries, else its file's. kUnavailable if it went away meanwhile.
Result<base::UnixMillis> OwnTime(storage::ObjectStore& store, const ListedCommit& commit) {
  const Result<CommitInfo> info = ReadCommitInfo(store, commit.version);
  if (!info && info.error().kind == ErrorKind::kNotFound) {
    return Fail(ErrorKind::kUnavailable, "the log changed while it was read: a commit went away",
                info.error().where, "try again");
  }
  LIMNO_TRY(info);
  return info->in_commit_timestamp_millis.value_or(commit.modified_millis);
}

/// Index of the last of commits [begin, end) whose in-commit time is not after `timestamp`; begin -
/// 1 if there is none. Those times increase, so few commits need to be read.
Result<std::ptrdiff_t> LastByInCommitTime(storage::ObjectStore& store,
                                          const std::vector<ListedCommit>& commits,
                                          std::ptrdiff_t begin, base::UnixMillis timestamp) {
  std::ptrdiff_t low = begin;
  auto high = static_cast<std::ptrdiff_t>(commits.size());
  while (low < high) {
    const std::ptrdiff_t middle = low + (high - low) / 2;
    const ListedCommit& commit = commits[static_cast<size_t>(middle)];
    LIMNO_ASSIGN(const base::UnixMillis time, OwnTime(store, commit));
    if (time <= timestamp) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/// The readable ones, ascending.
std::vector<ListedCommit> ReadableCommits(const LogListing& listing) {
  const int64_t oldest = listing.OldestReadableVersion().value_or(listing.NewestVersion() + 1);
  std::vector<ListedCommit> commits;
  std::copy_if(listing.commits.begin(), listing.commits.end(), std::back_inserter(commits),
               [oldest](const ListedCommit& commit) { return commit.version >= oldest; });
  return commits;
}

}  // namespace

std::vector<base::UnixMillis> AdjustedTimes(const std::vector<ListedCommit>& commits) {
  std::vector<base::UnixMillis> times;
  times.reserve(commits.size());
  for (const ListedCommit& commit : commits) {
    times.push_back(times.empty() ? commit.modified_millis
                                  : std::max(commit.modified_millis, times.back() + 1));
  }
  return times;
}

std::optional<int64_t> FirstVersionWithInCommitTime(const Metadata& newest) {
  if (!UsesInCommitTimestamps(newest)) {
    return std::nullopt;
  }
  const auto property = newest.properties.find("delta.inCommitTimestampEnablementVersion");
  int64_t version = 0;
  if (property != newest.properties.end()) {
    const std::string& text = property->second;
    std::from_chars(text.data(), text.data() + text.size(), version);
  }
  return version;
}

Result<int64_t> VersionAtTime(storage::ObjectStore& store, const LogListing& listing,
                              const Metadata& newest, base::UnixMillis timestamp) {
  const std::vector<ListedCommit> commits = ReadableCommits(listing);
  if (commits.empty()) {
    return Fail(ErrorKind::kNotFound, "no commit is left that could tell when versions were made",
                store.Describe(), "ask for a version by number");
  }
  // Commits before `split` are dated by their files, the others by themselves.
  auto split = static_cast<std::ptrdiff_t>(commits.size());
  if (const std::optional<int64_t> first = FirstVersionWithInCommitTime(newest)) {
    split = std::partition_point(
                commits.begin(), commits.end(),
                [first](const ListedCommit& commit) { return commit.version < *first; }) -
            commits.begin();
    LIMNO_ASSIGN(const std::ptrdiff_t found, LastByInCommitTime(store, commits, split, timestamp));
    if (found >= split) {
      return commits[static_cast<size_t>(found)].version;
    }
  }
  if (split == 0) {
    LIMNO_ASSIGN(const base::UnixMillis oldest, OwnTime(store, commits.front()));
    return TooEarly(store, timestamp, commits.front().version, oldest);
  }
  const std::vector<base::UnixMillis> times =
      AdjustedTimes({commits.begin(), commits.begin() + split});
  const auto after = std::upper_bound(times.begin(), times.end(), timestamp);
  if (after == times.begin()) {
    return TooEarly(store, timestamp, commits.front().version, times.front());
  }
  return commits[static_cast<size_t>(after - times.begin() - 1)].version;
}

}  // namespace limno::table::delta
