#include <algorithm>

#include "table/delta/action_json.h"
#include "table/percent_coding.h"

namespace limno::table::delta {
namespace {

bool IsAsciiLetterOrDigit(unsigned char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

/// What java.net.URI leaves as it is in a path: RFC 2396 "pchar", ';', '/', and everything beyond
/// ASCII.
bool IsPlainInPath(unsigned char byte) {
  constexpr std::string_view kPlain = "-_.!~*'():@&=+$,;/";
  return byte >= 0x80 || IsAsciiLetterOrDigit(byte) ||
         kPlain.find(static_cast<char>(byte)) != std::string_view::npos;
}

/// "scheme:/...". A colon in a relative path does not make it one.
bool IsAbsoluteUri(std::string_view path) {
  const size_t colon = path.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 >= path.size() ||
      path[colon + 1] != '/') {
    return false;
  }
  return std::all_of(
      path.begin(), path.begin() + static_cast<std::ptrdiff_t>(colon), [](char character) {
        const auto byte = static_cast<unsigned char>(character);
        return IsAsciiLetterOrDigit(byte) || byte == '+' || byte == '-' || byte == '.';
      });
}

}  // namespace

std::string EncodePath(std::string_view path) {
  if (IsAbsoluteUri(path)) {
    return std::string(path);
  }
  return PercentEncode(path, IsPlainInPath);
}

Result<std::string> DecodePath(std::string_view encoded) {
  if (encoded.find('%') == std::string_view::npos || IsAbsoluteUri(encoded)) {
    return std::string(encoded);
  }
  std::optional<std::string> decoded = PercentDecode(encoded);
  if (!decoded) {
    return Fail(ErrorKind::kCorrupt,
                "path is not URI-encoded ('%' without two hex digits): " + std::string(encoded));
  }
  return *std::move(decoded);
}

}  // namespace limno::table::delta
