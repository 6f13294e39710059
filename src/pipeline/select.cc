#include <fmt/format.h>

#include "base/name_match.h"
#include "pipeline/graph.h"

namespace limno::pipeline {

namespace {

/// '*' stands for any text.
bool Matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) {
    return text.empty();
  }
  if (pattern.front() == '*') {
    return Matches(pattern.substr(1), text) || (!text.empty() && Matches(pattern, text.substr(1)));
  }
  return !text.empty() && pattern.front() == text.front() &&
         Matches(pattern.substr(1), text.substr(1));
}

/// Steps come in the order in which they run, so one pass in either direction closes the set.
void AddNeeded(const Graph& graph, std::vector<bool>& selected) {
  for (size_t i = graph.steps.size(); i-- > 0;) {
    for (const size_t need : graph.steps[i].needs) {
      selected[need] = selected[need] || selected[i];
    }
  }
}

void AddNeeding(const Graph& graph, std::vector<bool>& selected) {
  for (size_t i = 0; i < graph.steps.size(); ++i) {
    for (const size_t need : graph.steps[i].needs) {
      selected[i] = selected[i] || selected[need];
    }
  }
}

Result<std::vector<bool>> SelectOne(const Graph& graph, const std::string& pattern) {
  std::string_view name = pattern;
  const bool with_needed = name.starts_with('+');
  name.remove_prefix(with_needed ? 1 : 0);
  const bool with_needing = name.ends_with('+');
  name.remove_suffix(with_needing ? 1 : 0);
  const std::string folded = base::FoldCase(name);
  std::vector<bool> selected(graph.steps.size(), false);
  std::vector<std::string> names;
  bool any = false;
  for (size_t i = 0; i < graph.steps.size(); ++i) {
    const Step& step = graph.steps[i];
    names.push_back(step.name);
    if (Matches(folded, base::FoldCase(step.name)) ||
        Matches(folded, base::FoldCase(step.writes.ToString()))) {
      selected[i] = true;
      any = true;
    }
  }
  if (!any) {
    std::string hint = base::NearestNameHint(name, names);
    if (hint.empty()) {
      hint = fmt::format("there are: {}", fmt::join(names, ", "));
    }
    return Fail(ErrorKind::kUsage, fmt::format("no source or model matches '{}'", pattern),
                "--select", hint);
  }
  // Both directions start from the matching steps themselves.
  std::vector<bool> needing = selected;
  if (with_needed) {
    AddNeeded(graph, selected);
  }
  if (with_needing) {
    AddNeeding(graph, needing);
    for (size_t i = 0; i < selected.size(); ++i) {
      selected[i] = selected[i] || needing[i];
    }
  }
  return selected;
}

}  // namespace

Result<std::vector<bool>> SelectSteps(const Graph& graph,
                                      const std::vector<std::string>& patterns) {
  std::vector<bool> selected(graph.steps.size(), patterns.empty());
  for (const std::string& pattern : patterns) {
    LIMNO_ASSIGN(const std::vector<bool> more, SelectOne(graph, pattern));
    for (size_t i = 0; i < selected.size(); ++i) {
      selected[i] = selected[i] || more[i];
    }
  }
  return selected;
}

}  // namespace limno::pipeline
