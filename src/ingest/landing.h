// The landing zone: what was loaded, as Parquet, one set of files per content of an input. A cache
// in the sense of correctness (which files are in the table says the table's own log), an archive
// in the sense of its owner. docs/formats/landing.md describes it; its names are built and parsed
// here only.
//
// Nothing appears under its name before it is complete: files are written to a temporary name,
// synced and renamed, and the manifest that makes them a landed input comes last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "engine/engine.h"
#include "ingest/column_types.h"
#include "ingest/fingerprint.h"
#include "limno/result.h"

namespace limno::ingest {

struct LandedColumn {
  std::string name;
  std::string type;
  /// False where every value is NULL and the type was inferred: it means nothing.
  bool decided = true;

  bool operator==(const LandedColumn& other) const = default;
};

/// One Parquet file: the rows of a file or archive member.
struct LandedFile {
  std::string path;
  /// Path in the archive; empty if the input is no archive.
  std::string member;
  /// In the order of the input; without the provenance columns that the file may have as well.
  std::vector<LandedColumn> columns;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  /// Only if this load has written it; the path there may be outdated.
  std::optional<engine::ParquetFileInfo> written;
};

/// All of one input.
struct LandedInput {
  std::string uri;
  Fingerprint fingerprint;
  uint64_t source_bytes = 0;
  std::vector<LandedFile> files;
};

/// Who a landed input is: the same key means the same bytes read the same way.
struct LandingKey {
  std::string uri;
  Fingerprint fingerprint;
  /// Everything else that decides what the rows look like (options, types), as text.
  std::string reading;
};

/// What was seen of an input when its fingerprint was taken: lets an unchanged one be recognised
/// without reading it.
struct Sighting {
  uint64_t size_bytes = 0;
  /// Local files.
  int64_t modified_nanos = 0;
  int64_t changed_nanos = 0;
  uint64_t inode = 0;
  uint64_t device = 0;
  /// URLs.
  std::string etag;
  int64_t modified_millis = 0;
  /// Before the first byte was read.
  base::UnixMillis seen_millis = 0;
  Fingerprint fingerprint;
};

/// The landing zone of one source. Thread safe; also several processes may use it at once.
class Landing {
 public:
  /// `folder`: of the landing zone, created when first needed. `sync`: fsync what is landed.
  Landing(std::string folder, const std::string& source, bool sync, base::Random& random);

  /// kCorrupt never: what cannot be read or is incomplete does not count as landed.
  std::optional<LandedInput> Find(const LandingKey& key) const;

  /// A fresh name in the zone to write a file to.
  Result<std::string> NewTemporaryPath();
  /// Gives file number `number` of the input its name; the temporary one is gone. Sets `path`.
  Result<void> Publish(const LandingKey& key, size_t number, const std::string& temporary_path,
                       LandedFile& file);
  /// Makes the published files a landed input.
  Result<void> Finish(const LandingKey& key, const LandedInput& input);

  std::optional<Sighting> FindSighting(const std::string& uri) const;
  Result<void> Remember(const std::string& uri, const Sighting& sighting);

  /// Removes temporary files of loads that were killed: older than a day at time `now`.
  void RemoveLeftovers(base::UnixMillis now);

  const std::string& folder() const { return folder_; }

 private:
  Result<void> PutDocument(const std::string& path, const std::string& text);

  std::string folder_;
  bool sync_;
  base::Random& random_;
};

}  // namespace limno::ingest
