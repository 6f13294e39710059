// Tables that can be turned into Iceberg tables without touching a data file. PROTOCOL.md, "Iceberg
// Compatibility V1" and "V2"; V3 as protocol_rfcs/iceberg-compat-v3.md has it. No I/O.
#pragma once

#include <string>
#include <vector>

#include "limno/result.h"
#include "table/change.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// The version that is switched on (`delta.enableIcebergCompatV1` and so on), the highest where
/// several are; 0 if none is.
int IcebergCompatVersion(const Metadata& metadata);

/// Sets what that version needs where the table's owner has said nothing: column mapping by name
/// (of a table that is new or maps its columns already), no deletion vectors (V1, V2), row tracking
/// (V3). Before columns are mapped. `before`: nullptr for a new table.
void CompleteForIceberg(Metadata& metadata, const Metadata* before);

/// Iceberg can read values of `from` as `to`.
bool IsIcebergWidening(const DataType& from, const DataType& to);

struct CompatProblem {
  /// A column, a property or a feature.
  std::string where;
  std::string detail;
  std::string advice;
};

/// What in the definition of a table contradicts the version that is switched on.
std::vector<CompatProblem> IcebergCompatProblems(const Metadata& metadata);

/// kRefused, with what to do, for a change that makes a table which contradicts its version:
/// definition, partition columns under other names, files without row counts or with deletion
/// vectors, and where the version is switched on files that cannot stay. `protocol`, `metadata`: of
/// the table after the change.
Result<void> CheckIcebergCompat(const Change& change, const DeltaSnapshot& before,
                                const Protocol& protocol, const Metadata& metadata);

}  // namespace limno::table::delta
