#include "table/delta/row_rules.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "table/column_annotations.h"

namespace limno::table::delta {
namespace {

using nlohmann::json;

constexpr const char* kInvariantsKey = "delta.invariants";
/// What Spark declares a string column as, "varchar(8)": for Delta it is a string.
constexpr const char* kDeclaredLengthKey = "__CHAR_VARCHAR_TYPE_STRING";

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

/// nullopt for a column without a length; lengths within a column are left to Spark, too.
std::optional<RowRule> LengthOf(const Field& field) {
  const std::string declared = AnnotatedText(field, kDeclaredLengthKey).value_or("");
  const size_t open = declared.find('(');
  int64_t length = 0;
  if (!(declared.starts_with("varchar(") || declared.starts_with("char(")) ||
      std::from_chars(declared.data() + open + 1, declared.data() + declared.size(), length).ptr !=
          declared.data() + declared.size() - 1) {
    return std::nullopt;
  }
  std::string name;
  for (const char c : field.name) {
    name += c == '`' ? "``" : std::string(1, c);
  }
  return RowRule{RowRule::Kind::kCheck, declared + " of " + field.name,
                 fmt::format("`{0}` is null or char_length(`{0}`) <= {1}", name, length)};
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
    if (std::optional<RowRule> length = LengthOf(field)) {
      rules.push_back(*std::move(length));
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
