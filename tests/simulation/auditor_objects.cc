// What happens to the objects below the versions: what is written over, deleted, still there.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "simulation/auditor.h"
#include "table/delta/log_listing.h"
#include "table/delta/log_path.h"

namespace limno::simulation {

void Verdict::Fail(const std::string& what) {
  if (failure_.empty()) {
    failure_ = what;
    schedule_.Note("WRONG: " + what);
  }
  schedule_.Stop();
}

void Verdict::End(const std::string& why) {
  ended_ = true;
  schedule_.Note("END: " + why);
  schedule_.Stop();
}

void Auditor::OnPut(const std::string& key, std::string_view bytes) {
  const std::optional<table::delta::LogFileName> name = table::delta::ParseLogKey(key);
  if (name && name->kind == table::delta::LogFileKind::kCommit) {
    const Result<std::string> before = store_.Read(key);
    if (before && *before != bytes) {
      verdict_.Fail(fmt::format("{} is written over", key));
    }
  } else if (!name) {
    references_[key].written_at = schedule_.now();
    references_[key].deleted = false;
    references_[key].writer = schedule_.current_name();
  }
}

void Auditor::OnDelete(const std::string& key) {
  const auto found = references_.find(key);
  if (key.rfind(table::delta::kLogFolder, 0) == 0 || found == references_.end()) {
    return;
  }
  Reference& reference = found->second;
  reference.deleted = true;
  const bool is_late = schedule_.current_call() != key;
  if (reference.last_removed_at == 0 && reference.live == 0 &&
      (is_late || reference.writer == schedule_.current_name())) {
    return;
  }
  const base::UnixMillis since = std::max(reference.last_removed_at, reference.written_at);
  if (MayHaveMissedReturn(key, reference)) {
    schedule_.Note("       = lost: a RESTORE beyond the retention met a VACUUM");
  } else if (reference.live > 0) {
    verdict_.Fail(
        fmt::format("{} is deleted, which version {} needs", key, ledger_.newest_version()));
  } else if (schedule_.now() - since < retention_millis_) {
    verdict_.Fail(fmt::format("{} is deleted {} hours after it was {}", key,
                              (schedule_.now() - since) / 3'600'000,
                              reference.last_removed_at > 0 ? "removed" : "written"));
  }
}

/// Nothing needed the file any more when it was deleted.
bool Auditor::WasTakenInTime(const std::string& key) const {
  const auto found = references_.find(key);
  return found != references_.end() && found->second.deleted && found->second.last_removed_at > 0;
}

/// Between a last look at the log and the deletion there is always a moment, and a request may be
/// on its way for long. What a RESTORE beyond the retention brings back just then cannot be saved.
bool Auditor::MayHaveMissedReturn(const std::string& key, const Reference& reference) const {
  if (!reference.returned_at_step) {
    return false;
  }
  const bool is_late = schedule_.current_call() != key;
  const auto look = last_looks_.find(schedule_.current_name());
  return is_late || (look != last_looks_.end() && look->second < *reference.returned_at_step);
}

bool Auditor::IsReadable(int64_t version) {
  const Result<table::delta::LogListing> listing = table::delta::ListLog(store_, 0);
  return listing && !listing->SegmentsFor(version).empty() &&
         version >= listing->OldestReadableVersion().value_or(0);
}

bool Auditor::HasItsFiles(int64_t version) const {
  const std::vector<std::string>& keys = needed_.at(static_cast<size_t>(version));
  return std::none_of(keys.begin(), keys.end(), [&](const std::string& key) {
    const auto found = references_.find(key);
    return found != references_.end() && found->second.deleted;
  });
}

std::vector<int64_t> Auditor::CheckpointVersions() {
  std::vector<int64_t> versions;
  if (const Result<table::delta::LogListing> listing = table::delta::ListLog(store_, 0)) {
    for (const table::delta::ListedCheckpoint& checkpoint : listing->checkpoints) {
      versions.push_back(checkpoint.version);
    }
  }
  return versions;
}

}  // namespace limno::simulation
