// What a clone has of its source beside the rows.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "limno/result.h"
#include "table/table.h"

namespace limno::engine {

/// The metadata of a clone of `source`, with directives for its features. `target`: what it
/// replaces, whose log goes on; nullptr: nothing. `properties`: names and texts that override those
/// of the source. kRefused for what would make its files mean something else.
Result<table::Metadata> DefineClone(
    table::Table& source_table, const table::Snapshot& source, const table::Snapshot* target,
    const std::vector<std::pair<std::string, std::string>>& properties);

}  // namespace limno::engine
