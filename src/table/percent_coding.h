// Percent-encoding of bytes ("%41" is 'A'), the ground of URIs and of Hive's folder names.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace limno::table {

/// Decodes every "%XX"; nullopt if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view encoded);

/// Writes bytes for which `keep` is false as "%XX" (upper case).
std::string PercentEncode(std::string_view text, const std::function<bool(unsigned char)>& keep);

}  // namespace limno::table
