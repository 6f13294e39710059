#include "engine/clone_definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <sstream>
#include <string_view>

#include "engine/property_names.h"

namespace limno::engine {
namespace {

constexpr const char* kHighestColumnId = "delta.columnMapping.maxColumnId";
constexpr const char* kMappingMode = "delta.columnMapping.mode";
constexpr std::string_view kRowTrackingNames = "delta.rowTracking.";
constexpr int64_t kFirstWriterWithFeatures = 7;

/// What properties say of the log that they are in, and of no other.
constexpr const char* kOfTheLog[] = {"delta.inCommitTimestampEnablementTimestamp",
                                     "delta.inCommitTimestampEnablementVersion",
                                     "delta.requireCheckpointProtectionBeforeVersion"};
/// Features that do not come along: they are about the source's own log.
constexpr std::string_view kFeaturesOfTheLog[] = {
    "checkpointProtection", "catalogManaged", "catalogOwned-preview", "coordinatedCommits-preview"};

std::string PropertyOf(const table::Metadata& metadata, const std::string& name) {
  const auto found = metadata.properties.find(name);
  return found == metadata.properties.end() ? std::string() : found->second;
}

/// -1 for a text that is no number.
int64_t ParseNumber(const std::string& text) {
  int64_t number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

int64_t NumberOf(const table::Metadata& metadata, const std::string& property) {
  return ParseNumber(PropertyOf(metadata, property));
}

class CloneDefinition {
 public:
  CloneDefinition(table::Table& source_table, const table::Snapshot& source,
                  const table::Snapshot* target)
      : source_table_(source_table), source_(source), target_(target) {}

  Result<table::Metadata> Make(
      const std::vector<std::pair<std::string, std::string>>& properties) const {
    table::Metadata metadata = source_.metadata;
    const table::Metadata none;
    const table::Metadata& before = target_ == nullptr ? none : target_->metadata;
    metadata.id = before.id;
    metadata.name = before.name;
    metadata.created_millis = before.created_millis;
    metadata.unknown_members = before.unknown_members;
    TakeFromLog(before, metadata);
    AddFeatures(metadata);
    for (const auto& [name, value] : properties) {
      LIMNO_ASSIGN(const std::string property, PropertyName(name));
      metadata.properties[property] = value;
    }
    if (PropertyOf(metadata, kMappingMode) != PropertyOf(source_.metadata, kMappingMode)) {
      return Fail(
          ErrorKind::kRefused,
          fmt::format("a clone has the {} of its source: its files are the same", kMappingMode), {},
          "clone first, then ALTER TABLE");
    }
    return metadata;
  }

 private:
  /// Times and numbers of a log never go back, and rows of a clone are others than the source's.
  static void TakeFromLog(const table::Metadata& before, table::Metadata& metadata) {
    const auto is_of_log = [](const std::string& name) {
      return name.starts_with(kRowTrackingNames) ||
             std::find(std::begin(kOfTheLog), std::end(kOfTheLog), name) != std::end(kOfTheLog);
    };
    std::erase_if(metadata.properties,
                  [&](const auto& property) { return is_of_log(property.first); });
    for (const auto& [name, value] : before.properties) {
      if (is_of_log(name) || name == "delta.enableInCommitTimestamps") {
        metadata.properties[name] = value;
      }
    }
    const int64_t highest =
        std::max(NumberOf(before, kHighestColumnId), NumberOf(metadata, kHighestColumnId));
    if (highest >= 0) {
      metadata.properties[kHighestColumnId] = std::to_string(highest);
    }
  }

  void AddFeatures(table::Metadata& metadata) const {
    auto detail = source_table_.FormatDetail(source_);
    // By legacy numbers a table only has what it makes use of.
    if (ParseNumber(detail["minWriterVersion"]) < kFirstWriterWithFeatures) {
      return;
    }
    std::istringstream features(detail["tableFeatures"]);
    for (std::string feature; std::getline(features, feature, ',');) {
      if (std::find(std::begin(kFeaturesOfTheLog), std::end(kFeaturesOfTheLog), feature) ==
          std::end(kFeaturesOfTheLog)) {
        metadata.properties["delta.feature." + feature] = "supported";
      }
    }
  }

  table::Table& source_table_;
  const table::Snapshot& source_;
  const table::Snapshot* target_;
};

}  // namespace

Result<table::Metadata> DefineClone(
    table::Table& source_table, const table::Snapshot& source, const table::Snapshot* target,
    const std::vector<std::pair<std::string, std::string>>& properties) {
  return CloneDefinition(source_table, source, target).Make(properties);
}

}  // namespace limno::engine
