// When versions were committed (PROTOCOL.md, "Commit Provenance" and "In-Commit Timestamps").
#pragma once

#include <map>
#include <optional>

#include "table/delta/actions.h"
#include "table/delta/log_listing.h"

namespace limno::table::delta {

class CommitTimes {
 public:
  /// `listing` is that of the whole log, `newest` the metadata of its newest version.
  CommitTimes(const LogListing& listing, const Metadata& newest);

  /// The time of a listed version whose commitInfo is `info` (nullptr: it has none).
  base::UnixMillis Of(int64_t version, const CommitInfo* info) const;

 private:
  /// By the files' times, made to ascend.
  std::map<int64_t, base::UnixMillis> by_file_;
  /// The first version that tells its time itself.
  std::optional<int64_t> first_own_;
};

}  // namespace limno::table::delta
