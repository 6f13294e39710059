#include "table/delta/type_widening.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "table/delta/iceberg_compat.h"
#include "table/delta/table_properties.h"
#include "table/physical_name.h"

namespace limno::table::delta {
namespace {

constexpr char kChangesKey[] = "delta.typeChanges";

/// Decimal digits that hold every value of an integer type; 0 for other types.
int IntegerDigits(TypeKind kind) {
  switch (kind) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
      return 10;
    case TypeKind::kLong:
      return 20;
    default:
      return 0;
  }
}

int IntegerRank(TypeKind kind) {
  switch (kind) {
    case TypeKind::kByte:
      return 1;
    case TypeKind::kShort:
      return 2;
    case TypeKind::kInteger:
      return 3;
    case TypeKind::kLong:
      return 4;
    default:
      return 0;
  }
}

const Field* FindPhysical(const std::vector<Field>& fields, const std::string& physical_name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) {
    return PhysicalName(field) == physical_name;
  });
  return found == fields.end() ? nullptr : &*found;
}

/// Calls `visit(field, path, before, after)` for every type within `field` that differs from the
/// one at its place in `before`; `field` is the nearest field of a struct, which holds the
/// annotation, `path` leads from there ("element", "value.key"; empty for the field itself).
template <typename FieldType, typename Visit>
void VisitChanges(FieldType& field, const std::string& path, const DataType& before,
                  decltype((field.type)) after, const Visit& visit) {
  if (before.kind != after.kind || !after.IsNested()) {
    if (!(before == after)) {
      visit(field, path, before, after);
    }
    return;
  }
  for (size_t index = 0; index < after.children.size(); ++index) {
    auto& child = after.children[index];
    if (after.kind == TypeKind::kStruct) {
      if (const Field* known = FindPhysical(before.children, PhysicalName(child))) {
        VisitChanges(child, "", known->type, child.type, visit);
      }
    } else {
      VisitChanges(field, path + (path.empty() ? "" : ".") + child.name,
                   before.children[index].type, child.type, visit);
    }
  }
}

template <typename Schema, typename Visit>
void VisitChanges(Schema& schema, const limno::table::Schema& before, const Visit& visit) {
  for (auto& field : schema.fields) {
    if (const Field* known = FindPhysical(before.fields, PhysicalName(field))) {
      VisitChanges(field, "", known->type, field.type, visit);
    }
  }
}

}  // namespace

bool IsWidening(const DataType& from, const DataType& to) {
  const int from_rank = IntegerRank(from.kind);
  if (from_rank > 0 && IntegerRank(to.kind) > 0) {
    return IntegerRank(to.kind) > from_rank;
  }
  if (to.kind == TypeKind::kDouble) {
    return from.kind == TypeKind::kFloat || (from_rank > 0 && from.kind != TypeKind::kLong);
  }
  if (to.kind == TypeKind::kDecimal) {
    if (from.kind == TypeKind::kDecimal) {
      return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
    }
    return from_rank > 0 && to.precision - to.scale >= IntegerDigits(from.kind);
  }
  return from.kind == TypeKind::kDate && to.kind == TypeKind::kTimestampNtz;
}

Result<void> CheckTypeChange(const Metadata& metadata, const DataType& from, const DataType& to) {
  if (!IsWidening(from, to)) {
    return Fail(ErrorKind::kRefused,
                from.ToString() + " cannot become " + to.ToString() +
                    ", which does not hold all of its values",
                {},
                "byte, short, int and long widen in this order, all but long to double, integers "
                "to wide enough decimals, decimals to wider ones, float to double, date to "
                "timestamp_ntz; for other types CREATE OR REPLACE TABLE ... AS SELECT");
  }
  if (!PropertyIsTrue(metadata, "delta.enableTypeWidening")) {
    return Fail(ErrorKind::kRefused,
                "files have the column as " + from.ToString() + ", and the table does not allow " +
                    to.ToString() + " beside it",
                {},
                "first ALTER TABLE ... SET ('delta.enableTypeWidening' = true); readers then need "
                "to know type widening");
  }
  if (const int version = IcebergCompatVersion(metadata);
      version > 0 && !IsIcebergWidening(from, to)) {
    return Fail(ErrorKind::kRefused,
                fmt::format("{} cannot become {} while icebergCompatV{} is switched on: Iceberg "
                            "does not read it so",
                            from.ToString(), to.ToString(), version),
                {},
                fmt::format("add another column, or SET ('delta.enableIcebergCompatV{}' = "
                            "'false') first",
                            version));
  }
  return {};
}

void RecordTypeChanges(Metadata& metadata, const Metadata& before) {
  if (!PropertyIsTrue(metadata, "delta.enableTypeWidening")) {
    return;
  }
  VisitChanges(metadata.schema, before.schema,
               [](Field& field, const std::string& path, const DataType& from, const DataType& to) {
                 // RESTORE brings back the narrower type, together with the files that have it.
                 if (!IsWidening(from, to)) {
                   return;
                 }
                 auto changes = nlohmann::json::array();
                 if (const auto known = field.metadata.find(kChangesKey);
                     known != field.metadata.end()) {
                   auto parsed = nlohmann::json::parse(known->second, nullptr, false);
                   changes = parsed.is_array() ? std::move(parsed) : std::move(changes);
                 }
                 nlohmann::json change{{"fromType", from.ToString()}, {"toType", to.ToString()}};
                 if (!path.empty()) {
                   change["fieldPath"] = path;
                 }
                 // Metadata may be completed several times on its way to a commit.
                 if (changes.empty() || changes.back() != change) {
                   changes.push_back(std::move(change));
                 }
                 field.metadata[kChangesKey] = changes.dump();
               });
}

Result<void> CheckTypeChanges(const Metadata& before, const Metadata& after) {
  Result<void> outcome;
  VisitChanges(after.schema, before.schema,
               [&](const Field& field, const std::string& /*path*/, const DataType& from,
                   const DataType& to) {
                 if (!outcome) {
                   return;
                 }
                 outcome = CheckTypeChange(after, from, to);
                 if (!outcome) {
                   outcome = Fail(outcome.error().kind,
                                  "column " + field.name + ": " + outcome.error().message, {},
                                  outcome.error().hint);
                 }
               });
  return outcome;
}

}  // namespace limno::table::delta
