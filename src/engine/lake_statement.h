// Statements that DuckDB does not have, parsed into values.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/alter_clauses.h"
#include "engine/copy_statement.h"
#include "engine/insert_statement.h"
#include "engine/merge_statement.h"
#include "engine/sql_lexer.h"
#include "engine/statement_parser.h"
#include "limno/result.h"
#include "table/column_path.h"

namespace limno::engine {

struct Optimize {
  TableTarget table;
  /// SQL text of the condition; empty: all files.
  std::string where;
  /// Everything is rewritten, also what is as it should be.
  bool full = false;
  std::vector<table::ColumnPath> zorder;
};
struct Vacuum {
  TableTarget table;
  std::optional<double> retain_hours;
  bool dry_run = false;
  /// Only what the log says was removed.
  bool lite = false;
  /// Something to select from that says what lies in the table's folder; empty: it is listed.
  std::string inventory;
};
struct Restore {
  TableTarget table;
  std::optional<int64_t> version;
  /// SQL text of a timestamp expression; empty if a version is given.
  std::string timestamp;
};

struct AddConstraint {
  TableTarget table;
  std::string name;
  /// As written, which is how the table keeps it.
  std::string expression;
};
struct DropConstraint {
  TableTarget table;
  std::string name;
  bool if_exists = false;
};

struct DropFeature {
  TableTarget table;
  std::string feature;
  /// Versions that have it go, instead of being protected.
  bool truncate_history = false;
};

/// FSCK TABLE t [DEEP], FSCK REPAIR TABLE t [DEEP] [DROP DAMAGED] [DRY RUN].
struct Fsck {
  TableTarget table;
  bool repair = false;
  bool dry_run = false;
  /// Files and vectors that are there but cannot be read go, too.
  bool drop_damaged = false;
  /// Reads rows, not only footers.
  bool deep = false;
};

/// CONVERT TO DELTA parquet.`/path` [PARTITIONED BY (c type, ...)] [NO STATISTICS].
struct Convert {
  /// By its path, or by the name that the folder has in the lake.
  TableTarget table;
  /// Name and type, as DuckDB spells it.
  std::vector<std::pair<std::string, std::string>> partition_columns;
  bool statistics = true;
};

/// CREATE [OR REPLACE] TABLE [IF NOT EXISTS] t [SHALLOW | DEEP] CLONE source
/// [VERSION AS OF n | TIMESTAMP AS OF time] [TBLPROPERTIES (...)].
struct Clone {
  TableTarget table;
  TableTarget source;
  /// Files are copied; otherwise the clone refers to those of the source.
  bool deep = true;
  bool replace = false;
  bool if_not_exists = false;
  std::optional<int64_t> version;
  /// SQL text of a timestamp expression; empty: the newest version, or the one given.
  std::string timestamp;
  /// As written; they override those of the source.
  std::vector<std::pair<std::string, std::string>> properties;
};

/// REORG TABLE t [WHERE condition] APPLY (PURGE).
struct Reorg {
  TableTarget table;
  /// SQL text of the condition; empty: all files.
  std::string where;
};

/// GENERATE symlink_format_manifest FOR TABLE t.
struct GenerateManifest {
  TableTarget table;
};

using LakeStatement = std::variant<Optimize, Vacuum, Restore, AddConstraint, DropConstraint,
                                   AlterColumns, DropFeature, Insert, EvolvingMerge, Fsck, Convert,
                                   Clone, Reorg, GenerateManifest, CopyInto>;

/// Only stages changes, so that it may also be one statement of a transaction that is open.
bool OnlyStages(const LakeStatement& statement);

/// The statement if it is one of ours, nullopt if it is DuckDB's business; kUsage, with
/// "line:column", if it begins like ours and goes wrong.
Result<std::optional<LakeStatement>> ParseLakeStatement(const Statement& statement);

}  // namespace limno::engine
