// Which files COPY INTO has brought into a table (docs/formats/copy_ledger.md). Names and texts of
// its parts are built and parsed here only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/copy_sources.h"
#include "limno/result.h"
#include "storage/object_store.h"
#include "table/snapshot.h"

namespace limno::engine {

/// The table notes under this application (Delta `txn`) the number of the newest part, in the same
/// commit as the rows: whoever else notes another one meanwhile conflicts with it.
inline constexpr char kCopyApplication[] = "limno:copy_into";

/// As a table has it at one version. Reads the parts one by one as it is asked, and holds none.
class CopyLedger {
 public:
  /// `snapshot` says which part is the newest.
  CopyLedger(storage::ObjectStore& store, const table::Snapshot& snapshot);

  /// Of each file, whether it was loaded with this size and time. kCorrupt if a part is gone,
  /// kUnsupported if a newer Limno wrote one.
  Result<std::vector<bool>> Has(const std::vector<SourceFile>& files);

  struct Part {
    int64_t number = 0;
    /// Where it lies in the table's store.
    std::string key;
  };
  /// Writes a part that has `files` as well; it counts once the table notes its number. Takes parts
  /// of about the same size into one, so that there are never more than the logarithm of the files.
  Result<Part> Append(const std::vector<SourceFile>& files);
  /// A part as if nothing had been loaded before, where the old ones cannot be read.
  Result<Part> Begin(const std::vector<SourceFile>& files);

 private:
  struct Reference {
    int64_t number = 0;
    size_t files = 0;
  };
  struct Text {
    std::vector<Reference> older;
    size_t files = 0;
    /// A line for each file.
    std::string lines;
  };

  Result<Text> Read(int64_t number);
  Result<Part> Write(const std::vector<Reference>& older, const std::string& lines);
  /// Parts that nothing refers to any more go a day later.
  void RemoveUnused(const std::vector<Reference>& used, int64_t written);

  storage::ObjectStore& store_;
  /// 0: there is none.
  int64_t newest_ = 0;
};

}  // namespace limno::engine
