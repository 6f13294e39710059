#include "table/delta/parsed_statistics.h"

#include <cmath>
#include <optional>

#include "base/json_writer.h"
#include "table/timestamp_text.h"

namespace limno::table::delta {
namespace {

std::string Quoted(std::string_view text) {
  std::string json;
  base::AppendJsonString(json, text);
  return json;
}

std::string FloatingJson(double value) {
  if (std::isnan(value)) {
    return "\"NaN\"";
  }
  if (std::isinf(value)) {
    return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  }
  base::JsonWriter json;
  json.Double(value);
  return json.Take();
}

std::optional<std::string> DateJson(int64_t days) {
  constexpr int64_t kMicrosPerDay = 86'400'000'000;
  constexpr int64_t kMaxDays = 10'000'000;
  if (days > kMaxDays || days < -kMaxDays) {
    return std::nullopt;
  }
  const std::optional<std::string> text = FormatTimestamp(days * kMicrosPerDay, 'T', 0);
  constexpr size_t kDateLength = 10;
  return text ? std::optional(Quoted(text->substr(0, kDateLength))) : std::nullopt;
}

std::optional<std::string> TimestampJson(const ArrowView& column, int64_t row) {
  constexpr int kMicrosecondDigits = 6;
  const std::optional<std::string> text =
      FormatTimestamp(column.TimestampMicros(row), 'T', kMicrosecondDigits);
  return text ? std::optional(Quoted(column.has_time_zone() ? *text + "Z" : *text)) : std::nullopt;
}

std::optional<std::string> ValueJson(const ArrowView& column, int64_t row);

std::string StructJson(const ArrowView& column, int64_t row) {
  base::JsonWriter json;
  json.BeginObject();
  for (size_t index = 0; index < column.child_count(); ++index) {
    const ArrowView child = column.Child(index);
    if (child.IsNull(row)) {
      continue;
    }
    if (const std::optional<std::string> value = ValueJson(child, row)) {
      json.Key(child.name()).Raw(*value);
    }
  }
  json.EndObject();
  return json.Take();
}

/// nullopt for what statistics do not hold.
std::optional<std::string> ValueJson(const ArrowView& column, int64_t row) {
  switch (column.kind()) {
    case ArrowKind::kBoolean:
      return column.Bool(row) ? "true" : "false";
    case ArrowKind::kInteger:
      return std::to_string(column.Int(row));
    case ArrowKind::kFloating:
      return FloatingJson(column.Double(row));
    case ArrowKind::kDecimal:
      return column.Decimal(row);
    case ArrowKind::kText:
      return Quoted(column.Text(row));
    case ArrowKind::kDate:
      return DateJson(column.Int(row));
    case ArrowKind::kTimestamp:
      return TimestampJson(column, row);
    case ArrowKind::kStruct:
      return StructJson(column, row);
    case ArrowKind::kNull:
    case ArrowKind::kBinary:
    case ArrowKind::kList:
    case ArrowKind::kMap:
    case ArrowKind::kOther:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::string StatisticsFromColumns(const ArrowView& parsed, int64_t row) {
  if (parsed.kind() != ArrowKind::kStruct || parsed.IsNull(row)) {
    return "";
  }
  return StructJson(parsed, row);
}

}  // namespace limno::table::delta
