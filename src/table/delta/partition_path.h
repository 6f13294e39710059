// Partition values: their text in the log and their folders in file names.
// PROTOCOL.md, "Partition Value Serialization".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "limno/result.h"
#include "table/data_file.h"
#include "table/data_type.h"

namespace limno::table::delta {

/// "a=1/b=x%20y/"; empty for no partition columns. In values every byte that is not an ASCII
/// letter, digit, '_', '-' or '.' is percent-encoded, in names what Hive encodes; NULL and the
/// empty string are __HIVE_DEFAULT_PARTITION__.
std::string PartitionFolder(const PartitionValues& partition);

/// PartitionFolder() + "part-<uuid>.parquet"; without the folder where it is longer than stores
/// take. Nobody reads values from it: they are in the log.
std::string NewDataFileKey(const PartitionValues& partition, base::Random& random);

/// The same for a change data file: "_change_data/...".
std::string NewChangeFileKey(const PartitionValues& partition, base::Random& random);

/// The text that the log holds for a value of `type`, from any spelling of it that Limno uses:
/// decimals with exactly `scale` digits, timestamps in ISO 8601 UTC, wall times with a blank; the
/// empty string becomes NULL. kRefused for text that is no value of the type, or a type that cannot
/// partition.
Result<std::optional<std::string>> FormatPartitionValue(const DataType& type,
                                                        std::string_view text);

}  // namespace limno::table::delta
