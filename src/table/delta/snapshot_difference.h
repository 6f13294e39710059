// What two accounts of one version of a table disagree on. No I/O.
#pragma once

#include <string>
#include <vector>

#include "table/delta/delta_snapshot.h"
#include "table/delta/version_checksum.h"

namespace limno::table::delta {

/// Sentences on what `copy` (a checkpoint, a compacted log) says differently than `truth` (the
/// commits); empty if they agree. At most one sentence about files, one about each other thing.
/// What a copy may leave out is no difference: expired transactions, tombstones, statistics.
std::vector<std::string> Differences(const DeltaSnapshot& truth, const DeltaSnapshot& copy);

/// The parts of it, for accounts that do not have all of them.
std::vector<std::string> ProtocolDifferences(const Protocol& truth, const Protocol& copy);
std::vector<std::string> MetadataDifferences(const Metadata& truth, const Metadata& copy);
std::vector<std::string> TransactionDifferences(const DeltaSnapshot& truth,
                                                const std::map<std::string, Transaction>& copy);
std::vector<std::string> DomainDifferences(const std::map<std::string, std::string>& truth,
                                           const std::map<std::string, std::string>& copy);
std::vector<std::string> FileDifferences(const FileSet& truth, const FileSet& copy);

/// The same for a version checksum: more than what readers verify (version_checksum.h).
std::vector<std::string> ChecksumDifferences(const DeltaSnapshot& truth,
                                             const VersionChecksum& checksum);

}  // namespace limno::table::delta
