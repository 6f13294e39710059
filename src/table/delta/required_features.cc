#include "table/delta/required_features.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "table/delta/materialized_partitions.h"
#include "table/delta/protocol.h"
#include "table/row_rule.h"

namespace limno::table::delta {
namespace {

constexpr const char* kVectorsProperty = "delta.enableDeletionVectors";
constexpr std::string_view kFeatureDirective = "delta.feature.";

struct PropertyFeature {
  const char* property;
  /// The value that makes use of the feature; nullptr: any but "none".
  const char* value;
  const char* feature;
};

constexpr PropertyFeature kPropertyFeatures[] = {
    {"delta.appendOnly", "true", "appendOnly"},
    {"delta.enableChangeDataFeed", "true", "changeDataFeed"},
    {kVectorsProperty, "true", "deletionVectors"},
    {"delta.enableInCommitTimestamps", "true", "inCommitTimestamp"},
    {kMaterializationProperty, "true", "materializePartitionColumns"},
    {"delta.enableRowTracking", "true", "rowTracking"},
    {"delta.enableTypeWidening", "true", "typeWidening"},
    {"delta.enableVariantShredding", "true", "variantShredding"},
    {"delta.enableIcebergCompatV1", "true", "icebergCompatV1"},
    {"delta.enableIcebergCompatV2", "true", "icebergCompatV2"},
    {"delta.enableIcebergCompatV3", "true", "icebergCompatV3"},
    {"delta.checkpointPolicy", "v2", "v2Checkpoint"},
    {"delta.columnMapping.mode", nullptr, "columnMapping"},
};

struct AnnotationFeature {
  const char* key;
  const char* feature;
};

constexpr AnnotationFeature kAnnotationFeatures[] = {
    {"delta.invariants", "invariants"},
    {"delta.generationExpression", "generatedColumns"},
    {"delta.identity.start", "identityColumns"},
    {"CURRENT_DEFAULT", "allowColumnDefaults"},
};

void CollectFromFields(const std::vector<Field>& fields, std::set<std::string>& features) {
  for (const Field& field : fields) {
    for (const auto& [key, feature] : kAnnotationFeatures) {
      if (field.metadata.count(key) > 0) {
        features.insert(feature);
      }
    }
    if (field.type.kind == TypeKind::kTimestampNtz) {
      features.insert("timestampNtz");
    } else if (field.type.kind == TypeKind::kVariant) {
      features.insert("variantType");
    }
    CollectFromFields(field.type.children, features);
  }
}

void CollectFromProperties(const Metadata& metadata, std::set<std::string>& features) {
  for (const auto& [property, value, feature] : kPropertyFeatures) {
    const auto found = metadata.properties.find(property);
    if (found == metadata.properties.end()) {
      continue;
    }
    if (value == nullptr ? found->second != "none" : found->second == value) {
      features.insert(feature);
    }
  }
  for (const auto& [name, value] : metadata.properties) {
    if (name.starts_with(kConstraintPrefix)) {
      features.insert("checkConstraints");
    }
  }
}

/// Takes "delta.feature.x" properties out; they are requests, not state.
void TakeDirectives(Metadata& metadata, std::set<std::string>& features) {
  for (auto property = metadata.properties.begin(); property != metadata.properties.end();) {
    if (property->first.rfind(kFeatureDirective, 0) == 0) {
      features.insert(FeatureNamed(property->first.substr(kFeatureDirective.size())));
      property = metadata.properties.erase(property);
    } else {
      ++property;
    }
  }
}

bool AddsVectors(const Change& change) {
  return std::any_of(change.added.begin(), change.added.end(),
                     [](const DataFile& file) { return file.deletion_vector.has_value(); });
}

Result<void> EnableVectors(const DeltaSnapshot& before, Requirements& requirements) {
  const Metadata& current = requirements.metadata ? *requirements.metadata : before.metadata;
  const auto property = current.properties.find(kVectorsProperty);
  if (property == current.properties.end()) {
    Metadata enabled = current;
    enabled.properties[kVectorsProperty] = "true";
    requirements.metadata = std::move(enabled);
  } else if (property->second != "true") {
    return Fail(ErrorKind::kRefused, "the table is set not to have deletion vectors", {},
                "rewrite the files instead, or set delta.enableDeletionVectors to true");
  }
  return {};
}

}  // namespace

Result<Requirements> RequirementsOf(const Change& change, const DeltaSnapshot& before) {
  Requirements requirements;
  std::set<std::string> features;
  requirements.metadata = change.metadata;
  // Restoring an old version brings its vectors back without asking for new ones.
  const bool restores = change.operation.name == "RESTORE";
  if (AddsVectors(change)) {
    features.insert("deletionVectors");
    if (!restores) {
      LIMNO_TRY(EnableVectors(before, requirements));
    }
  }
  if (!change.domains.empty()) {
    features.insert("domainMetadata");
  }
  if (requirements.metadata) {
    if (requirements.metadata->clustering_columns) {
      features.insert({"clustering", "domainMetadata"});
    }
    TakeDirectives(*requirements.metadata, features);
    features.merge(FeaturesUsedBy(*requirements.metadata));
  }
  if (features.count("variantShredding") > 0) {
    features.insert("variantType");
  }
  if (features.count("rowTracking") > 0) {
    features.insert("domainMetadata");
  }
  const Protocol protocol = before.version < 0 ? NewTableProtocol() : before.protocol;
  for (const std::string& feature : features) {
    // What has the preview of a feature stays with it: engines that know the one need not know
    // both.
    if (!IsListedWhole(protocol, feature) && !IsListedWhole(protocol, feature + "-preview")) {
      requirements.features.push_back(feature);
    }
  }
  return requirements;
}

std::set<std::string> FeaturesUsedBy(const Metadata& metadata) {
  std::set<std::string> features;
  CollectFromProperties(metadata, features);
  CollectFromFields(metadata.schema.fields, features);
  return features;
}

Protocol NewTableProtocol() { return Protocol{}; }

}  // namespace limno::table::delta
