#include "base/name_match.h"

#include <algorithm>
#include <cstddef>

namespace limno::base {

namespace {

// Optimal string alignment: edits plus swaps of neighbours, each substring edited once.
size_t TypingErrors(const std::string& left, const std::string& right) {
  const size_t width = right.size() + 1;
  std::vector<size_t> before_last(width);
  std::vector<size_t> last(width);
  std::vector<size_t> current(width);
  for (size_t j = 0; j < width; ++j) {
    last[j] = j;
  }
  for (size_t i = 1; i <= left.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j < width; ++j) {
      const size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        current[j] = std::min(current[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(current);
  }
  return last[width - 1];
}

}  // namespace

std::string FoldCase(std::string_view name) {
  std::string folded(name);
  for (char& letter : folded) {
    if (letter >= 'A' && letter <= 'Z') {
      letter = static_cast<char>(letter - 'A' + 'a');
    }
  }
  return folded;
}

std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string>& candidates) {
  const std::string wanted = FoldCase(name);
  const size_t tolerance = std::max<size_t>(1, (wanted.size() + 2) / 3);
  std::optional<std::string> nearest;
  size_t fewest = tolerance + 1;
  for (const std::string& candidate : candidates) {
    const size_t errors = TypingErrors(wanted, FoldCase(candidate));
    if (errors < fewest) {
      fewest = errors;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string NearestNameHint(std::string_view name, const std::vector<std::string>& candidates) {
  const std::optional<std::string> nearest = NearestName(name, candidates);
  return nearest ? "did you mean '" + *nearest + "'?" : "";
}

}  // namespace limno::base
