// What the annotations of a field say of its column, under the keys that Spark and Delta give them
// (PROTOCOL.md: "Generated Columns", "Identity Columns", "Default Columns").
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "limno/result.h"
#include "table/data_type.h"

namespace limno::table {

inline constexpr char kCommentAnnotation[] = "comment";
/// The column's value in rows that give none, in Spark's SQL.
inline constexpr char kDefaultAnnotation[] = "CURRENT_DEFAULT";
/// The column's value in every row, in Spark's SQL.
inline constexpr char kGenerationAnnotation[] = "delta.generationExpression";

/// nullopt if there is no such annotation; empty if it is no text.
std::optional<std::string> AnnotatedText(const Field& field, const std::string& key);
void AnnotateText(Field& field, const std::string& key, const std::string& text);

/// A column that numbers rows as they are inserted: start, start + step, ..., with gaps.
struct Identity {
  int64_t start = 1;
  /// Not 0.
  int64_t step = 1;
  /// Rows may bring numbers of their own.
  bool allow_explicit_insert = false;
  /// The last number that was given out.
  std::optional<int64_t> high_water_mark;
};

/// nullopt if the column is none; kCorrupt for annotations that contradict each other.
Result<std::optional<Identity>> IdentityOf(const Field& field);
void AnnotateIdentity(Field& field, const Identity& identity);
/// True also for annotations that IdentityOf refuses.
bool IsIdentity(const Field& field);

/// The same field but for the mark of an identity: what concurrent inserts may change.
Field WithoutHighWaterMark(Field field);

}  // namespace limno::table
