// ZIP and tar archives, member by member, streaming.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ingest/byte_stream.h"
#include "ingest/decompress.h"
#include "ingest/file_kind.h"
#include "limno/result.h"

namespace limno::ingest {

/// A regular file in an archive that is not hidden.
struct ArchiveMember {
  /// Its path in the archive, as valid UTF-8. A label: never used to name a file of ours.
  std::string path;
  NamePromise promise = NamePromise::kOther;
  /// Position among all entries.
  uint64_t index = 0;
};

/// The members, in the order of the archive; reads the directory of a ZIP, the whole of a tar.
/// kCorrupt, saying what is wrong, if the archive is truncated or damaged; kRefused if a member is
/// encrypted or there are too many.
Result<std::vector<ArchiveMember>> ListMembers(const std::string& archive_path,
                                               const UnpackLimits& limits);

/// Begins a member that is wanted; its bytes go to the sink that is returned. An empty sink skips
/// it.
using MemberVisitor = std::function<Result<ByteSink>(const ArchiveMember&)>;

/// Reads members once, in order. All bytes of a wanted member are checked against its checksum
/// before the next one begins. kCorrupt, kRefused as above, naming the member, and whatever visitor
/// and sinks say.
Result<void> ReadMembers(const std::string& archive_path, const UnpackLimits& limits,
                         const MemberVisitor& visit);

}  // namespace limno::ingest
