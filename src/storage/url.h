// Text of URLs.
#pragma once

#include <string>
#include <string_view>

namespace limno::storage {

/// `key` as the path of a URL (RFC 3986, section 3.3): every byte but letters, digits, "-._~" and
/// '/' is percent-encoded.
std::string EncodeUrlPath(std::string_view key);

/// `url` as it may be shown in messages and reports: without user and password, and with the values
/// of query parameters that look like secrets (signatures, tokens, keys) blotted out.
std::string DisplayUrl(std::string_view url);

}  // namespace limno::storage
