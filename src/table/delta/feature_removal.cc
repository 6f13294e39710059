#include "table/delta/feature_removal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/name_match.h"
#include "table/column_annotations.h"
#include "table/delta/materialized_partitions.h"
#include "table/delta/protocol.h"
#include "table/delta/required_features.h"
#include "table/delta/table_features.h"
#include "table/physical_name.h"
#include "table/row_rule.h"

namespace limno::table::delta {
namespace {

constexpr char kProtectedVersion[] = "delta.requireCheckpointProtectionBeforeVersion";

using Names = std::vector<std::string>;

/// Properties that go with a feature.
const std::map<std::string_view, Names>& PropertiesOf() {
  static const std::map<std::string_view, Names> kProperties{
      {"appendOnly", {"delta.appendOnly"}},
      {"changeDataFeed", {"delta.enableChangeDataFeed"}},
      {"checkpointProtection", {kProtectedVersion}},
      {"columnMapping", {"delta.columnMapping.mode", "delta.columnMapping.maxColumnId"}},
      {"icebergCompatV1", {"delta.enableIcebergCompatV1"}},
      {"icebergCompatV2", {"delta.enableIcebergCompatV2"}},
      {"icebergCompatV3", {"delta.enableIcebergCompatV3"}},
      {"inCommitTimestamp",
       {"delta.enableInCommitTimestamps", "delta.inCommitTimestampEnablementVersion",
        "delta.inCommitTimestampEnablementTimestamp"}},
      {"materializePartitionColumns", {kMaterializationProperty}},
      {"rowTracking",
       {"delta.enableRowTracking", "delta.rowTracking.materializedRowIdColumnName",
        "delta.rowTracking.materializedRowCommitVersionColumnName"}},
      {"typeWidening", {"delta.enableTypeWidening"}},
      {"v2Checkpoint", {"delta.checkpointPolicy"}},
  };
  return kProperties;
}

/// Features of which nothing is left once their properties are gone, or never was anything.
bool LeavesNothing(std::string_view feature) {
  constexpr std::string_view kFeatures[] = {
      "appendOnly",        "changeDataFeed",      "checkpointProtection",
      "icebergCompatV1",   "icebergCompatV2",     "icebergCompatV3",
      "inCommitTimestamp", "vacuumProtocolCheck", "materializePartitionColumns",
      "rowTracking",       "v2Checkpoint"};
  return std::find(std::begin(kFeatures), std::end(kFeatures), feature) != std::end(kFeatures);
}

/// Calls `visit(field, path)` for every field, those within columns too.
template <typename Fields, typename Visit>
void VisitFields(Fields& fields, const std::string& parent, const Visit& visit) {
  for (auto& field : fields) {
    const std::string path = parent.empty() ? field.name : parent + "." + field.name;
    visit(field, path);
    VisitFields(field.type.children, path, visit);
  }
}

Names FieldsWhere(const Metadata& metadata, const std::function<bool(const Field&)>& matches) {
  Names names;
  VisitFields(metadata.schema.fields, "", [&](const Field& field, const std::string& path) {
    if (matches(field)) {
      names.push_back(path);
    }
  });
  return names;
}

std::function<bool(const Field&)> Annotated(const char* key) {
  return [key](const Field& field) { return field.metadata.contains(key); };
}

std::function<bool(const Field&)> OfType(TypeKind kind) {
  return [kind](const Field& field) { return field.type.kind == kind; };
}

FeatureRemoval::History HistoryOf(const std::string& name) {
  if (name == "checkpointProtection") {
    return FeatureRemoval::History::kGoesFirst;
  }
  const TableFeature* feature = FindTableFeature(name);
  return feature != nullptr && feature->concerns_readers ? FeatureRemoval::History::kProtectedOrGoes
                                                         : FeatureRemoval::History::kStays;
}

class RemovalPlan {
 public:
  RemovalPlan(const DeltaSnapshot& snapshot, const std::string& feature)
      : snapshot_(snapshot), feature_(feature) {
    removal_.metadata = snapshot.metadata;
  }

  Result<FeatureRemoval> Make() {
    LIMNO_TRY(CheckPresent());
    removal_.history = HistoryOf(feature_);
    DropProperties();
    const std::string_view name = FinalName(feature_);
    if (name == "deletionVectors") {
      PlanVectors();
    } else if (name == "columnMapping") {
      LIMNO_TRY(PlanColumnMapping());
    } else if (name == "typeWidening") {
      PlanTypeWidening();
    } else if (!LeavesNothing(name)) {
      LIMNO_TRY(CheckUnused(name));
    }
    return std::move(removal_);
  }

 private:
  tl::unexpected<Error> Needed(const std::string& by, const std::string& hint) const {
    return Fail(ErrorKind::kRefused,
                fmt::format("the feature {} cannot be dropped: {} need it", feature_, by), {},
                hint);
  }

  Result<void> CheckPresent() const {
    const Names features = WriterFeatures(snapshot_.protocol);
    if (std::find(features.begin(), features.end(), feature_) == features.end()) {
      return Fail(ErrorKind::kNotFound, "the table does not have the feature " + feature_, {},
                  base::NearestNameHint(feature_, features));
    }
    for (const std::string& other : features) {
      const TableFeature* known = FindTableFeature(other);
      if (known != nullptr && known->Needs(feature_)) {
        return Needed("tables with the feature " + other, "drop that one first");
      }
    }
    return {};
  }

  void DropProperties() {
    const auto found = PropertiesOf().find(FinalName(feature_));
    if (found == PropertiesOf().end()) {
      return;
    }
    for (const std::string& property : found->second) {
      removal_.metadata_changes =
          removal_.metadata.properties.erase(property) > 0 || removal_.metadata_changes;
    }
  }

  void PlanVectors() {
    // Not only taken away: without a word on it, the next DELETE would switch them on again.
    std::string& enabled = removal_.metadata.properties["delta.enableDeletionVectors"];
    removal_.metadata_changes = enabled != "false";
    enabled = "false";
    snapshot_.files.ForEach([&](const DataFilePtr& file) {
      if (file->deletion_vector) {
        removal_.rewrite = FeatureRemoval::Rewrite::kFilesWithVectors;
      }
      return !file->deletion_vector;
    });
  }

  Result<void> PlanColumnMapping() {
    const Names reserved = FieldsWhere(snapshot_.metadata, [](const Field& field) {
      return field.name.find_first_of(kReservedInNames) != std::string::npos;
    });
    if (!reserved.empty()) {
      return Needed(fmt::format("the names of the columns {}", fmt::join(reserved, ", ")),
                    "rename them first");
    }
    bool mapped = false;
    VisitFields(removal_.metadata.schema.fields, "", [&](Field& field, const std::string&) {
      for (const char* key : {"delta.columnMapping.id", "delta.columnMapping.physicalName"}) {
        mapped = field.metadata.erase(key) > 0 || mapped;
      }
      // Ids of elements, keys and values, which only Iceberg's readers look at.
      field.metadata.erase("delta.columnMapping.nested.ids");
    });
    removal_.metadata_changes = removal_.metadata_changes || mapped;
    RewriteIf(mapped);
    return {};
  }

  void PlanTypeWidening() {
    bool widened = false;
    VisitFields(removal_.metadata.schema.fields, "", [&](Field& field, const std::string&) {
      widened = field.metadata.erase("delta.typeChanges") > 0 || widened;
    });
    removal_.metadata_changes = removal_.metadata_changes || widened;
    RewriteIf(widened);
  }

  void RewriteIf(bool needed) {
    if (needed && snapshot_.files.size() > 0) {
      removal_.rewrite = FeatureRemoval::Rewrite::kEverything;
    }
  }

  /// Features that stand for what only the user can take away.
  Result<void> CheckUnused(std::string_view name) const {
    const Metadata& metadata = snapshot_.metadata;
    if (name == "checkConstraints") {
      for (const auto& [property, value] : metadata.properties) {
        if (property.starts_with(kConstraintPrefix)) {
          return Needed("constraints such as " + property.substr(kConstraintPrefix.size()),
                        "ALTER TABLE ... DROP CONSTRAINT first");
        }
      }
      return {};
    }
    if (name == "domainMetadata" || name == "clustering") {
      const bool used = name == "clustering"
                            ? metadata.clustering_columns && !metadata.clustering_columns->empty()
                            : !snapshot_.domains.empty();
      return !used ? Result<void>()
                   : Needed(name == "clustering" ? "clustering columns" : "domains of the table",
                            name == "clustering" ? "ALTER TABLE ... CLUSTER BY NONE first" : "");
    }
    struct Use {
      std::string_view feature;
      std::function<bool(const Field&)> matches;
      const char* hint;
    };
    const Use uses[] = {
        {"allowColumnDefaults", Annotated(kDefaultAnnotation),
         "ALTER TABLE ... ALTER COLUMN ... DROP DEFAULT first"},
        {"generatedColumns", Annotated(kGenerationAnnotation), "drop the columns first"},
        {"identityColumns", IsIdentity, "drop the columns first"},
        {"invariants", Annotated("delta.invariants"), "drop the columns first"},
        {"timestampNtz", OfType(TypeKind::kTimestampNtz), "drop the columns first"},
        {"variantType", OfType(TypeKind::kVariant), "drop the columns first"},
    };
    for (const Use& use : uses) {
      if (use.feature != name) {
        continue;
      }
      const Names columns = FieldsWhere(metadata, use.matches);
      return columns.empty()
                 ? Result<void>()
                 : Needed(fmt::format("the columns {}", fmt::join(columns, ", ")), use.hint);
    }
    return Fail(ErrorKind::kUnsupported,
                "the feature " + feature_ + " cannot be dropped by Limno " LIMNO_VERSION, {},
                "use Spark with Delta Lake for it");
  }

  const DeltaSnapshot& snapshot_;
  const std::string& feature_;
  FeatureRemoval removal_;
};

}  // namespace

Result<FeatureRemoval> PlanFeatureRemoval(const DeltaSnapshot& snapshot,
                                          const std::string& feature) {
  return RemovalPlan(snapshot, feature).Make();
}

Result<void> CheckDroppedFeatures(const Change& change, const DeltaSnapshot& before) {
  for (const std::string& feature : change.dropped_features) {
    LIMNO_ASSIGN(const FeatureRemoval removal, PlanFeatureRemoval(before, feature));
    const bool in_use =
        removal.rewrite != FeatureRemoval::Rewrite::kNothing ||
        FeaturesUsedBy(change.metadata ? *change.metadata : before.metadata).contains(feature);
    if (in_use) {
      return Fail(ErrorKind::kRefused, "the feature " + feature + " is still in use", {},
                  "run the statement again");
    }
  }
  return {};
}

bool ProtectHistory(const Change& change, int64_t version, Metadata& metadata) {
  const bool protects =
      !change.history_is_truncated &&
      std::any_of(change.dropped_features.begin(), change.dropped_features.end(),
                  [](const auto& name) {
                    return HistoryOf(name) == FeatureRemoval::History::kProtectedOrGoes;
                  });
  if (protects) {
    metadata.properties[kProtectedVersion] = std::to_string(version);
  }
  return protects;
}

}  // namespace limno::table::delta
