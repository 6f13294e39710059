#include "table/delta/statistics_columns.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <string_view>

#include "table/delta/column_mapping.h"

namespace limno::table::delta {
namespace {

constexpr size_t kDefaultIndexedColumns = 32;
constexpr const char* kIndexedColumnsProperty = "delta.dataSkippingNumIndexedCols";
constexpr const char* kColumnListProperty = "delta.dataSkippingStatsColumns";

using NamePath = std::vector<std::string>;

/// Takes "a, b.c, `d.e`.f" apart; backticks quote, doubled ones stand for themselves.
std::vector<NamePath> ParseColumnList(std::string_view text) {
  std::vector<NamePath> columns;
  NamePath path;
  std::string name;
  bool quoted = false;
  bool was_quoted = false;
  const auto end_name = [&] {
    if (!was_quoted) {
      const size_t first = std::min(name.find_first_not_of(" \t\n"), name.size());
      name.erase(0, first);
      name.erase(name.find_last_not_of(" \t\n") + 1);
    }
    if (!name.empty()) {
      path.push_back(name);
    }
    name.clear();
    was_quoted = false;
  };
  const auto end_column = [&] {
    end_name();
    if (!path.empty()) {
      columns.push_back(path);
    }
    path.clear();
  };
  for (size_t index = 0; index < text.size(); ++index) {
    const char character = text[index];
    if (character == '`') {
      if (quoted && index + 1 < text.size() && text[index + 1] == '`') {
        name += '`';
        ++index;
        continue;
      }
      if (!quoted) {
        name.clear();
        was_quoted = true;
      }
      quoted = !quoted;
    } else if (!quoted && character == '.') {
      end_name();
    } else if (!quoted && character == ',') {
      end_column();
    } else if (quoted || !was_quoted) {
      name += character;
    }
  }
  end_column();
  return columns;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
  });
  return text;
}

bool IsPrefix(const NamePath& prefix, const NamePath& path) {
  return prefix.size() <= path.size() &&
         std::equal(prefix.begin(), prefix.end(), path.begin(),
                    [](const std::string& left, const std::string& right) {
                      return Lower(left) == Lower(right);
                    });
}

struct Leaf {
  NamePath logical;
  StatisticsColumn column;
};

void CollectLeaves(const std::vector<Field>& fields, const NamePath& logical,
                   const NamePath& physical, std::vector<Leaf>& leaves) {
  for (const Field& field : fields) {
    NamePath logical_path = logical;
    logical_path.push_back(field.name);
    NamePath physical_path = physical;
    physical_path.push_back(PhysicalName(field));
    if (field.type.kind == TypeKind::kStruct) {
      CollectLeaves(field.type.children, logical_path, physical_path, leaves);
    } else {
      leaves.push_back({std::move(logical_path), {std::move(physical_path), field.type}});
    }
  }
}

size_t IndexedColumnLimit(const Metadata& metadata) {
  const auto found = metadata.properties.find(kIndexedColumnsProperty);
  if (found == metadata.properties.end()) {
    return kDefaultIndexedColumns;
  }
  const std::string& text = found->second;
  int64_t limit = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), limit).ec != std::errc()) {
    return kDefaultIndexedColumns;
  }
  return limit < 0 ? std::numeric_limits<size_t>::max() : static_cast<size_t>(limit);
}

}  // namespace

std::vector<StatisticsColumn> StatisticsColumns(const Metadata& metadata) {
  std::set<std::string> partition_columns;
  for (const std::string& column : metadata.partition_columns) {
    partition_columns.insert(Lower(column));
  }
  std::vector<Leaf> leaves;
  CollectLeaves(metadata.schema.fields, {}, {}, leaves);
  const auto listed = metadata.properties.find(kColumnListProperty);
  const bool by_name = listed != metadata.properties.end();
  const std::vector<NamePath> wanted =
      by_name ? ParseColumnList(listed->second) : std::vector<NamePath>();
  const size_t limit = by_name ? std::numeric_limits<size_t>::max() : IndexedColumnLimit(metadata);
  const std::vector<NamePath> clustering =
      metadata.clustering_columns.value_or(std::vector<NamePath>());
  const auto is_below = [](const std::vector<NamePath>& paths, const Leaf& leaf) {
    return std::any_of(paths.begin(), paths.end(),
                       [&](const NamePath& path) { return IsPrefix(path, leaf.logical); });
  };
  std::vector<StatisticsColumn> columns;
  size_t counted = 0;
  for (Leaf& leaf : leaves) {
    if (partition_columns.count(Lower(leaf.logical.front())) > 0) {
      continue;
    }
    const bool is_wanted = counted < limit && (!by_name || is_below(wanted, leaf));
    counted += is_wanted ? 1 : 0;
    if (is_wanted || is_below(clustering, leaf)) {
      columns.push_back(std::move(leaf.column));
    }
  }
  return columns;
}

std::vector<StatisticsColumn> LeafColumns(const Schema& schema) {
  std::vector<Leaf> leaves;
  CollectLeaves(schema.fields, {}, {}, leaves);
  std::vector<StatisticsColumn> columns;
  columns.reserve(leaves.size());
  for (Leaf& leaf : leaves) {
    columns.push_back(std::move(leaf.column));
  }
  return columns;
}

bool HasBounds(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
    case TypeKind::kString:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      return true;
    default:
      return false;
  }
}

}  // namespace limno::table::delta
