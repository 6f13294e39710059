// A column, or a field in a struct column, by the names that lead to it.
#pragma once

#include <string>
#include <vector>

#include "table/data_type.h"

namespace limno::table {

using ColumnPath = std::vector<std::string>;

/// `a.b`; a name that is no plain identifier stands in backticks, as Spark spells it.
std::string ColumnPathText(const ColumnPath& path);

/// nullptr if there is no such column, or a step leads into something that is no struct. Names
/// count whatever their case.
const Field* FindField(const Schema& schema, const ColumnPath& path);

/// The path in files: the names by which they know the columns. What the schema has not stays as
/// it is.
ColumnPath PhysicalPath(const Schema& schema, const ColumnPath& path);
/// The other way: from names in files to those of the schema.
ColumnPath LogicalPath(const Schema& schema, const ColumnPath& physical);

}  // namespace limno::table
