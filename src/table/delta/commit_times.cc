#include "table/delta/commit_times.h"

#include "table/delta/time_travel.h"

namespace limno::table::delta {

CommitTimes::CommitTimes(const LogListing& listing, const Metadata& newest)
    : first_own_(FirstVersionWithInCommitTime(newest)) {
  const std::vector<base::UnixMillis> times = AdjustedTimes(listing.commits);
  for (size_t index = 0; index < times.size(); ++index) {
    by_file_[listing.commits[index].version] = times[index];
  }
}

base::UnixMillis CommitTimes::Of(int64_t version, const CommitInfo* info) const {
  const auto listed = by_file_.find(version);
  const base::UnixMillis time = listed == by_file_.end() ? 0 : listed->second;
  const bool tells_itself = first_own_ && version >= *first_own_ && info != nullptr;
  return tells_itself ? info->in_commit_timestamp_millis.value_or(time) : time;
}

}  // namespace limno::table::delta
