#include "table/change.h"

namespace limno::table {

bool Change::IsBlindAppend() const {
  const bool read_nothing = !reads.might_match && reads.file_keys.empty() && reads.rows.empty();
  return read_nothing && removed.empty() && corrected.empty() && dropped_features.empty() &&
         !metadata;
}

}  // namespace limno::table
