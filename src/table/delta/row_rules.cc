#include "table/delta/row_rules.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "table/column_annotations.h"

namespace limno::table::delta {
namespace {

using nlohmann::json;

constexpr std::string_view kConstraintPrefix = "delta.constraints.";
constexpr const char* kInvariantsKey = "delta.invariants";

/// `{"expression":{"expression":"x > 3"}}`, itself as a JSON string.
Result<RowRule> InvariantOf(const Field& field, const std::string& annotation) {
  const json rule = json::parse(annotation, nullptr, false);
  const json::json_pointer place("/expression/expression");
  if (!rule.is_object() || !rule.contains(place) || !rule.at(place).is_string()) {
    return Fail(ErrorKind::kUnsupported,
                "the invariant of column " + field.name + " cannot be understood: " + annotation);
  }
  return RowRule{RowRule::Kind::kCheck, "invariant of " + field.name,
                 rule.at(place).get<std::string>()};
}

Result<void> RefuseBelow(const DataType& type, const std::string& path) {
  for (const Field& child : type.children) {
    const std::string child_path = path + "." + child.name;
    if (child.metadata.count(kInvariantsKey) > 0) {
      return Fail(ErrorKind::kUnsupported, "invariants within a column cannot be checked",
                  child_path);
    }
    LIMNO_TRY(RefuseBelow(child.type, child_path));
  }
  return {};
}

}  // namespace

Result<std::vector<RowRule>> RowRulesOf(const Metadata& metadata) {
  std::vector<RowRule> rules;
  for (const auto& [name, value] : metadata.properties) {
    if (name.starts_with(kConstraintPrefix)) {
      rules.push_back({RowRule::Kind::kCheck, name.substr(kConstraintPrefix.size()), value});
    }
  }
  std::vector<RowRule> generated;
  for (const Field& field : metadata.schema.fields) {
    if (const auto invariant = AnnotatedText(field, kInvariantsKey)) {
      LIMNO_ASSIGN(RowRule rule, InvariantOf(field, *invariant));
      rules.push_back(std::move(rule));
    }
    if (const auto expression = AnnotatedText(field, kGenerationAnnotation)) {
      generated.push_back({RowRule::Kind::kGenerated, field.name, *expression});
    }
    LIMNO_TRY(RefuseBelow(field.type, field.name));
  }
  rules.insert(rules.end(), generated.begin(), generated.end());
  return rules;
}

}  // namespace limno::table::delta
