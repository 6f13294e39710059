// What it takes to rid a table of a feature of its format.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "table/snapshot.h"

namespace limno::table {

struct FeatureRemoval {
  enum class Rewrite { kNothing, kFilesWithVectors, kEverything };
  /// What becomes of older versions that may still have it.
  enum class History {
    /// They stay: who does not know the feature is not harmed by them.
    kStays,
    /// They are protected from being cleaned up piece by piece, or go.
    kProtectedOrGoes,
    /// The feature is about them: they go before `metadata` is committed.
    kGoesFirst,
  };

  /// Without what makes use of the feature.
  Metadata metadata;
  bool metadata_changes = false;
  /// Which files are still written with it. They are rewritten, and `metadata` committed, before
  /// Change::dropped_features takes the feature out of the protocol.
  Rewrite rewrite = Rewrite::kNothing;
  History history = History::kStays;
};

/// How far a table is from having no version left with a feature.
struct HistoryTruncation {
  /// The oldest version that can still be read.
  int64_t oldest_version = 0;
  /// nullopt: none has it any more. Else when the last one that has it may go.
  std::optional<base::UnixMillis> possible_at;
  /// With possible_at: that version.
  int64_t last_with_feature = -1;
};

}  // namespace limno::table
