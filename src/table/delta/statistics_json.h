// FileStatistics <-> the JSON text of `add.stats`. PROTOCOL.md, "Per-file Statistics".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "table/data_file.h"
#include "table/snapshot.h"

namespace limno::table::delta {

/// Keeps what `metadata` asks for: the first 32 leaf columns, or those that the properties
/// delta.dataSkippingStatsColumns or delta.dataSkippingNumIndexedCols select. No min and max for
/// columns with NaN, of booleans, binary and nested types. Strings are cut to 32 characters and
/// timestamps to milliseconds, outward, so that the bounds stay bounds.
std::string FormatStatistics(const FileStatistics& statistics, const Metadata& metadata);

/// The parts that can be understood, as bounds that hold for every row: a maximum that was cut to
/// milliseconds is widened. Malformed members are left out; never fails.
FileStatistics ParseStatistics(std::string_view json, const Schema& schema);

/// Number of rows that the statistics state; nullopt if they do not.
std::optional<int64_t> StatedRowCount(std::string_view json);

/// The same statistics for a file of `row_count` rows some of which are now deleted: tightBounds is
/// false and numRecords is stated. Unknown members stay.
std::string LoosenStatistics(std::string_view json, int64_t row_count);

}  // namespace limno::table::delta
