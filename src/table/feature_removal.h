// What it takes to rid a table of a feature of its format.
#pragma once

#include "table/snapshot.h"

namespace limno::table {

struct FeatureRemoval {
  enum class Rewrite { kNothing, kFilesWithVectors, kEverything };

  /// Without what makes use of the feature.
  Metadata metadata;
  bool metadata_changes = false;
  /// Which files are still written with it. They are rewritten, and `metadata` committed, before
  /// Change::dropped_features takes the feature out of the protocol.
  Rewrite rewrite = Rewrite::kNothing;
};

}  // namespace limno::table
