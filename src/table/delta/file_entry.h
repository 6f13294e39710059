// Log entries for files that were written.
#pragma once

#include "base/clock.h"
#include "table/data_file.h"
#include "table/snapshot.h"
#include "table/table.h"

namespace limno::table::delta {

/// Table::Describe. Partition values take the log's form; one that has none stays as it is and is
/// refused by the commit.
DataFile DescribeFile(const WrittenFile& written, const Metadata& metadata, base::UnixMillis now);

}  // namespace limno::table::delta
