#include "storage/url.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace limno::storage {
namespace {

constexpr std::array<std::string_view, 7> kSecretWords = {"sig",   "token",      "key", "secret",
                                                          "passw", "credential", "auth"};

bool LooksSecret(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char character) {
    return static_cast<char>(std::tolower(character));
  });
  return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

std::string DisplayQuery(std::string_view query) {
  std::string shown;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    const size_t equals = std::min(parameter.find('='), parameter.size());
    if (equals < parameter.size() && LooksSecret(parameter.substr(0, equals))) {
      shown.append(parameter.substr(0, equals)).append("=***");
    } else {
      shown.append(parameter);
    }
    if (end < query.size()) {
      shown += '&';
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return shown;
}

}  // namespace

std::string EncodeUrlPath(std::string_view key) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  static constexpr std::string_view kPlain = "-._~/";
  std::string path;
  path.reserve(key.size());
  for (const char character : key) {
    const auto byte = static_cast<unsigned char>(character);
    const bool is_letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    const bool is_digit = byte >= '0' && byte <= '9';
    if (is_letter || is_digit || kPlain.find(character) != std::string_view::npos) {
      path += character;
    } else {
      path += '%';
      path += kDigits[byte >> 4];
      path += kDigits[byte & 0x0f];
    }
  }
  return path;
}

std::string DisplayUrl(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return std::string(url);
  }
  const size_t authority = scheme + 3;
  const size_t authority_end = std::min(url.find_first_of("/?#", authority), url.size());
  const size_t at = url.substr(0, authority_end).rfind('@');
  const size_t host = at == std::string_view::npos || at < authority ? authority : at + 1;
  const size_t query = std::min(url.find('?', authority_end), url.size());
  std::string shown(url.substr(0, authority));
  shown.append(url.substr(host, query - host));
  if (query < url.size()) {
    shown += '?';
    shown += DisplayQuery(url.substr(query + 1));
  }
  return shown;
}

}  // namespace limno::storage
