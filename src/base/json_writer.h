// Appends JSON text to a string: no tree, no allocation beyond the output. Numbers that must stay
// exact (decimals, statistics) are passed as text by Raw().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace limno::base {

/// Escapes and quotes `text` (RFC 8259); invalid UTF-8 bytes become U+FFFD.
void AppendJsonString(std::string& out, std::string_view text);

/// Writes one JSON document. Commas are placed by the writer; the caller balances Begin and End.
/// Not thread safe. Doubles must be finite.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view value);
  JsonWriter& Int(int64_t value);
  JsonWriter& Double(double value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  /// Appends text that is already valid JSON.
  JsonWriter& Raw(std::string_view json);

  const std::string& text() const { return out_; }
  std::string Take() { return std::move(out_); }

 private:
  void BeforeValue();

  std::string out_;
  bool need_comma_ = false;
};

}  // namespace limno::base
