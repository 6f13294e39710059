// Type widening (PROTOCOL.md, "Type Widening"): columns whose older files hold a narrower type.
#pragma once

#include "limno/result.h"
#include "table/snapshot.h"

namespace limno::table::delta {

/// Every value of `from` is one of `to`, and readers of the feature know how to read it so.
bool IsWidening(const DataType& from, const DataType& to);

/// kRefused, with what to do, unless files of `from` may stay where the column becomes `to`.
Result<void> CheckTypeChange(const Metadata& metadata, const DataType& from, const DataType& to);

/// Notes at each field whose type differs from that of the same field in `before` (by physical
/// name) what it was: `delta.typeChanges`.
void RecordTypeChanges(Metadata& metadata, const Metadata& before);

/// kRefused if a field that stays has a type that its files cannot be read as.
Result<void> CheckTypeChanges(const Metadata& before, const Metadata& after);

}  // namespace limno::table::delta
