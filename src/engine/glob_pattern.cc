#include "engine/glob_pattern.h"

#include <optional>
#include <string>
#include <vector>

namespace limno::engine {
namespace {

constexpr std::string_view kWildcards = "*?[{\\";

/// The end of a group that begins at `pattern[0]`, and where its alternatives begin and end;
/// nullopt if it has no end.
struct Alternatives {
  std::vector<std::string_view> texts;
  size_t end = 0;
};

std::optional<Alternatives> ReadAlternatives(std::string_view pattern) {
  Alternatives found;
  size_t begin = 1;
  int depth = 0;
  for (size_t index = 1; index < pattern.size(); ++index) {
    const char byte = pattern[index];
    if (byte == '\\') {
      ++index;
    } else if (byte == '{') {
      ++depth;
    } else if (depth > 0 && byte == '}') {
      --depth;
    } else if (depth == 0 && (byte == ',' || byte == '}')) {
      found.texts.push_back(pattern.substr(begin, index - begin));
      begin = index + 1;
      if (byte == '}') {
        found.end = begin;
        return found;
      }
    }
  }
  return std::nullopt;
}

/// Whether `byte` is among those of the class that begins at `pattern[0]`; `length` is what the
/// class takes of the pattern, 0 if it has no end.
bool InClass(std::string_view pattern, char byte, size_t& length) {
  size_t index = 1;
  const bool negated = index < pattern.size() && (pattern[index] == '^' || pattern[index] == '!');
  index += negated ? 1 : 0;
  bool found = false;
  for (const size_t first = index; index < pattern.size(); ++index) {
    if (pattern[index] == ']' && index > first) {
      length = index + 1;
      return found != negated && byte != '/';
    }
    const char low = pattern[index];
    char high = low;
    if (index + 2 < pattern.size() && pattern[index + 1] == '-' && pattern[index + 2] != ']') {
      high = pattern[index + 2];
      index += 2;
    }
    found = found || (low <= byte && byte <= high);
  }
  length = 0;
  return false;
}

bool Matches(std::string_view pattern, std::string_view path);

/// A star at `pattern[0]`, or two.
bool MatchesStar(std::string_view pattern, std::string_view path) {
  const bool folders = pattern.size() > 1 && pattern[1] == '*';
  std::string_view after = pattern.substr(folders ? 2 : 1);
  // "**/x" is also "x".
  if (folders && !after.empty() && after[0] == '/' && Matches(after.substr(1), path)) {
    return true;
  }
  for (size_t taken = 0; taken <= path.size(); ++taken) {
    if (Matches(after, path.substr(taken))) {
      return true;
    }
    if (taken < path.size() && path[taken] == '/' && !folders) {
      return false;
    }
  }
  return false;
}

bool Matches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    const char byte = pattern[0];
    if (byte == '*') {
      return MatchesStar(pattern, path);
    }
    if (const auto group = byte == '{' ? ReadAlternatives(pattern) : std::nullopt) {
      const std::string_view after = pattern.substr(group->end);
      for (const std::string_view alternative : group->texts) {
        if (Matches(std::string(alternative).append(after), path)) {
          return true;
        }
      }
      return false;
    }
    if (path.empty()) {
      return false;
    }
    size_t length = 1;
    bool same = byte == '?' ? path[0] != '/' : byte == path[0];
    if (byte == '[') {
      same = InClass(pattern, path[0], length);
      if (length == 0) {
        same = path[0] == '[';
        length = 1;
      }
    } else if (byte == '\\' && pattern.size() > 1) {
      same = pattern[1] == path[0];
      length = 2;
    }
    if (!same) {
      return false;
    }
    pattern.remove_prefix(length);
    path.remove_prefix(1);
  }
  return path.empty() || path[0] == '/';
}

}  // namespace

bool MatchesGlob(std::string_view pattern, std::string_view path) {
  while (pattern.size() > 1 && pattern.back() == '/') {
    pattern.remove_suffix(1);
  }
  return Matches(pattern, path);
}

std::string_view FixedPart(std::string_view pattern) {
  const size_t wildcard = pattern.find_first_of(kWildcards);
  if (wildcard == std::string_view::npos) {
    return pattern;
  }
  const size_t slash = pattern.rfind('/', wildcard);
  return slash == std::string_view::npos ? std::string_view() : pattern.substr(0, slash + 1);
}

}  // namespace limno::engine
