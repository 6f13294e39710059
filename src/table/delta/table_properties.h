// Table properties as they stand in the log.
#pragma once

#include <string>

#include "table/snapshot.h"

namespace limno::table::delta {

/// Set to "true"; a property that is not set is not.
inline bool PropertyIsTrue(const Metadata& metadata, const std::string& name) {
  const auto property = metadata.properties.find(name);
  return property != metadata.properties.end() && property->second == "true";
}

}  // namespace limno::table::delta
