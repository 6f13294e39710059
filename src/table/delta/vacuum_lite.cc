#include "table/delta/vacuum_lite.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "table/delta/deletion_vector_codec.h"
#include "table/delta/log_path.h"

namespace limno::table::delta {
namespace {

constexpr const char* kVersionMember = "latestCommitVersionOutsideOfRetentionWindow";
/// Hadoop's file systems verify a file against the checksum beside it, which we do not renew.
constexpr std::string_view kStaleChecksum = "_delta_log/._last_vacuum_info.crc";

/// Keys and sizes; paths that lead out of the table are left out.
class RemovedKeys {
 public:
  void Add(const std::string& path, int64_t size_bytes) {
    if (storage::CheckKey(path)) {
      sizes_[path] = static_cast<uint64_t>(std::max<int64_t>(size_bytes, 0));
    }
  }
  void Add(const Boxed<DeletionVector>& vector) {
    if (vector) {
      if (const Result<std::string> key = VectorFileKey(*vector)) {
        sizes_.try_emplace(*key, 0);
      }
    }
  }
  std::vector<storage::ObjectInfo> Take() const {
    std::vector<storage::ObjectInfo> objects;
    objects.reserve(sizes_.size());
    for (const auto& [key, size] : sizes_) {
      objects.push_back({key, size, 0});
    }
    return objects;
  }

 private:
  std::map<std::string, uint64_t> sizes_;
};

/// Clocks differ: what an old version removed may bear a time that has not expired.
bool RemovesAfter(const std::vector<Action>& actions, base::UnixMillis cutoff) {
  return std::any_of(actions.begin(), actions.end(), [cutoff](const Action& action) {
    const auto* remove = std::get_if<Remove>(&action);
    return remove != nullptr && remove->deletion_millis.value_or(0) >= cutoff;
  });
}

Result<std::optional<int64_t>> ReadLastVacuum(storage::ObjectStore& store) {
  const Result<std::string> text = store.Read(kLastVacuumKey);
  if (text) {
    return ParseLastVacuum(*text);
  }
  if (text.error().kind == ErrorKind::kNotFound) {
    return std::nullopt;
  }
  return Fail(text.error());
}

}  // namespace

Result<RemovedFiles> FindRemovedFiles(LogReader& reader, int64_t first, int64_t last,
                                      base::UnixMillis cutoff) {
  RemovedKeys keys;
  int64_t version = first;
  for (; version <= last; ++version) {
    LIMNO_ASSIGN(const std::optional<ReadCommit> commit, reader.ReadVersion(version, false));
    if (!commit) {
      return Fail(ErrorKind::kUnavailable, "the log changed while it was read: a commit went away",
                  CommitKey(version), "try again");
    }
    if (RemovesAfter(commit->actions, cutoff)) {
      break;
    }
    for (const Action& action : commit->actions) {
      if (const auto* remove = std::get_if<Remove>(&action)) {
        keys.Add(remove->path, remove->size_bytes.value_or(0));
        keys.Add(remove->deletion_vector);
      } else if (const auto* changes = std::get_if<ChangeFile>(&action)) {
        keys.Add(changes->path, changes->size_bytes);
      }
    }
  }
  return RemovedFiles{keys.Take(), version - 1};
}

Result<int64_t> FirstUnvacuumed(storage::ObjectStore& store, const LogListing& listing) {
  LIMNO_ASSIGN(const std::optional<int64_t> last, ReadLastVacuum(store));
  const int64_t wanted = last ? *last + 1 : 0;
  const int64_t earliest =
      listing.commits.empty() ? listing.NewestVersion() + 1 : listing.commits.front().version;
  if (wanted < earliest) {
    return Fail(ErrorKind::kRefused,
                fmt::format("VACUUM LITE needs all commits since the last VACUUM, but versions {} "
                            "to {} are no longer in the log",
                            wanted, earliest - 1),
                store.Describe(), "run VACUUM without LITE once");
  }
  return wanted;
}

std::optional<int64_t> ParseLastVacuum(std::string_view text) {
  const nlohmann::json info = nlohmann::json::parse(text, nullptr, false);
  if (!info.is_object() || !info.contains(kVersionMember) ||
      !info[kVersionMember].is_number_integer()) {
    return std::nullopt;
  }
  const auto version = info[kVersionMember].get<int64_t>();
  return version >= 0 ? std::optional<int64_t>(version) : std::nullopt;
}

Result<void> WriteLastVacuum(storage::ObjectStore& store, int64_t version) {
  LIMNO_ASSIGN(const std::optional<int64_t> present, ReadLastVacuum(store));
  if (present && *present >= version) {
    return {};
  }
  LIMNO_TRY(store.Delete(kStaleChecksum));
  return store.Put(kLastVacuumKey, fmt::format("{{\"{}\":{}}}\n", kVersionMember, version));
}

}  // namespace limno::table::delta
