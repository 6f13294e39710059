#include "engine/inner_clauses.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "table/column_annotations.h"

namespace limno::engine {

Result<void> ApplyInnerClauses(table::Field& column, const std::vector<InnerClause>& clauses) {
  for (const InnerClause& clause : clauses) {
    const std::string name = fmt::format("{}.{}", column.name, fmt::join(clause.path, "."));
    table::Field* field = &column;
    bool within_structs = true;
    for (const std::string& step : clause.path) {
      within_structs = within_structs && field->type.kind == table::TypeKind::kStruct;
      auto& children = field->type.children;
      const auto child = std::find_if(children.begin(), children.end(),
                                      [&](const auto& each) { return each.name == step; });
      if (child == children.end()) {
        return Fail(ErrorKind::kInternal, "a clause is of no field: " + name);
      }
      field = &*child;
    }
    if (clause.not_null && !within_structs) {
      return Fail(ErrorKind::kUnsupported, fmt::format("NOT NULL within arrays and maps: {}", name),
                  {}, "leave it out: Spark does not write to tables that have it");
    }
    field->nullable = field->nullable && !clause.not_null;
    if (clause.comment) {
      table::AnnotateText(*field, table::kCommentAnnotation, *clause.comment);
    }
  }
  return {};
}

/// "2:3:key4:name" (steps, each with its length), then "n" for NOT NULL, then "c" and the comment.
std::string FormatInnerClause(const InnerClause& clause) {
  std::string text = fmt::format("{}:", clause.path.size());
  for (const std::string& step : clause.path) {
    text += fmt::format("{}:{}", step.size(), step);
  }
  text += clause.not_null ? "n" : "";
  return clause.comment ? fmt::format("{}c{}", text, *clause.comment) : text;
}

std::optional<InnerClause> ParseInnerClause(const std::string& text) {
  size_t at = 0;
  const auto take_number = [&]() -> std::optional<size_t> {
    size_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
    if (error != std::errc() || end == text.data() + text.size() || *end != ':') {
      return std::nullopt;
    }
    at = static_cast<size_t>(end - text.data()) + 1;
    return number;
  };
  InnerClause clause;
  const auto steps = take_number();
  for (size_t step = 0; step < steps.value_or(0); ++step) {
    const auto length = take_number();
    if (!length || *length > text.size() - at) {
      return std::nullopt;
    }
    clause.path.push_back(text.substr(at, *length));
    at += *length;
  }
  if (clause.path.empty()) {
    return std::nullopt;
  }
  clause.not_null = at < text.size() && text[at] == 'n';
  at += clause.not_null ? 1 : 0;
  if (at < text.size()) {
    clause.comment = text.substr(at + 1);
  }
  return clause;
}

}  // namespace limno::engine
