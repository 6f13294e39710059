// Columns, and fields, elements and values within them, that must not be NULL.
#pragma once

#include <string>
#include <vector>

#include "engine/duck.h"
#include "table/data_type.h"

namespace limno::engine {

/// Something within a value of that type must not be NULL. (Keys of maps never are.)
bool HasInnerNotNull(const table::DataType& type);

/// Throws kRefused for the first column, in which `rows` has a NULL where `fields` allow none. What
/// is within a NULL is not looked at.
void CheckNotNull(DataChunk& rows, const std::vector<table::Field>& fields,
                  const std::string& table_name);

}  // namespace limno::engine
