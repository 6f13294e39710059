// Limno's public door: everything the command line can do, a C++ program can do through Lake.
//
//   limno::LakeOptions options;
//   options.lake = "/data/lake";
//   auto lake = limno::OpenLake(options);
//   auto rows = (*lake)->Query("select count(*) from bronze.flights", limno::CellFormat::kText);
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "limno/query.h"
#include "limno/result.h"

namespace limno {

struct LakeOptions {
  /// Folder of the lake. Empty: the `lake:` of the project, or `project`/lake without one.
  std::string lake;
  /// Folder from which the nearest limno.yml is looked for, upwards. Empty: the working directory.
  std::string project;
  uint64_t memory_limit_bytes = uint64_t{1} << 30;
  /// 0: as many as there are processors.
  int threads = 0;
  /// fsync before a commit is acknowledged; off only for scratch lakes.
  bool sync = true;
};

/// What a running step tells its observer. `total` 0: unknown.
struct Progress {
  /// "load flights", "silver.flights".
  std::string step;
  uint64_t rows = 0;
  uint64_t bytes_done = 0;
  uint64_t bytes_total = 0;
  double percent = -1;
};

/// Called from worker threads, one call at a time; must return quickly.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnProgress(const Progress& /*progress*/) {}
  /// A step has ended; one line for people.
  virtual void OnMessage(const std::string& /*line*/) {}
};

/// One input file of a load, or one member of an archive, that was refused.
struct SkippedFile {
  std::string file;
  Error reason;
};

struct StepReport {
  /// Source or model name.
  std::string name;
  /// "load", "append", "merge", "table", "view".
  std::string kind;
  /// "done", "nothing to do", "failed", "skipped".
  std::string status;
  std::optional<Error> error;
  /// Table that was written.
  std::string table;
  int64_t version = -1;
  uint64_t rows_in = 0;
  uint64_t rows_inserted = 0;
  uint64_t rows_updated = 0;
  uint64_t rows_deleted = 0;
  uint64_t files_read = 0;
  uint64_t files_unchanged = 0;
  uint64_t bytes_in = 0;
  double seconds = 0;
  std::vector<SkippedFile> skipped;
  /// For models: why it ran or did not, on which versions of which inputs.
  std::string why;
};

struct RunReport {
  std::vector<StepReport> steps;
  double seconds = 0;
  /// 0 done; 1 data refused (a file skipped, a model failed on data); 2 wrong configuration.
  int exit_code = 0;
  std::string ToJson() const;
};

struct RunOptions {
  /// Names of sources and models, "*" patterns, "+model" with what it needs, "model+" with what
  /// needs it; empty: all.
  std::vector<std::string> select;
  bool full_refresh = false;
  /// Only says what would be done.
  bool dry_run = false;
};

struct LoadOptions {
  /// URLs, globs, folders, archives, "@file" with one of these per line, "-" for standard input.
  std::vector<std::string> from;
  /// "namespace.table".
  std::string into;
  /// Name of the source in the landing zone; empty: `into`.
  std::string source;
  /// "csv", "parquet", "" (by name and content).
  std::string format;
  bool header_given = false;
  bool header = true;
  std::string delimiter;
  /// "utf-8", "utf-16", "latin-1"; empty: found out.
  std::string encoding;
  /// Lines above the table in every text file that are no part of it.
  uint64_t skip_lines = 0;
  /// Texts that mean NULL, besides the empty one.
  std::vector<std::string> null_values;
  /// Column name -> SQL type; what is not named is inferred.
  std::map<std::string, std::string> columns;
  std::vector<std::string> partition_by;
  /// Adds _limno_file, _limno_member, _limno_load_id, _limno_loaded_at.
  bool provenance = true;
  /// Go on with the other files after a bad one.
  bool continue_on_error = true;
};

/// An open lake. Thread safe; queries of several threads run side by side.
class Lake {
 public:
  virtual ~Lake() = default;

  /// Runs SQL (one or more statements) in a session of its own and returns the rows of the last
  /// one; those of the others go to `earlier`, where it is set.
  virtual Result<std::unique_ptr<Rows>> Query(const std::string& sql, CellFormat format,
                                              const RowsVisitor& earlier = {}) = 0;
  virtual Result<StepReport> Load(const LoadOptions& options, Observer& observer) = 0;
  /// Runs the project: sources, then models in the order of their dependencies.
  virtual Result<RunReport> Run(const RunOptions& options, Observer& observer) = 0;
  /// Asks running work to stop cleanly; it ends with kInterrupted.
  virtual void Interrupt() = 0;
  /// Where the lake is.
  virtual std::string location() const = 0;
};

/// kUsage for a wrong limno.yml (file, line, column). The folder of the lake need not exist yet.
Result<std::unique_ptr<Lake>> OpenLake(const LakeOptions& options);

}  // namespace limno
