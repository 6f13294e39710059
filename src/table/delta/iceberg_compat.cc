#include "table/delta/iceberg_compat.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "base/name_match.h"
#include "table/column_annotations.h"
#include "table/delta/action_json.h"
#include "table/delta/column_mapping.h"
#include "table/delta/materialized_partitions.h"
#include "table/delta/nested_field_ids.h"
#include "table/delta/protocol.h"
#include "table/delta/row_tracking.h"
#include "table/delta/statistics_json.h"
#include "table/delta/table_properties.h"

namespace limno::table::delta {
namespace {

constexpr int kVersions = 3;
constexpr const char* kModeProperty = "delta.columnMapping.mode";
constexpr const char* kVectorsProperty = "delta.enableDeletionVectors";

std::string PropertyOf(int version) { return fmt::format("delta.enableIcebergCompatV{}", version); }
std::string NameOf(int version) { return fmt::format("icebergCompatV{}", version); }

/// A value that stands for itself, in Spark's SQL.
bool IsLiteral(std::string text) {
  text = base::FoldCase(text);
  const auto is_space = [](unsigned char character) { return std::isspace(character) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  if (text == "null" || text == "true" || text == "false") {
    return true;
  }
  const size_t quote = text.find_first_of("'\"");
  if (quote == std::string::npos) {
    const size_t digits = text.find_first_not_of("+-");
    return digits != std::string::npos && digits < 2 &&
           (std::isdigit(static_cast<unsigned char>(text[digits])) != 0 || text[digits] == '.') &&
           text.find_first_not_of("0123456789.e+-lsydfb", digits) == std::string::npos &&
           // 1-1 is a sum.
           text.find_first_of("+-", digits) == (text.find('e') == std::string::npos
                                                    ? std::string::npos
                                                    : text.find_first_of("+-", text.find('e')));
  }
  std::string prefix = text.substr(0, quote);
  prefix.erase(std::remove_if(prefix.begin(), prefix.end(), is_space), prefix.end());
  constexpr std::array<std::string_view, 6> kPrefixes{
      "", "date", "x", "timestamp", "timestamp_ntz", "timestamp_ltz"};
  if (std::find(kPrefixes.begin(), kPrefixes.end(), prefix) == kPrefixes.end()) {
    return false;
  }
  size_t at = quote + 1;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == text[quote]) {
      if (at + 1 < text.size() && text[at + 1] == text[quote]) {
        ++at;
        continue;
      }
      break;
    }
  }
  return at + 1 == text.size();
}

class CompatCheck {
 public:
  explicit CompatCheck(const Metadata& metadata)
      : metadata_(metadata), version_(IcebergCompatVersion(metadata)) {}

  std::vector<CompatProblem> Run() {
    if (version_ == 0) {
      return {};
    }
    CheckProperties();
    CheckFields(metadata_.schema.fields, "");
    if (version_ >= 2 && UsesColumnMapping(metadata_)) {
      CheckNestedIds();
    }
    return std::move(problems_);
  }

 private:
  void Report(std::string where, std::string detail, std::string advice) {
    problems_.push_back({std::move(where), std::move(detail), std::move(advice)});
  }

  void CheckProperties() {
    for (int other = 1; other < version_; ++other) {
      if (PropertyIsTrue(metadata_, PropertyOf(other))) {
        Report(PropertyOf(other),
               fmt::format("{} and {} cannot both be switched on", NameOf(version_), NameOf(other)),
               fmt::format("SET ('{}' = 'false') with it", PropertyOf(other)));
      }
    }
    if (!UsesColumnMapping(metadata_)) {
      Report(kModeProperty, NameOf(version_) + " needs columns that are mapped by name or id",
             fmt::format("SET ('{}' = 'name') with it", kModeProperty));
    }
    if (version_ < 3 && PropertyIsTrue(metadata_, kVectorsProperty)) {
      Report(kVectorsProperty, NameOf(version_) + " allows no deletion vectors",
             fmt::format("SET ('{}' = 'false'), or switch {} off", kVectorsProperty,
                         PropertyOf(version_)));
    }
    if (version_ == 3 && !TracksRows(metadata_)) {
      Report(kRowTrackingProperty, NameOf(version_) + " needs row tracking",
             fmt::format("SET ('{}' = 'true') with it", kRowTrackingProperty));
    }
  }

  bool Allows(TypeKind kind) const {
    switch (kind) {
      case TypeKind::kVoid:
        return false;
      case TypeKind::kArray:
      case TypeKind::kMap:
        return version_ > 1;
      case TypeKind::kVariant:
        return version_ == 3;
      default:
        return true;
    }
  }

  void CheckFields(const std::vector<Field>& fields, const std::string& parent) {
    for (const Field& field : fields) {
      const std::string name = parent.empty() ? field.name : parent + "." + field.name;
      if (!Allows(field.type.kind)) {
        Report(
            name,
            fmt::format("{} allows no column of type {}", NameOf(version_), field.type.ToString()),
            version_ < 3 && field.type.kind != TypeKind::kVoid
                ? fmt::format("leave the column out, or switch {} on instead",
                              PropertyOf(field.type.kind == TypeKind::kVariant ? 3 : 2))
                : "leave the column out");
      }
      CheckTypeChanges(field, name);
      const auto standard = AnnotatedText(field, kDefaultAnnotation);
      if (version_ == 3 && standard && !IsLiteral(*standard)) {
        Report(
            name,
            fmt::format("{} allows no default but a literal, not {}", NameOf(version_), *standard),
            "ALTER COLUMN ... SET DEFAULT with a value, or DROP DEFAULT");
      }
      CheckFields(field.type.children, name);
    }
  }

  /// What the column was before, as its annotation tells.
  void CheckTypeChanges(const Field& field, const std::string& name) {
    const auto noted = field.metadata.find("delta.typeChanges");
    if (noted == field.metadata.end()) {
      return;
    }
    const auto changes = nlohmann::json::parse(noted->second, nullptr, false);
    for (const auto& change : changes.is_array() ? changes : nlohmann::json::array()) {
      const std::string from = change.value("fromType", "");
      const std::string to = change.value("toType", "");
      const Result<DataType> from_type = ParseTypeName(from);
      const Result<DataType> to_type = ParseTypeName(to);
      if (!from_type || !to_type || !IsIcebergWidening(*from_type, *to_type)) {
        Report(name,
               fmt::format("{} is not possible where the column once was {} and now is {}",
                           NameOf(version_), from, to),
               "ALTER TABLE ... DROP FEATURE typeWidening rewrites the files");
      }
    }
  }

  void CheckNestedIds() {
    std::map<int32_t, std::string> used;
    CollectIds(metadata_.schema.fields, used);
    VisitNestedFields(metadata_.schema.fields, [&](const Field& field, const std::string& path) {
      const auto ids = NestedFieldIds(field);
      const auto id = ids.find(path);
      if (id == ids.end()) {
        Report(field.name, fmt::format("{} needs an id for {}", NameOf(version_), path),
               "any ALTER TABLE by Limno gives it one");
      } else if (const auto [other, is_new] = used.emplace(id->second, path); !is_new) {
        Report(field.name,
               fmt::format("{} has the id {}, as {} has", path, id->second, other->second),
               "restore a version before one of them came");
      }
    });
  }

  static void CollectIds(const std::vector<Field>& fields, std::map<int32_t, std::string>& ids) {
    for (const Field& field : fields) {
      if (const auto id = FieldId(field)) {
        ids.emplace(*id, field.name);
      }
      CollectIds(field.type.children, ids);
    }
  }

  const Metadata& metadata_;
  const int version_;
  std::vector<CompatProblem> problems_;
};

tl::unexpected<Error> Refuse(std::string message, std::string where, std::string hint) {
  return Fail(ErrorKind::kRefused, std::move(message), std::move(where), std::move(hint));
}

/// Replacing a table brings other names in files, renaming a column another name for users: only
/// both at once make another partitioning.
Result<void> CheckPartitioning(int version, const Metadata& before, const Metadata& after) {
  const bool same = before.partition_columns == after.partition_columns ||
                    PhysicalPartitionColumns(before) == PhysicalPartitionColumns(after);
  if (before.partition_columns.empty() || same) {
    return {};
  }
  return Refuse(fmt::format("{} does not allow other partition columns than {}", NameOf(version),
                            fmt::join(before.partition_columns, ", ")),
                "partition columns",
                fmt::format("keep them, or SET ('{}' = 'false') first", PropertyOf(version)));
}

Result<void> CheckFile(int version, const DataFile& file, const char* advice) {
  if (version < 3 && file.deletion_vector) {
    return Refuse(NameOf(version) + " allows no file with deleted rows in it", file.path, advice);
  }
  if (!StatedRowCount(file.statistics)) {
    return Refuse(NameOf(version) + " needs to know how many rows each file has", file.path,
                  advice);
  }
  return {};
}

/// Whether what was written before can stay where a version is switched on.
Result<void> CheckOldFiles(int version, const Change& change, const DeltaSnapshot& before) {
  std::unordered_set<std::string> removed;
  for (const DataFilePtr& file : change.removed) {
    removed.insert(file->Key());
  }
  Result<void> outcome;
  bool stays = false;
  before.files.ForEach([&](const DataFilePtr& file) {
    if (!removed.contains(file->Key())) {
      stays = true;
      outcome = CheckFile(version, *file,
                          "ALTER TABLE ... DROP FEATURE deletionVectors, or FSCK REPAIR TABLE for "
                          "row counts, first");
    }
    return outcome.has_value();
  });
  LIMNO_TRY(outcome);
  if (!stays) {
    return {};
  }
  if (version == 1 && !before.metadata.partition_columns.empty() &&
      !MaterializesPartitions(&before.protocol, before.metadata)) {
    return Refuse("icebergCompatV1 needs the partition columns in files that may not have them",
                  before.metadata.partition_columns.front(),
                  "CREATE OR REPLACE TABLE ... AS SELECT, or switch "
                  "delta.enableIcebergCompatV2 on, which asks it of new files only");
  }
  if (version == 3 && TracksRows(before.metadata)) {
    return Refuse("icebergCompatV3 needs ids of rows in columns that older files do not have so",
                  kRowTrackingProperty,
                  "ALTER TABLE ... DROP FEATURE rowTracking first, or CREATE OR REPLACE TABLE ... "
                  "AS SELECT");
  }
  return {};
}

}  // namespace

int IcebergCompatVersion(const Metadata& metadata) {
  for (int version = kVersions; version > 0; --version) {
    if (PropertyIsTrue(metadata, PropertyOf(version))) {
      return version;
    }
  }
  return 0;
}

void CompleteForIceberg(Metadata& metadata, const Metadata* before) {
  const int version = IcebergCompatVersion(metadata);
  if (version == 0) {
    return;
  }
  auto& properties = metadata.properties;
  const auto mapped = before == nullptr            ? std::string("name")
                      : UsesColumnMapping(*before) ? before->properties.at(kModeProperty)
                                                   : std::string();
  if (!mapped.empty()) {
    properties.try_emplace(kModeProperty, mapped);
  }
  if (version < 3) {
    properties.try_emplace(kVectorsProperty, "false");
  } else {
    properties.try_emplace(kRowTrackingProperty, "true");
  }
}

bool IsIcebergWidening(const DataType& from, const DataType& to) {
  const auto rank = [](TypeKind kind) {
    constexpr std::array kIntegers{TypeKind::kByte, TypeKind::kShort, TypeKind::kInteger,
                                   TypeKind::kLong};
    return std::find(kIntegers.begin(), kIntegers.end(), kind) - kIntegers.begin();
  };
  constexpr std::ptrdiff_t kIntegerKinds = 4;
  if (rank(to.kind) < kIntegerKinds) {
    return rank(from.kind) <= rank(to.kind);
  }
  if (to.kind == TypeKind::kDecimal && from.kind == TypeKind::kDecimal) {
    return from.scale == to.scale && from.precision <= to.precision;
  }
  return from == to || (from.kind == TypeKind::kFloat && to.kind == TypeKind::kDouble);
}

std::vector<CompatProblem> IcebergCompatProblems(const Metadata& metadata) {
  return CompatCheck(metadata).Run();
}

Result<void> CheckIcebergCompat(const Change& change, const DeltaSnapshot& before,
                                const Protocol& protocol, const Metadata& metadata) {
  const int version = IcebergCompatVersion(metadata);
  if (version == 0) {
    return {};
  }
  const int version_before = before.version < 0 ? 0 : IcebergCompatVersion(before.metadata);
  if (change.metadata || !change.dropped_features.empty() || before.version < 0) {
    const std::vector<CompatProblem> problems = IcebergCompatProblems(metadata);
    if (!problems.empty()) {
      return Refuse(problems[0].detail, problems[0].where, problems[0].advice);
    }
  }
  if (version == 1 && HasFeature(protocol, "deletionVectors") &&
      (version_before != 1 || !HasFeature(before.protocol, "deletionVectors"))) {
    return Refuse("icebergCompatV1 does not go with the feature deletionVectors", "deletionVectors",
                  "ALTER TABLE ... DROP FEATURE deletionVectors first");
  }
  if (version_before > 0) {
    LIMNO_TRY(CheckPartitioning(version, before.metadata, metadata));
  }
  if (before.version >= 0 && version_before != version) {
    LIMNO_TRY(CheckOldFiles(version, change, before));
  }
  for (const DataFile& file : change.added) {
    LIMNO_TRY(CheckFile(version, file,
                        "write the rows anew instead, or SET ('delta.enableIcebergCompatV*' = "
                        "'false') first"));
  }
  return {};
}

}  // namespace limno::table::delta
