// JSON text <-> actions. The only place that knows how actions are spelled.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "table/delta/actions.h"

namespace limno::table::delta {

/// Parses a commit file: one JSON object per line; blank lines, CRLF and a missing last newline are
/// fine, two actions in one line too. Nulls mean absent. kCorrupt with where = "name:line" for
/// broken JSON, wrong types and missing required members. `path` members come out URI-decoded.
Result<std::vector<Action>> ParseActions(std::string_view text, std::string_view name);

/// One line without the newline; absent members are omitted, never written as null.
std::string FormatAction(const Action& action);
/// The object inside of it, for documents that name it otherwise. For protocol, metadata,
/// transactions, domains and sidecars.
template <typename Known>
std::string FormatActionBody(const Known& action);

/// The schemaString of a metaData action <-> Schema.
Result<Schema> ParseSchema(std::string_view json);
/// A type that has only a name: "long", "decimal(10,2)". kUnsupported for one that is not known.
Result<DataType> ParseTypeName(std::string_view name);
std::string FormatSchema(const Schema& schema);

/// RFC 2396 path encoding as Spark writes it into `path`, and back; absolute URIs pass through.
std::string EncodePath(std::string_view path);
Result<std::string> DecodePath(std::string_view encoded);

}  // namespace limno::table::delta
