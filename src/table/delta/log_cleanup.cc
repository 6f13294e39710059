#include "table/delta/log_cleanup.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "table/delta/checkpoint_read.h"
#include "table/delta/checkpoint_write.h"
#include "table/delta/interval_text.h"
#include "table/delta/log_path.h"
#include "table/delta/log_reader.h"
#include "table/delta/protocol.h"
#include "table/delta/time_travel.h"

namespace limno::table::delta {
namespace {

constexpr int64_t kMillisPerDay = 24LL * 3600 * 1000;
constexpr int64_t kDefaultLogRetentionMillis = 30 * kMillisPerDay;
constexpr size_t kDeleteBatch = 1000;
constexpr std::string_view kLeftoverSuffix = ".parquet.tmp";

const std::string* FindProperty(const Metadata& metadata, const char* name) {
  const auto found = metadata.properties.find(name);
  return found == metadata.properties.end() ? nullptr : &found->second;
}

base::UnixMillis Midnight(base::UnixMillis time) {
  const int64_t into_day = (time % kMillisPerDay + kMillisPerDay) % kMillisPerDay;
  return time - into_day;
}

/// nullopt: nothing expires.
std::optional<int64_t> RetentionMillis(const Metadata& metadata) {
  const std::string* enabled = FindProperty(metadata, "delta.enableExpiredLogCleanup");
  if (enabled != nullptr && *enabled != "true") {
    return std::nullopt;
  }
  const std::string* text = FindProperty(metadata, "delta.logRetentionDuration");
  return text == nullptr ? kDefaultLogRetentionMillis : ParseIntervalMillis(*text);
}

Result<std::vector<storage::ObjectInfo>> ListAll(storage::ObjectStore& store,
                                                 std::string_view prefix) {
  std::vector<storage::ObjectInfo> objects;
  storage::ListOptions options;
  while (true) {
    LIMNO_ASSIGN(storage::ListPage page, store.List(prefix, options));
    std::move(page.objects.begin(), page.objects.end(), std::back_inserter(objects));
    if (!page.truncated || objects.empty()) {
      return objects;
    }
    options.start_after = objects.back().key;
  }
}

/// What of the log only versions before some version need; ascending.
struct ExpiredKeys {
  std::vector<std::string> commits;
  /// Checkpoints, checksums, compacted files.
  std::vector<std::string> others;
};

ExpiredKeys FindExpired(const std::vector<storage::ObjectInfo>& objects, int64_t boundary) {
  ExpiredKeys expired;
  for (const storage::ObjectInfo& object : objects) {
    const std::optional<LogFileName> name = ParseLogKey(object.key);
    // A compacted file that begins with the boundary's commit can no longer be of use.
    const bool compacted = name && name->kind == LogFileKind::kCompacted;
    if (name && (name->version < boundary || (compacted && name->version == boundary))) {
      (name->kind == LogFileKind::kCommit ? expired.commits : expired.others).push_back(object.key);
    }
  }
  return expired;
}

/// One cleanup; used once.
class Cleanup {
 public:
  Cleanup(const Environment& environment, const DeltaSnapshot& snapshot)
      : environment_(environment),
        store_(*environment.store),
        reader_(store_, environment.parquet),
        snapshot_(snapshot) {}

  Result<LogCleanup> Run() {
    LIMNO_ASSIGN(const std::vector<storage::ObjectInfo> objects, ListAll(store_, kLogFolder));
    LIMNO_TRY(Delete(FindLeftovers(objects)));
    LIMNO_ASSIGN(const std::optional<int64_t> boundary, FindBoundary());
    if (!boundary || *boundary < ProtectedBefore(snapshot_)) {
      return std::move(cleanup_);
    }
    return RemoveBefore(objects, *boundary);
  }

  Result<LogCleanup> RunBefore(int64_t version) {
    LIMNO_ASSIGN(const LogListing listing, ListLog(store_, version));
    for (const ListedCheckpoint& checkpoint : listing.checkpoints) {
      if (checkpoint.version == version) {
        LIMNO_ASSIGN(const bool good, CanBeRead(checkpoint));
        if (good) {
          LIMNO_ASSIGN(const auto objects, ListAll(store_, kLogFolder));
          return RemoveBefore(objects, version);
        }
      }
    }
    return Fail(ErrorKind::kCorrupt,
                fmt::format("version {} has no checkpoint that can be read, so nothing before it "
                            "was removed",
                            version),
                CheckpointKey(version), "FSCK REPAIR TABLE, then run the statement again");
  }

 private:
  Result<LogCleanup> RemoveBefore(const std::vector<storage::ObjectInfo>& objects,
                                  int64_t boundary) {
    const ExpiredKeys expired = FindExpired(objects, boundary);
    if (expired.commits.empty() && expired.others.empty()) {
      return std::move(cleanup_);
    }
    LIMNO_ASSIGN(const LogListing listing, ListLog(store_, 0));
    const bool has_v2 = HasFeature(snapshot_.protocol, "v2Checkpoint");
    if (has_v2) {
      LIMNO_TRY(KeepClassicName(listing));
    }
    // No checkpoint goes before the commits that it stands for.
    LIMNO_TRY(Delete(expired.commits));
    LIMNO_TRY(Delete(expired.others));
    if (has_v2) {
      LIMNO_TRY(DeleteSidecars());
    }
    return std::move(cleanup_);
  }

  /// What is certainly no longer being written.
  base::UnixMillis OldBefore() const { return Midnight(environment_.clock->Now()) - kMillisPerDay; }

  std::vector<std::string> FindLeftovers(const std::vector<storage::ObjectInfo>& objects) const {
    std::vector<std::string> keys;
    for (const storage::ObjectInfo& object : objects) {
      if (object.key.ends_with(kLeftoverSuffix) && object.modified_millis < OldBefore()) {
        keys.push_back(object.key);
      }
    }
    return keys;
  }

  /// The version of the checkpoint that becomes the log's beginning; nullopt if the log stays.
  Result<std::optional<int64_t>> FindBoundary() {
    const std::optional<int64_t> retention = RetentionMillis(snapshot_.metadata);
    if (!retention) {
      return std::nullopt;
    }
    // A clock that is ahead of the table's own commits would let too much expire.
    const base::UnixMillis now = std::min(environment_.clock->Now(), snapshot_.timestamp_millis);
    const base::UnixMillis cutoff = Midnight(now - *retention);
    LIMNO_ASSIGN(const LogListing listing, ListLog(store_, 0));
    const Result<int64_t> last_expired = VersionAtTime(store_, listing, snapshot_.metadata, cutoff);
    if (!last_expired) {
      return last_expired.error().kind == ErrorKind::kNotFound
                 ? Result<std::optional<int64_t>>(std::nullopt)
                 : Fail(last_expired.error());
    }
    const std::optional<int64_t> oldest = listing.OldestReadableVersion();
    for (auto checkpoint = listing.checkpoints.rbegin(); checkpoint != listing.checkpoints.rend();
         ++checkpoint) {
      const int64_t version = checkpoint->version;
      if (version > *last_expired) {
        continue;
      }
      if (!oldest || version < *oldest || listing.FindCommit(version) == nullptr ||
          IsBeginning(listing, version)) {
        return std::nullopt;
      }
      LIMNO_ASSIGN(const bool good, CanBeRead(*checkpoint));
      if (good) {
        return version;
      }
    }
    return std::nullopt;
  }

  /// Nothing lies before that version.
  static bool IsBeginning(const LogListing& listing, int64_t version) {
    return (listing.commits.empty() || listing.commits.front().version >= version) &&
           listing.checkpoints.front().version >= version;
  }

  Result<bool> CanBeRead(const ListedCheckpoint& checkpoint) {
    const Result<DeltaSnapshotPtr> read = reader_.LoadCheckpoint(checkpoint);
    if (read) {
      return true;
    }
    const ErrorKind kind = read.error().kind;
    return kind == ErrorKind::kCorrupt || kind == ErrorKind::kNotFound ? Result<bool>(false)
                                                                       : Fail(read.error());
  }

  /// Readers that do not know names with UUIDs must find a checkpoint that tells them why they
  /// cannot read the table, once the commits that told them are gone.
  Result<void> KeepClassicName(const LogListing& listing) {
    const ListedCheckpoint& newest = listing.checkpoints.back();
    const std::string key = CheckpointKey(newest.version);
    const bool has_classic =
        std::any_of(listing.checkpoints.begin(), listing.checkpoints.end(),
                    [&](const ListedCheckpoint& checkpoint) {
                      return checkpoint.version == newest.version && checkpoint.keys[0] == key;
                    });
    if (has_classic || newest.is_json) {
      return {};
    }
    LIMNO_ASSIGN(const std::string bytes, store_.Read(newest.keys[0]));
    const Result<void> put = store_.PutIfAbsent(key, bytes);
    return put || put.error().kind == ErrorKind::kAlreadyExists ? Result<void>() : put;
  }

  Result<void> Delete(const std::vector<std::string>& keys) {
    for (size_t begin = 0; begin < keys.size(); begin += kDeleteBatch) {
      const size_t end = std::min(begin + kDeleteBatch, keys.size());
      const std::vector<std::string> batch(keys.begin() + static_cast<std::ptrdiff_t>(begin),
                                           keys.begin() + static_cast<std::ptrdiff_t>(end));
      LIMNO_TRY(store_.DeleteBatch(batch));
      cleanup_.keys.insert(cleanup_.keys.end(), batch.begin(), batch.end());
    }
    return {};
  }

  /// Those of checkpoints that are not finished yet are young.
  Result<void> DeleteSidecars() {
    LIMNO_ASSIGN(const std::vector<storage::ObjectInfo> sidecars, ListAll(store_, kSidecarFolder));
    if (sidecars.empty()) {
      return {};
    }
    LIMNO_ASSIGN(const LogListing listing, ListLog(store_, 0));
    std::set<std::string> needed;
    for (const ListedCheckpoint& checkpoint : listing.checkpoints) {
      LIMNO_ASSIGN(const std::vector<Sidecar> named,
                   ReadSidecars(store_, environment_.parquet, checkpoint));
      for (const Sidecar& sidecar : named) {
        needed.insert(SidecarKey(sidecar));
      }
    }
    std::vector<std::string> keys;
    for (const storage::ObjectInfo& object : sidecars) {
      if (object.modified_millis < OldBefore() && needed.count(object.key) == 0) {
        keys.push_back(object.key);
      }
    }
    return Delete(keys);
  }

  const Environment& environment_;
  storage::ObjectStore& store_;
  LogReader reader_;
  const DeltaSnapshot& snapshot_;
  LogCleanup cleanup_;
};

}  // namespace

int64_t ProtectedBefore(const DeltaSnapshot& snapshot) {
  const std::string* text =
      FindProperty(snapshot.metadata, "delta.requireCheckpointProtectionBeforeVersion");
  if (text == nullptr || !HasFeature(snapshot.protocol, "checkpointProtection")) {
    return 0;
  }
  int64_t version = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), version);
  // What cannot be understood protects everything.
  return error == std::errc() && end == text->data() + text->size() ? version
                                                                    : snapshot.version + 1;
}

Result<LogCleanup> CleanUpLog(const Environment& environment, const DeltaSnapshot& snapshot) {
  return Cleanup(environment, snapshot).Run();
}

Result<LogCleanup> CleanUpLogBefore(const Environment& environment, const DeltaSnapshot& snapshot,
                                    int64_t version) {
  return Cleanup(environment, snapshot).RunBefore(version);
}

Result<void> CheckpointAndCleanUp(const Environment& environment, const DeltaSnapshot& snapshot) {
  const Result<storage::ObjectInfo> last = environment.store->Head(kLastCheckpointKey);
  LIMNO_TRY(WriteCheckpoint(environment, snapshot));
  if (last && Midnight(last->modified_millis) == Midnight(environment.clock->Now())) {
    return {};
  }
  // The checkpoint stands; what could not be removed is tried again with the next day's.
  (void)CleanUpLog(environment, snapshot);
  return {};
}

}  // namespace limno::table::delta
