#include "table/delta/checkpoint_parsed_columns.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "table/delta/protocol.h"
#include "table/delta/statistics_columns.h"
#include "table/delta/statistics_json.h"
#include "table/physical_name.h"
#include "table/timestamp_text.h"

namespace limno::table::delta {
namespace {

constexpr int64_t kMicrosPerDay = 86'400'000'000;

bool IsSet(const Metadata& metadata, const char* property, bool otherwise) {
  const auto found = metadata.properties.find(property);
  if (found == metadata.properties.end()) {
    return otherwise;
  }
  return found->second == "true" || (found->second != "false" && otherwise);
}

std::string Joined(const std::vector<std::string>& path) {
  std::string joined;
  for (const std::string& name : path) {
    joined.append(name).push_back('\0');
  }
  return joined;
}

/// Puts a leaf under `root`, with the structs that lead to it.
void Insert(ParsedColumn& root, const std::vector<std::string>& path, const DataType& type,
            size_t leaf) {
  ParsedColumn* column = &root;
  for (const std::string& name : path) {
    const auto found = std::find_if(column->children.begin(), column->children.end(),
                                    [&](const ParsedColumn& child) { return child.name == name; });
    if (found != column->children.end()) {
      column = &*found;
    } else {
      column = &column->children.emplace_back();
      column->name = name;
    }
  }
  column->type = type;
  column->leaf = leaf;
}

ArrowColumn MakeColumn(const ParsedColumn& column, const std::string& name) {
  if (column.children.empty()) {
    return *ArrowColumn::OfType(name, column.type);
  }
  std::vector<ArrowColumn> children;
  children.reserve(column.children.size());
  for (const ParsedColumn& child : column.children) {
    children.push_back(MakeColumn(child, child.name));
  }
  return ArrowColumn::Struct(name, std::move(children));
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional<Number>(number) : std::nullopt;
}

std::optional<int64_t> ParseInteger(const DataType& type, std::string_view text) {
  const int bits = type.kind == TypeKind::kByte      ? 8
                   : type.kind == TypeKind::kShort   ? 16
                   : type.kind == TypeKind::kInteger ? 32
                                                     : 64;
  const std::optional<int64_t> number = ParseNumber<int64_t>(text);
  const int64_t greatest = std::numeric_limits<int64_t>::max() >> (64 - bits);
  return number && *number <= greatest && *number >= -greatest - 1 ? number : std::nullopt;
}

/// "-12.5" at scale 3 -> -12500; nullopt if it has more digits than the type.
std::optional<WideInteger> ParseDecimal(const DataType& type, std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  text.remove_prefix(negative ? 1 : 0);
  const size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  const auto scale = static_cast<size_t>(type.scale);
  if (fraction.substr(std::min(scale, fraction.size())).find_first_not_of('0') !=
      std::string_view::npos) {
    return std::nullopt;
  }
  digits.append(fraction.substr(0, scale));
  digits.append(scale - std::min(scale, fraction.size()), '0');
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() > static_cast<size_t>(type.precision) || text.empty() ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  WideInteger unscaled = 0;
  for (const char digit : digits) {
    unscaled = unscaled * 10 + (digit - '0');
  }
  return negative ? -unscaled : unscaled;
}

template <typename Value>
bool AppendIf(const std::optional<Value>& value, ArrowColumn& column) {
  if (value) {
    column.Append(*value);
  }
  return value.has_value();
}

/// False, with nothing appended, if the text is no value of the type.
bool AppendValue(ArrowColumn& column, const DataType& type, std::string_view text) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      if (text == "true" || text == "false") {
        column.AppendBool(text == "true");
        return true;
      }
      return false;
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
      return AppendIf(ParseInteger(type, text), column);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      if (const std::optional<double> number = ParseNumber<double>(text)) {
        column.AppendDouble(*number);
        return true;
      }
      return false;
    case TypeKind::kDecimal:
      if (const std::optional<WideInteger> unscaled = ParseDecimal(type, text)) {
        column.AppendDecimal(*unscaled);
        return true;
      }
      return false;
    case TypeKind::kString:
    case TypeKind::kBinary:
      column.Append(text);
      return true;
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      if (const std::optional<ParsedTimestamp> time = ParseTimestamp(text)) {
        const bool is_date = type.kind == TypeKind::kDate;
        const int64_t days = time->micros / kMicrosPerDay - (time->micros % kMicrosPerDay < 0);
        column.Append(is_date ? days : time->micros);
        return true;
      }
      return false;
    default:
      return false;
  }
}

using ColumnValues = std::vector<const ColumnStatistics*>;

/// `append(column, definition, statistics)` puts one value where there are statistics; false: null.
template <typename AppendLeaf>
void AppendTree(ArrowColumn& column, const ParsedColumn& definition, const ColumnValues& values,
                const AppendLeaf& append) {
  if (definition.children.empty()) {
    const ColumnStatistics* statistics = values[definition.leaf];
    if (statistics == nullptr || !append(column, definition, *statistics)) {
      column.AppendNull();
    }
    return;
  }
  for (size_t index = 0; index < definition.children.size(); ++index) {
    AppendTree(column.child(index), definition.children[index], values, append);
  }
  column.AppendStruct();
}

}  // namespace

StatisticsForms CheckpointStatistics(const Metadata& metadata) {
  return {IsSet(metadata, "delta.checkpoint.writeStatsAsJson", true),
          IsSet(metadata, "delta.checkpoint.writeStatsAsStruct", true)};
}

ParsedFileColumns::ParsedFileColumns(const DeltaSnapshot& snapshot)
    : snapshot_(snapshot), states_tightness_(HasFeature(snapshot.protocol, "deletionVectors")) {
  for (const StatisticsColumn& column : StatisticsColumns(snapshot.metadata)) {
    const size_t number = numbers_.size();
    if (!numbers_.emplace(Joined(column.path), number).second) {
      continue;
    }
    if (HasBounds(column.type)) {
      Insert(bounds_, column.path, column.type, number);
    }
    Insert(null_counts_, column.path, Primitive(TypeKind::kLong), number);
  }
  for (const std::string& name : snapshot.metadata.partition_columns) {
    const Field* field = snapshot.metadata.schema.Find(name);
    if (field != nullptr && ArrowColumn::OfType("", field->type)) {
      partition_.push_back({PhysicalName(*field), field->type, {}, 0});
    }
  }
}

std::vector<ArrowColumn> ParsedFileColumns::Make() const {
  std::vector<ArrowColumn> members;
  members.push_back(ArrowColumn::Int64("numRecords"));
  if (!bounds_.children.empty()) {
    members.push_back(MakeColumn(bounds_, "minValues"));
    members.push_back(MakeColumn(bounds_, "maxValues"));
  }
  if (!null_counts_.children.empty()) {
    members.push_back(MakeColumn(null_counts_, "nullCount"));
  }
  if (states_tightness_) {
    members.push_back(ArrowColumn::Bool("tightBounds"));
  }
  std::vector<ArrowColumn> columns;
  columns.push_back(ArrowColumn::Struct("stats_parsed", std::move(members)));
  if (!partition_.empty()) {
    std::vector<ArrowColumn> values;
    values.reserve(partition_.size());
    for (const ParsedColumn& column : partition_) {
      values.push_back(MakeColumn(column, column.name));
    }
    columns.push_back(ArrowColumn::Struct("partitionValues_parsed", std::move(values)));
  }
  return columns;
}

void ParsedFileColumns::Append(ArrowColumn& parent, size_t first, const DataFile& file) const {
  AppendStatistics(parent.child(first), file);
  if (!partition_.empty()) {
    AppendPartition(parent.child(first + 1), file);
  }
}

void ParsedFileColumns::AppendStatistics(ArrowColumn& column, const DataFile& file) const {
  if (file.statistics.empty()) {
    column.AppendNull();
    return;
  }
  const FileStatistics statistics = ParseStatistics(file.statistics, snapshot_.metadata.schema);
  ColumnValues values(numbers_.size(), nullptr);
  for (const ColumnStatistics& of_column : statistics.columns) {
    if (const auto number = numbers_.find(Joined(of_column.path)); number != numbers_.end()) {
      values[number->second] = &of_column;
    }
  }
  size_t next = 0;
  column.child(next++).AppendOptional(statistics.row_count);
  if (!bounds_.children.empty()) {
    const auto bound = [](const std::optional<std::string> ColumnStatistics::*which) {
      return [which](ArrowColumn& leaf, const ParsedColumn& definition,
                     const ColumnStatistics& of_column) {
        const std::optional<std::string>& text = of_column.*which;
        return text && AppendValue(leaf, definition.type, *text);
      };
    };
    AppendTree(column.child(next++), bounds_, values, bound(&ColumnStatistics::min));
    AppendTree(column.child(next++), bounds_, values, bound(&ColumnStatistics::max));
  }
  if (!null_counts_.children.empty()) {
    AppendTree(column.child(next++), null_counts_, values,
               [](ArrowColumn& leaf, const ParsedColumn&, const ColumnStatistics& of_column) {
                 return AppendIf(of_column.null_count, leaf);
               });
  }
  if (states_tightness_) {
    column.child(next).AppendBool(statistics.tight_bounds);
  }
  column.AppendStruct();
}

void ParsedFileColumns::AppendPartition(ArrowColumn& column, const DataFile& file) const {
  for (size_t index = 0; index < partition_.size(); ++index) {
    const std::string& name = partition_[index].name;
    const auto value = std::find_if(file.partition_values.begin(), file.partition_values.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    const bool there = value != file.partition_values.end() && value->second;
    if (!there || !AppendValue(column.child(index), partition_[index].type, *value->second)) {
      column.child(index).AppendNull();
    }
  }
  column.AppendStruct();
}

}  // namespace limno::table::delta
