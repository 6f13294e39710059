#include "cli/history_view.h"

#include <algorithm>
#include <array>

#include "cli/table_printer.h"

namespace limno::cli {

namespace {

/// Where the entry of a map that `text` begins with ends: at a comma outside of quotes.
size_t EndOfEntry(std::string_view text) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '\'') {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      return i;
    }
  }
  return text.size();
}

std::string_view WithoutQuotes(std::string_view value) {
  return value.size() >= 2 && value.starts_with('\'') && value.ends_with('\'')
             ? value.substr(1, value.size() - 2)
             : value;
}

bool SaysNothing(std::string_view name, std::string_view value) {
  return value.empty() || value == "0" || value == "[]" || value == "{}" ||
         name.ends_with("TimeMs") || name.ends_with("Bytes");
}

bool AllEqual(const std::vector<std::vector<Cell>>& rows, size_t column) {
  return std::all_of(rows.begin(), rows.end(), [&](const std::vector<Cell>& row) {
    return row[column].text == rows.front()[column].text;
  });
}

/// "2026-11-21 19:34:58.952+00" -> "2026-11-21 19:34:58+00".
std::string WithoutFraction(const std::string& time) {
  const size_t dot = time.find('.');
  if (dot == std::string::npos) {
    return time;
  }
  const size_t end = time.find_first_not_of("0123456789", dot + 1);
  return time.substr(0, dot) + (end == std::string::npos ? "" : time.substr(end));
}

}  // namespace

bool IsHistory(const std::vector<Column>& columns) {
  static constexpr std::array kFirst = {"version", "timestamp", "operation", "operationParameters",
                                        "operationMetrics"};
  return columns.size() > kFirst.size() &&
         std::equal(kFirst.begin(), kFirst.end(), columns.begin(),
                    [](const char* name, const Column& column) { return column.name == name; });
}

std::string DescribeMap(std::string_view map) {
  if (!map.starts_with('{') || !map.ends_with('}')) {
    return std::string(map);
  }
  std::string text;
  std::string_view rest = map.substr(1, map.size() - 2);
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, EndOfEntry(rest));
    rest.remove_prefix(std::min(entry.size() + 2, rest.size()));
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos) {
      return std::string(map);
    }
    const std::string_view name = entry.substr(0, equals);
    const std::string_view value = WithoutQuotes(entry.substr(equals + 1));
    if (!SaysNothing(name, value)) {
      text += (text.empty() ? "" : ", ") + std::string(name) + " " + std::string(value);
    }
  }
  return text;
}

void ShortenHistory(std::vector<Column>& columns, std::vector<std::vector<Cell>>& rows) {
  for (std::vector<Cell>& row : rows) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].name == "timestamp") {
        row[i].text = WithoutFraction(row[i].text);
      } else if (columns[i].name.starts_with("operation")) {
        row[i].text = DescribeMap(row[i].text);
      }
    }
  }
  for (size_t i = columns.size(); i-- > 0;) {
    const std::string& name = columns[i].name;
    const bool always = name == "readVersion" || name == "isBlindAppend";
    const bool if_it_differs = name == "isolationLevel" || name == "engineInfo";
    if (always || (if_it_differs && AllEqual(rows, i))) {
      DropColumn(columns, rows, i);
    } else if (name.starts_with("operation") && name.size() > 9) {
      columns[i].name = name == "operationMetrics" ? "metrics" : "parameters";
    }
  }
  DropEmptyColumns(columns, rows);
}

}  // namespace limno::cli
