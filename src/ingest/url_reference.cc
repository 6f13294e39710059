#include "ingest/url_reference.h"

#include <algorithm>
#include <vector>

namespace limno::ingest {
namespace {

/// Where the path of a URL begins, or its end.
size_t PathBegin(std::string_view url) {
  return std::min(url.find_first_of("/?#", url.find("://") + 3), url.size());
}

/// "/a/./b/../c" -> "/a/c".
std::string WithoutDots(std::string_view path) {
  std::vector<std::string_view> segments;
  size_t begin = 1;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    const bool last = end == path.size();
    if (segment == "..") {
      if (!segments.empty()) {
        segments.pop_back();
      }
    } else if (segment != ".") {
      segments.push_back(segment);
    }
    if (last && (segment == ".." || segment == ".")) {
      segments.emplace_back();
    }
    begin = end + 1;
  }
  std::string text;
  for (const std::string_view segment : segments) {
    text += '/';
    text += segment;
  }
  return text.empty() ? "/" : text;
}

}  // namespace

bool IsUrl(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

std::string WithoutUser(const std::string& url) {
  const size_t begin = url.find("://") + 3;
  const size_t end = PathBegin(url);
  const size_t at = url.rfind('@', end);
  return at == std::string::npos || at < begin ? url : url.substr(0, begin) + url.substr(at + 1);
}

std::string ResolveUrl(const std::string& base, std::string_view reference) {
  std::string encoded;
  for (const char letter : reference) {
    encoded += letter == ' ' ? std::string("%20") : std::string(1, letter);
  }
  if (encoded.find("://") < encoded.find_first_of("/?#")) {
    return encoded;
  }
  if (encoded.starts_with("//")) {
    return base.substr(0, base.find("://") + 1) + encoded;
  }
  const size_t path_begin = PathBegin(base);
  const std::string site = base.substr(0, path_begin);
  const size_t path_end = std::min(base.find_first_of("?#", path_begin), base.size());
  if (encoded.starts_with('?')) {
    return base.substr(0, path_end) + encoded;
  }
  const std::string base_path = base.substr(path_begin, path_end - path_begin);
  const std::string folder = base_path.substr(0, base_path.rfind('/') + 1);
  const size_t suffix = std::min(encoded.find_first_of("?#"), encoded.size());
  const std::string path = encoded.substr(0, suffix);
  const std::string joined = path.starts_with('/') ? path : (folder.empty() ? "/" : folder) + path;
  return site + WithoutDots(joined) + encoded.substr(suffix);
}

}  // namespace limno::ingest
