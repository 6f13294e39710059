// What an examination of a table found, whatever its format. Values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "table/snapshot.h"

namespace limno::table {

enum class Severity {
  /// Nothing is wrong; something could be tidied up.
  kNote,
  /// The newest rows are right, but somebody will stumble: an old version, another engine.
  kWarning,
  /// Rows are missing, doubled, unreadable, or queries may leave some out.
  kError,
};

/// "note", "warning", "error".
std::string_view SeverityName(Severity severity);

/// What can be done about a finding without asking anybody.
enum class Remedy {
  kNone,
  /// The table does without the file (Finding::file): its rows are lost already.
  kRemoveFile,
  /// The same for a file that is there but cannot be read: only on request.
  kRemoveDamagedFile,
  /// The file's entry gets the size and statistics that the file has.
  kCorrectFile,
  /// The file loses its deletion vector, and deleted rows come back: only on request.
  kDropVector,
  /// The protocol gets a feature (Finding::path).
  kAddFeature,
  /// A file of the log that only repeats what others say is deleted or written anew.
  kRewriteLogFile,
};

struct Finding {
  /// Stable, in snake case: "missing_file".
  std::string problem;
  Severity severity = Severity::kError;
  /// A file of the table or its log, a column, a feature, a property.
  std::string path;
  /// What is wrong, in a sentence.
  std::string detail;
  /// What a repair does about it, or what to do where it cannot.
  std::string advice;
  Remedy remedy = Remedy::kNone;
  /// The live file that it is about; nullptr if it is about none.
  DataFilePtr file = nullptr;
};

struct IntegrityReport {
  /// The newest version as the commits tell it; nullptr if they cannot be read.
  SnapshotPtr snapshot;
  std::vector<Finding> findings;
  int64_t versions_read = 0;
};

}  // namespace limno::table
