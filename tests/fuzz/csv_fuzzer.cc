// Any bytes as text: encoding, line ends and dialect are found or refused, however the bytes are
// cut into pieces, and text that is found to be UTF-8 is UTF-8.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ingest/csv_dialect.h"
#include "ingest/line_ends.h"
#include "ingest/text_encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t piece = 1 + data[0] % 64;
  limno::ingest::TextInspector whole;
  whole.Add(text);
  limno::ingest::TextInspector pieces;
  limno::ingest::LineEndUnifier unifier;
  limno::ingest::LineSkipper skipper(data[0] / 64);
  std::string unified;
  std::string rest;
  for (size_t position = 0; position < text.size(); position += piece) {
    pieces.Add(text.substr(position, piece));
    unifier.Add(text.substr(position, piece), unified);
    rest += skipper.Rest(text.substr(position, piece));
  }
  std::string unified_at_once;
  limno::ingest::LineEndUnifier().Add(text, unified_at_once);
  const std::string_view rest_at_once = limno::ingest::LineSkipper(data[0] / 64).Rest(text);
  if (unified != unified_at_once || rest != rest_at_once ||
      whole.line_ends().mixed() != pieces.line_ends().mixed()) {
    std::abort();
  }
  const auto one = whole.Conclude({});
  const auto many = pieces.Conclude({});
  if (one.has_value() != many.has_value() || (one && *one != *many) ||
      (!one && one.error().message != many.error().message)) {
    std::abort();
  }
  if (one && *one == limno::ingest::Encoding::kUtf8 &&
      !simdjson::validate_utf8(text.data(), text.size())) {
    std::abort();
  }
  const limno::ingest::CsvDialect dialect = limno::ingest::DetectDialect(text);
  size_t bytes = 0;
  for (const std::string& field : dialect.first_record) {
    bytes += field.size();
  }
  if (bytes > text.size()) {
    std::abort();
  }
  return 0;
}
