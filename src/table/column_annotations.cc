#include "table/column_annotations.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace limno::table {
namespace {

constexpr char kStart[] = "delta.identity.start";
constexpr char kStep[] = "delta.identity.step";
constexpr char kExplicit[] = "delta.identity.allowExplicitInsert";
constexpr char kMark[] = "delta.identity.highWaterMark";

/// nullopt for an annotation that is there and is no integer.
Result<std::optional<int64_t>> IntegerOf(const Field& field, const char* key) {
  const auto found = field.metadata.find(key);
  if (found == field.metadata.end() || found->second == "null") {
    return std::nullopt;
  }
  const std::string& text = found->second;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Fail(ErrorKind::kCorrupt,
                std::string(key) + " of column " + field.name + " is no integer: " + text);
  }
  return value;
}

}  // namespace

std::optional<std::string> AnnotatedText(const Field& field, const std::string& key) {
  const auto found = field.metadata.find(key);
  if (found == field.metadata.end()) {
    return std::nullopt;
  }
  const auto value = nlohmann::json::parse(found->second, nullptr, false);
  return value.is_string() ? value.get<std::string>() : std::string();
}

void AnnotateText(Field& field, const std::string& key, const std::string& text) {
  field.metadata[key] =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool IsIdentity(const Field& field) { return field.metadata.contains(kStart); }

Result<std::optional<Identity>> IdentityOf(const Field& field) {
  if (!IsIdentity(field)) {
    return std::nullopt;
  }
  Identity identity;
  LIMNO_ASSIGN(const auto start, IntegerOf(field, kStart));
  LIMNO_ASSIGN(const auto step, IntegerOf(field, kStep));
  LIMNO_ASSIGN(identity.high_water_mark, IntegerOf(field, kMark));
  if (!start || step.value_or(1) == 0) {
    return Fail(ErrorKind::kCorrupt, "identity column " + field.name + " has no start or no step");
  }
  identity.start = *start;
  identity.step = step.value_or(1);
  const auto allowed = field.metadata.find(kExplicit);
  identity.allow_explicit_insert = allowed != field.metadata.end() && allowed->second == "true";
  return identity;
}

void AnnotateIdentity(Field& field, const Identity& identity) {
  field.metadata[kStart] = std::to_string(identity.start);
  field.metadata[kStep] = std::to_string(identity.step);
  field.metadata[kExplicit] = identity.allow_explicit_insert ? "true" : "false";
  if (identity.high_water_mark) {
    field.metadata[kMark] = std::to_string(*identity.high_water_mark);
  }
}

Field WithoutHighWaterMark(Field field) {
  field.metadata.erase(kMark);
  return field;
}

}  // namespace limno::table
