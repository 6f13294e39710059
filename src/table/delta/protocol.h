// Table features: what a table asks of its readers and writers, and which of it Limno can do.
// PROTOCOL.md, "Table Features" and "Valid Feature Names in Table Features".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "table/delta/actions.h"

namespace limno::table::delta {

/// The known feature of that name, whatever the case of its letters; `name` itself if there is
/// none.
std::string FeatureNamed(std::string_view name);

/// Features that readers resp. writers must respect, sorted: the lists, or what the legacy numbers
/// imply (writer version 2: appendOnly and invariants, ...).
std::vector<std::string> ReaderFeatures(const Protocol& protocol);
std::vector<std::string> WriterFeatures(const Protocol& protocol);
/// Listed or implied, for writers (every reader feature is one of writers, too).
bool HasFeature(const Protocol& protocol, std::string_view feature);

/// The same, and for readers as well where the feature concerns them.
bool IsListedWhole(const Protocol& protocol, std::string_view feature);

/// kUnsupported naming everything that stands in the way. `where` names the table, for messages.
Result<void> CheckReadable(const Protocol& protocol, std::string_view where);
/// The same for writing.
Result<void> CheckWritable(const Protocol& protocol, std::string_view where);

/// `protocol` with `features` added, at the lowest numbers that can say so: legacy numbers become
/// lists of all that they implied. Features that need readers' support are put into both lists.
Protocol WithFeatures(const Protocol& protocol, const std::vector<std::string>& features);

/// The protocol without the features; by legacy version numbers where these imply exactly what is
/// left, since more engines write such tables.
Protocol WithoutFeatures(const Protocol& protocol, const std::vector<std::string>& features);

}  // namespace limno::table::delta
