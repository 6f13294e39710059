#include "table/percent_coding.h"

namespace limno::table {
namespace {

int HexDigit(char character) {
  if (character >= '0' && character <= '9') {
    return character - '0';
  }
  if (character >= 'a' && character <= 'f') {
    return character - 'a' + 10;
  }
  if (character >= 'A' && character <= 'F') {
    return character - 'A' + 10;
  }
  return -1;
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view encoded) {
  std::string decoded;
  decoded.reserve(encoded.size());
  for (size_t index = 0; index < encoded.size(); ++index) {
    if (encoded[index] != '%') {
      decoded += encoded[index];
      continue;
    }
    const int high = index + 2 < encoded.size() ? HexDigit(encoded[index + 1]) : -1;
    const int low = high >= 0 ? HexDigit(encoded[index + 2]) : -1;
    if (low < 0) {
      return std::nullopt;
    }
    decoded += static_cast<char>(high * 16 + low);
    index += 2;
  }
  return decoded;
}

std::string PercentEncode(std::string_view text, const std::function<bool(unsigned char)>& keep) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (keep(byte)) {
      encoded += character;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 0x0f];
    }
  }
  return encoded;
}

}  // namespace limno::table
