#include "engine/layout_settings.h"

#include <algorithm>
#include <charconv>

#include "base/name_match.h"

namespace limno::engine {
namespace {

constexpr uint64_t kMegabyte = uint64_t{1} << 20;
constexpr uint64_t kGigabyte = uint64_t{1} << 30;
constexpr uint64_t kTerabyte = uint64_t{1} << 40;

constexpr uint64_t kDefaultBytes = 128 * kMegabyte;
constexpr uint64_t kSmallestTuned = 256 * kMegabyte;
constexpr uint64_t kLargestTuned = kGigabyte;
/// Tables between these sizes have files between those.
constexpr uint64_t kTunedFrom = kTerabyte * 5 / 2;
constexpr uint64_t kTunedUpto = kTerabyte * 10;
constexpr uint64_t kRewrittenShare = 4;

constexpr char kTargetFileSize[] = "limno_optimize_target_file_size";
constexpr char kMaxDeletedRatio[] = "limno_optimize_max_deleted_rows_ratio";
constexpr char kMinCubeSize[] = "limno_clustering_min_cube_size";
constexpr char kTargetCubeSize[] = "limno_clustering_target_cube_size";
constexpr char kAutoCompact[] = "limno_auto_compact";
constexpr char kAutoCompactMinFiles[] = "limno_auto_compact_min_files";
constexpr char kAutoCompactFileSize[] = "limno_auto_compact_max_file_size";
constexpr char kOptimizeWrite[] = "limno_optimize_write";

/// Multiplier of a size suffix; 0 for an unknown one.
uint64_t UnitBytes(const std::string& unit) {
  if (unit.empty() || unit == "b") {
    return 1;
  }
  if (unit == "k" || unit == "kb") {
    return uint64_t{1} << 10;
  }
  if (unit == "m" || unit == "mb") {
    return kMegabyte;
  }
  if (unit == "g" || unit == "gb") {
    return kGigabyte;
  }
  if (unit == "t" || unit == "tb") {
    return kTerabyte;
  }
  return 0;
}

Value SettingOf(ClientContext& context, const char* name) {
  Value value;
  (void)context.TryGetCurrentSetting(name, value);
  return value;
}

/// nullopt if it is not set.
Result<std::optional<uint64_t>> SizeSetting(ClientContext& context, const char* name) {
  const Value value = SettingOf(context, name);
  if (value.IsNull() || value.ToString().empty()) {
    return std::optional<uint64_t>();
  }
  const auto bytes = ParseBytes(value.ToString());
  if (!bytes) {
    return Fail(ErrorKind::kUsage,
                std::string(name) + " needs a size as '64mb', not '" + value.ToString() + "'");
  }
  return bytes;
}

Result<std::optional<bool>> ChoiceSetting(ClientContext& context, const char* name) {
  const Value value = SettingOf(context, name);
  const std::string text = value.IsNull() ? "" : base::FoldCase(value.ToString());
  if (text.empty()) {
    return std::optional<bool>();
  }
  if (text != "true" && text != "false") {
    return Fail(ErrorKind::kUsage, std::string(name) +
                                       " is 'true', 'false' or '' (as the table "
                                       "says), not '" +
                                       value.ToString() + "'");
  }
  return std::optional<bool>(text == "true");
}

bool PropertyIs(const table::Metadata& metadata, const char* name, const char* wanted) {
  const auto property = metadata.properties.find(name);
  return property != metadata.properties.end() && base::FoldCase(property->second) == wanted;
}

/// The older property switches on both.
bool Chooses(const table::Metadata& metadata, const std::optional<bool>& setting,
             const char* property) {
  return setting ? *setting
                 : PropertyIs(metadata, "delta.autoOptimize", "true") ||
                       PropertyIs(metadata, property, "true");
}

std::optional<uint64_t> StatedTarget(const table::Metadata& metadata) {
  const auto property = metadata.properties.find("delta.targetFileSize");
  return property == metadata.properties.end() ? std::nullopt : ParseBytes(property->second);
}

}  // namespace

std::optional<uint64_t> ParseBytes(const std::string& text) {
  const std::string folded = base::FoldCase(text);
  uint64_t number = 0;
  const auto [rest, error] = std::from_chars(folded.data(), folded.data() + folded.size(), number);
  std::string suffix(rest, folded.data() + folded.size());
  suffix.erase(0, std::min(suffix.find_first_not_of(' '), suffix.size()));
  const uint64_t unit = UnitBytes(suffix);
  if (error != std::errc() || unit == 0 || number == 0 || number > UINT64_MAX / unit) {
    return std::nullopt;
  }
  return number * unit;
}

Result<LayoutSettings> LayoutSettings::Of(ClientContext& context) {
  LayoutSettings settings;
  LIMNO_ASSIGN(settings.target_file_bytes, SizeSetting(context, kTargetFileSize));
  LIMNO_ASSIGN(const auto min_cube, SizeSetting(context, kMinCubeSize));
  LIMNO_ASSIGN(const auto target_cube, SizeSetting(context, kTargetCubeSize));
  LIMNO_ASSIGN(const auto compacted, SizeSetting(context, kAutoCompactFileSize));
  LIMNO_ASSIGN(settings.auto_compact, ChoiceSetting(context, kAutoCompact));
  LIMNO_ASSIGN(settings.optimize_write, ChoiceSetting(context, kOptimizeWrite));
  settings.min_cube_bytes = min_cube.value_or(100 * kGigabyte);
  settings.target_cube_bytes =
      std::max(settings.min_cube_bytes, target_cube.value_or(150 * kGigabyte));
  settings.auto_compact_file_bytes = compacted.value_or(kDefaultBytes);
  settings.max_deleted_ratio = SettingOf(context, kMaxDeletedRatio).GetValue<double>();
  settings.auto_compact_min_files = SettingOf(context, kAutoCompactMinFiles).GetValue<uint64_t>();
  if (!(settings.max_deleted_ratio >= 0 && settings.max_deleted_ratio <= 1)) {
    return Fail(ErrorKind::kUsage, std::string(kMaxDeletedRatio) + " lies between 0 and 1");
  }
  return settings;
}

void RegisterLayoutSettings(duckdb::DatabaseInstance& database) {
  auto& config = duckdb::DBConfig::GetConfig(database);
  const auto add = [&](const char* name, const char* description, const LogicalType& type,
                       const Value& value) {
    config.AddExtensionOption(name, description, type, value);
  };
  add(kTargetFileSize, "Size of the files that OPTIMIZE makes; '': by the size of the table",
      LogicalType::VARCHAR, Value(""));
  add(kMaxDeletedRatio, "OPTIMIZE rewrites files with a larger share of deleted rows",
      LogicalType::DOUBLE, Value::DOUBLE(LayoutSettings().max_deleted_ratio));
  add(kMinCubeSize, "Clustered files of one run that hold so much are left alone",
      LogicalType::VARCHAR, Value("100gb"));
  add(kTargetCubeSize, "How much OPTIMIZE clusters in one run at most", LogicalType::VARCHAR,
      Value("150gb"));
  add(kAutoCompact, "Compact after commits: 'true', 'false', '': as the table says",
      LogicalType::VARCHAR, Value(""));
  add(kAutoCompactMinFiles, "Small files of a partition that are worth a compaction",
      LogicalType::UBIGINT, Value::UBIGINT(LayoutSettings().auto_compact_min_files));
  add(kAutoCompactFileSize, "Size of the files that compaction after a commit makes",
      LogicalType::VARCHAR, Value("128mb"));
  add(kOptimizeWrite,
      "Gather rows of one partition before writing: 'true', 'false', '': as the "
      "table says",
      LogicalType::VARCHAR, Value(""));
}

uint64_t TargetFileBytes(const table::Metadata& metadata) {
  return StatedTarget(metadata).value_or(kDefaultBytes);
}

uint64_t TunedFileBytes(const table::Metadata& metadata, const LayoutSettings& settings,
                        uint64_t table_bytes) {
  if (const auto stated = StatedTarget(metadata)) {
    return *stated;
  }
  if (settings.target_file_bytes) {
    return *settings.target_file_bytes;
  }
  const uint64_t size = std::clamp(table_bytes, kTunedFrom, kTunedUpto);
  const double share =
      static_cast<double>(size - kTunedFrom) / static_cast<double>(kTunedUpto - kTunedFrom);
  const uint64_t tuned =
      kSmallestTuned +
      static_cast<uint64_t>(share * static_cast<double>(kLargestTuned - kSmallestTuned));
  return PropertyIs(metadata, "delta.tuneFileSizesForRewrites", "true") ? tuned / kRewrittenShare
                                                                        : tuned;
}

bool AutoCompacts(const table::Metadata& metadata, const LayoutSettings& settings) {
  return Chooses(metadata, settings.auto_compact, "delta.autoOptimize.autoCompact");
}

bool OptimizesWrites(const table::Metadata& metadata, const LayoutSettings& settings) {
  return Chooses(metadata, settings.optimize_write, "delta.autoOptimize.optimizeWrite");
}

}  // namespace limno::engine
