// Ids of the elements of arrays and of the keys and values of maps, which have no field of their
// own that could hold one. PROTOCOL.md, "Writer Requirements for IcebergCompatV2".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "table/data_type.h"

namespace limno::table::delta {

/// Calls `visit(field, path)` for every element, key and value within `fields`: `field` is the
/// nearest field of a struct, `path` leads from its physical name there ("col-1.value.element").
void VisitNestedFields(const std::vector<Field>& fields,
                       const std::function<void(const Field&, const std::string&)>& visit);

/// Gives an id to all that have none, each one more than the last; `highest` becomes the last one.
void AssignNestedFieldIds(std::vector<Field>& fields, int64_t& highest);

}  // namespace limno::table::delta
