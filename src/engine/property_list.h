// TBLPROPERTIES as statements spell them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/statement_parser.h"
#include "limno/result.h"

namespace limno::engine {

/// ('a.b' = 'c', a.b = 1, 'a' 'c', ...) as names and texts, in order.
Result<std::vector<std::pair<std::string, std::string>>> TakePropertyList(StatementParser& parser);

/// ('a.b', a.c, ...).
Result<std::vector<std::string>> TakePropertyNames(StatementParser& parser);

}  // namespace limno::engine
