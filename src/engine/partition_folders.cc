#include "engine/partition_folders.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/name_match.h"
#include "engine/engine.h"
#include "table/percent_coding.h"
#include "table/timestamp_text.h"

namespace limno::engine {
namespace {

constexpr std::string_view kNullFolder = "__HIVE_DEFAULT_PARTITION__";

/// Decodes every "%XX" and leaves other '%' as they are, as Hive does.
std::string Unescaped(std::string_view text) {
  constexpr size_t kEscape = 3;
  std::string decoded;
  while (!text.empty()) {
    const auto byte = text[0] == '%' && text.size() >= kEscape
                          ? table::PercentDecode(text.substr(0, kEscape))
                          : std::nullopt;
    decoded += byte ? *byte : std::string(1, text[0]);
    text.remove_prefix(byte ? kEscape : 1);
  }
  return decoded;
}

/// Calls `visit` with each folder of a key, and with its name in that folder if `whole`.
template <typename Visit>
void ForEachSegment(std::string_view key, bool whole, const Visit& visit) {
  while (true) {
    const size_t slash = key.find('/');
    if (slash == std::string_view::npos) {
      break;
    }
    visit(key.substr(0, slash));
    key.remove_prefix(slash + 1);
  }
  if (whole) {
    visit(key);
  }
}

std::optional<int64_t> PlainInteger(const std::string& text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  // 007 is more than a number to whoever wrote it.
  return error == std::errc() && stop == end && std::to_string(value) == text ? std::optional(value)
                                                                              : std::nullopt;
}

}  // namespace

table::PartitionValues FolderValues(std::string_view key) {
  table::PartitionValues values;
  ForEachSegment(key, false, [&](std::string_view folder) {
    const size_t equals = folder.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return;
    }
    const std::string value = Unescaped(folder.substr(equals + 1));
    const bool is_null = value.empty() || value == kNullFolder;
    values.emplace_back(Unescaped(folder.substr(0, equals)),
                        is_null ? std::nullopt : std::optional(value));
  });
  return values;
}

bool IsHiddenKey(std::string_view key) {
  bool hidden = false;
  ForEachSegment(key, true, [&](std::string_view segment) {
    hidden = hidden || segment.substr(0, 1) == "." ||
             (segment.substr(0, 1) == "_" && segment.find('=') == std::string_view::npos);
  });
  return hidden;
}

void PartitionTypeGuess::Add(const table::PartitionValues& values) {
  for (const auto& [name, value] : values) {
    // Clang 14 does not capture structured bindings.
    const std::string& wanted = name;
    auto column = std::find_if(columns_.begin(), columns_.end(),
                               [&](const Column& known) { return known.name == wanted; });
    if (column == columns_.end()) {
      columns_.push_back({name});
      column = std::prev(columns_.end());
    }
    if (value) {
      const auto number = PlainInteger(*value);
      column->has_value = true;
      column->may_be_long = column->may_be_long && number;
      column->may_be_int = column->may_be_int && number &&
                           *number >= std::numeric_limits<int32_t>::min() &&
                           *number <= std::numeric_limits<int32_t>::max();
      column->may_be_date = column->may_be_date && table::IsDate(*value);
    }
  }
}

std::string PartitionTypeGuess::ToSql() const {
  std::vector<std::string> columns;
  for (const Column& column : columns_) {
    const char* type = !column.has_value    ? "STRING"
                       : column.may_be_int  ? "INT"
                       : column.may_be_long ? "BIGINT"
                       : column.may_be_date ? "DATE"
                                            : "STRING";
    const bool plain = std::all_of(column.name.begin(), column.name.end(), [](char character) {
      return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
             character == '_';
    });
    columns.push_back((plain ? column.name : QuoteIdentifier(column.name)) + " " + type);
  }
  return fmt::format("({})", fmt::join(columns, ", "));
}

Result<table::PartitionValues> MatchFolders(const std::string& key,
                                            const std::vector<std::string>& columns) {
  table::PartitionValues values = FolderValues(key);
  bool match = values.size() == columns.size();
  for (size_t index = 0; match && index < columns.size(); ++index) {
    match = base::FoldCase(values[index].first) == base::FoldCase(columns[index]);
    values[index].first = columns[index];
  }
  if (!match) {
    return Fail(ErrorKind::kRefused,
                fmt::format("its folders do not say the values of exactly {}, in this order",
                            fmt::join(columns, ", ")),
                key, "PARTITIONED BY names the columns as the folders do: column=value/");
  }
  return values;
}

}  // namespace limno::engine
