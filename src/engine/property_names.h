// Table properties by their right names. SQL parsers fold case, Delta's readers do not.
#pragma once

#include <string>

#include "duckdb/parser/parsed_expression.hpp"
#include "engine/duck.h"
#include "limno/result.h"

namespace limno::engine {

/// The property that `name` means without regard to case ("delta.appendonly" ->
/// "delta.appendOnly"). Names outside "delta." are the user's own and stay as they are; kUsage,
/// with the nearest right name, for a "delta." name that Delta does not have.
Result<std::string> PropertyName(const std::string& name);

/// The text of a property's value, which may stand there as a string, a number, true or a bare
/// word.
Result<std::string> PropertyText(const std::string& name, const duckdb::ParsedExpression& value);

}  // namespace limno::engine
