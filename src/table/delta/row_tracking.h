// Row tracking: every row has an id that stays with it through UPDATE, MERGE and OPTIMIZE, and the
// version in which it was last changed. PROTOCOL.md, "Row Tracking".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/table.h"

namespace limno::table::delta {

/// The domain that holds the highest id given out.
inline constexpr char kRowTrackingDomain[] = "delta.rowTracking";
inline constexpr char kRowTrackingProperty[] = "delta.enableRowTracking";
inline constexpr char kRowIdColumnProperty[] = "delta.rowTracking.materializedRowIdColumnName";
inline constexpr char kRowCommitVersionColumnProperty[] =
    "delta.rowTracking.materializedRowCommitVersionColumnName";

/// Enabled: ids can be relied upon, and stay with rows.
bool TracksRows(const Metadata& metadata);

/// Table::RowIdentity.
std::optional<RowIdentityColumns> RowIdentityOf(const Metadata& metadata);

/// Gives a table that is to track rows the names of its hidden columns: those it has already
/// (`before`, nullptr for a new table), else new ones.
void NameRowIdentityColumns(Metadata& metadata, const Metadata* before, base::Random& random);

/// kRefused for a table that tracks rows without names for the hidden columns, with other names
/// than before, or while it is suspended.
Result<void> CheckRowTracking(const Metadata& before, const Metadata& after);

/// How many rows a file holds, deleted ones included.
using RowCounter = std::function<Result<int64_t>(const DataFile&)>;

/// Completes the actions of the version after `before` where the table they make assigns ids: files
/// that come with none get the next ones, and this version as that of their rows; files that were
/// there keep theirs. In the version that switches tracking on, files without ids are added again
/// with some. The highest id given out is written down.
Result<void> AssignRowIds(const DeltaSnapshot& before, const RowCounter& count_rows,
                          std::vector<Action>& actions);

}  // namespace limno::table::delta
