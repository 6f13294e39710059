// Clustered tables (PROTOCOL.md, "Clustered Table"): the columns in the domain delta.clustering,
// the marks on files that were laid out along them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limno/result.h"
#include "table/column_path.h"
#include "table/data_file.h"
#include "table/delta/delta_snapshot.h"
#include "table/file_order.h"

namespace limno::table::delta {

inline constexpr char kClusteringDomain[] = "delta.clustering";

/// The domain as `metadata` has it; metadata without clustering columns has an empty list.
DomainMetadata ClusteringDomain(const Metadata& metadata);

/// The clustering columns that a snapshot's domains say, by the names of `schema`; nullopt for a
/// table that never was clustered. kCorrupt if the domain cannot be understood.
Result<std::optional<std::vector<ColumnPath>>> ClusteringColumns(
    const std::map<std::string, std::string>& domains, const Schema& schema);

/// The domain to commit with `after`; nullopt if it says what `before` says already.
std::optional<DomainMetadata> ClusteringChange(const DeltaSnapshot& before, const Metadata& after);

/// kRefused for clustering columns that there cannot be: more than four, one twice, one that is not
/// there or of which files state no bounds, or any beside partition columns. `was_clustered`: the
/// table is clustered already, be it by no column.
Result<void> CheckClustering(const Metadata& metadata, bool was_clustered);

/// Marks a file as Spark's OPTIMIZE does (tags ZCUBE_ID and others, clusteringProvider "liquid")
/// if it is clustered. What ZORDER BY has laid out gets marks of ours, which Spark passes over: the
/// same tags would make it take the file for clustered by other columns and leave it out.
void MarkOrder(const FileOrder& order, DataFile& file);

/// How a file says that it was laid out; nullopt if it does not, or another provider did it.
std::optional<FileOrder> ReadOrder(const DataFile& file);

}  // namespace limno::table::delta
