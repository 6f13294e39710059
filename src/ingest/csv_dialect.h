// How a delimited text is cut into fields, found out from its beginning.
//
// DuckDB's own sniffer is not used for this: given one ragged row it silently reads every line as
// one column, and without a quote in its sample it takes quotes for data. It is asked only for
// types and for whether there is a header, with the dialect given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limno::ingest {

struct CsvDialect {
  char delimiter = ',';
  /// Fields of the first record, unquoted.
  std::vector<std::string> first_record;
  /// Records that end within the text that was looked at, at most 1000.
  size_t records = 0;
  /// There are any, so that one may stand before a quote to escape it.
  bool backslashes = false;
};

/// Enough of the beginning of a text for DetectDialect.
inline constexpr size_t kDialectBytes = size_t{256} * 1024;

/// Of ',', ';', tab, '|' the one that cuts most records of `beginning` into as many fields as the
/// first; ',' if none does. `delimiter`: given by the user, then only the first record is cut.
/// Quote is '"', doubled or with a backslash inside quotes.
CsvDialect DetectDialect(std::string_view beginning, char delimiter = '\0');

/// Where a table seems to begin below other text.
struct TableStart {
  /// 1-based, greater than 1.
  uint64_t line = 0;
  size_t fields = 0;
  size_t fields_before = 0;
};

/// nullopt unless the first records have fewer fields than all that follow. `beginning` and
/// `delimiter` as above.
std::optional<TableStart> FindTableStart(std::string_view beginning, char delimiter = '\0');

}  // namespace limno::ingest
