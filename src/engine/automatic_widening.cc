#include "engine/automatic_widening.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/name_match.h"
#include "engine/spark_sql.h"

namespace limno::engine {
namespace {

bool IsInteger(table::TypeKind kind) {
  using table::TypeKind;
  return kind == TypeKind::kByte || kind == TypeKind::kShort || kind == TypeKind::kInteger ||
         kind == TypeKind::kLong;
}

class Widening {
 public:
  Widening(TableState& state, const table::Metadata& metadata)
      : state_(state), metadata_(metadata) {}

  bool Widen(std::vector<table::Field>& fields, const std::vector<table::Field>& wanted,
             const std::set<std::string>& fixed) const {
    bool changed = false;
    const table::Schema schema{fields};
    for (const table::Field& field : wanted) {
      const auto index = schema.IndexOf(field.name);
      if (index && fixed.count(base::FoldCase(field.name)) == 0) {
        changed = Widen(fields[*index].type, field.type) || changed;
      }
    }
    return changed;
  }

 private:
  bool Widen(table::DataType& type, const table::DataType& wanted) const {
    using table::TypeKind;
    if (type.kind == wanted.kind && type.IsNested()) {
      if (type.kind == TypeKind::kStruct) {
        return Widen(type.children, wanted.children, {});
      }
      bool changed = false;
      for (size_t index = 0; index < type.children.size(); ++index) {
        changed = Widen(type.children[index].type, wanted.children[index].type) || changed;
      }
      return changed;
    }
    // Integers are not promoted by accident to what computes otherwise.
    const bool other_family = IsInteger(type.kind) != IsInteger(wanted.kind);
    if (type == wanted || other_family ||
        !state_.table().CheckTypeChange(metadata_, type, wanted)) {
      return false;
    }
    type = wanted;
    return true;
  }

  TableState& state_;
  const table::Metadata& metadata_;
};

/// Columns that constraints and generated columns read or are.
Result<std::set<std::string>> ColumnsOfRules(TableState& state, const table::Metadata& metadata) {
  std::set<std::string> columns;
  LIMNO_ASSIGN(const std::vector<table::RowRule> rules, state.table().RowRules(metadata));
  for (const table::RowRule& rule : rules) {
    LIMNO_ASSIGN(const std::set<std::string> read, ColumnsInSparkExpression(rule.expression));
    for (const std::string& column : read) {
      columns.insert(base::FoldCase(column));
    }
    columns.insert(base::FoldCase(rule.name));
  }
  return columns;
}

}  // namespace

Result<bool> WidenColumns(TableState& state, table::Metadata& metadata,
                          const table::Schema& wanted) {
  const auto enabled = metadata.properties.find("delta.enableTypeWidening");
  if (enabled == metadata.properties.end() || base::FoldCase(enabled->second) != "true") {
    return false;
  }
  LIMNO_ASSIGN(const std::set<std::string> fixed, ColumnsOfRules(state, metadata));
  const table::Metadata before = metadata;
  return Widening(state, before).Widen(metadata.schema.fields, wanted.fields, fixed);
}

}  // namespace limno::engine
