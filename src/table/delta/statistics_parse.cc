#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <vector>

#include "base/json_writer.h"
#include "table/delta/column_mapping.h"
#include "table/delta/statistics_json.h"
#include "table/delta/statistics_values.h"

namespace limno::table::delta {
namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

/// A count may stand there as 3, 3.0 or "3".
std::optional<int64_t> ParseCount(std::string_view token) {
  const size_t point = std::min(token.find('.'), token.size());
  const std::string_view fraction = token.substr(point);
  if (!fraction.empty() && fraction.find_first_not_of('0', 1) != std::string_view::npos) {
    return std::nullopt;
  }
  int64_t count = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + point, count);
  if (error != std::errc() || end != token.data() + point || count < 0) {
    return std::nullopt;
  }
  return count;
}

struct Scalar {
  std::string_view token;
  bool quoted = false;
};

/// nullopt for null, objects, arrays and broken text.
std::optional<Scalar> ReadScalar(value& json) {
  json_type type{};
  if (json.type().get(type)) {
    return std::nullopt;
  }
  Scalar scalar;
  switch (type) {
    case json_type::string:
      scalar.quoted = true;
      if (json.get_string().get(scalar.token)) {
        return std::nullopt;
      }
      return scalar;
    case json_type::number:
    case json_type::boolean:
      scalar.token = json.raw_json_token();
      while (!scalar.token.empty() && static_cast<unsigned char>(scalar.token.back()) <= ' ') {
        scalar.token.remove_suffix(1);
      }
      return scalar;
    default:
      return std::nullopt;
  }
}

/// Calls handle(key, value) for each member; false if the text is broken.
template <typename Handler>
bool ForEachMember(object members, Handler handle) {
  for (auto element : members) {
    simdjson::ondemand::field field;
    std::string_view key;
    if (std::move(element).get(field) || field.unescaped_key().get(key)) {
      return false;
    }
    value json = field.value();
    if (!handle(std::string(key), json)) {
      return false;
    }
  }
  return true;
}

/// Gathers columns in the order in which they first appear.
class ColumnCollector {
 public:
  ColumnStatistics& At(const std::vector<std::string>& path) {
    std::string key;
    for (const std::string& name : path) {
      key += name;
      key += '\0';
    }
    const auto [found, inserted] = positions_.emplace(std::move(key), columns_.size());
    if (inserted) {
      columns_.push_back(ColumnStatistics{path, {}, {}, {}, false, true});
    }
    return columns_[found->second];
  }
  std::vector<ColumnStatistics> Take() { return std::move(columns_); }

 private:
  std::unordered_map<std::string, size_t> positions_;
  std::vector<ColumnStatistics> columns_;
};

enum class Kind { kMin, kMax, kNullCount };

class StatisticsParser {
 public:
  /// False if the text is broken.
  bool Members(object members, const std::vector<Field>& fields, Kind kind) {
    return ForEachMember(members, [&](const std::string& key, value& json) {
      const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& candidate) {
        return PhysicalName(candidate) == key;
      });
      if (field == fields.end()) {
        return true;
      }
      path_.push_back(key);
      const bool intact = Member(json, field->type, kind);
      path_.pop_back();
      return intact;
    });
  }

  std::vector<ColumnStatistics> Take() { return columns_.Take(); }

 private:
  bool Member(value& json, const DataType& type, Kind kind) {
    json_type json_kind{};
    if (json.type().get(json_kind)) {
      return false;
    }
    if (type.kind == TypeKind::kStruct) {
      object members;
      return json_kind != json_type::object ||
             (!json.get_object().get(members) && Members(members, type.children, kind));
    }
    const std::optional<Scalar> scalar = ReadScalar(json);
    if (!scalar) {
      return true;
    }
    if (kind == Kind::kNullCount) {
      if (const std::optional<int64_t> count = ParseCount(scalar->token)) {
        columns_.At(path_).null_count = count;
      }
      return true;
    }
    const Bound bound = kind == Kind::kMin ? Bound::kMin : Bound::kMax;
    if (std::optional<ParsedBound> parsed =
            ParseBound(type, scalar->token, scalar->quoted, bound)) {
      ColumnStatistics& column = columns_.At(path_);
      (bound == Bound::kMin ? column.min : column.max) = std::move(parsed->text);
      column.exact = column.exact && parsed->exact;
      column.has_nan = column.has_nan || parsed->is_nan;
    }
    return true;
  }

  ColumnCollector columns_;
  std::vector<std::string> path_;
};

bool IsTrue(const std::optional<Scalar>& scalar) { return scalar && scalar->token == "true"; }

struct Document {
  simdjson::padded_string text;
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;

  /// False if the text is no JSON object.
  bool Open(std::string_view json, object& root) {
    text = simdjson::padded_string(json);
    return !parser.iterate(text).get(document) && !document.get_object().get(root);
  }
};

bool ParseMembers(object root, const Schema& schema, FileStatistics& statistics) {
  StatisticsParser parser;
  const bool intact = ForEachMember(root, [&](const std::string& key, value& json) {
    if (key == "numRecords") {
      const std::optional<Scalar> scalar = ReadScalar(json);
      statistics.row_count = scalar ? ParseCount(scalar->token) : std::nullopt;
      return true;
    }
    if (key == "tightBounds") {
      statistics.tight_bounds = IsTrue(ReadScalar(json));
      return true;
    }
    const bool is_min = key == "minValues";
    const bool is_max = key == "maxValues";
    object members;
    if ((!is_min && !is_max && key != "nullCount") || json.get_object().get(members)) {
      return true;
    }
    return parser.Members(members, schema.fields,
                          is_min   ? Kind::kMin
                          : is_max ? Kind::kMax
                                   : Kind::kNullCount);
  });
  statistics.columns = parser.Take();
  return intact;
}

/// What does not fit together says nothing.
void DropContradictions(FileStatistics& statistics) {
  for (ColumnStatistics& column : statistics.columns) {
    if (column.has_nan) {
      column.min.reset();
      column.max.reset();
    }
    if (column.null_count && statistics.row_count && *column.null_count > *statistics.row_count) {
      column.null_count.reset();
    }
    column.exact = column.exact && statistics.tight_bounds;
  }
}

}  // namespace

FileStatistics ParseStatistics(std::string_view json, const Schema& schema) {
  FileStatistics statistics;
  Document document;
  object root;
  if (json.empty() || !document.Open(json, root) || !ParseMembers(root, schema, statistics)) {
    return {};
  }
  DropContradictions(statistics);
  return statistics;
}

std::optional<int64_t> StatedRowCount(std::string_view json) {
  return ParseStatistics(json, Schema{}).row_count;
}

std::string LoosenStatistics(std::string_view json, int64_t row_count) {
  std::string kept;
  Document document;
  object root;
  const bool intact = !json.empty() && document.Open(json, root) &&
                      ForEachMember(root, [&](const std::string& key, value& member) {
                        std::string_view raw;
                        if (simdjson::to_json_string(member).get(raw)) {
                          return false;
                        }
                        if (key != "numRecords" && key != "tightBounds") {
                          kept += ',';
                          base::AppendJsonString(kept, key);
                          kept += ':';
                          kept += raw;
                        }
                        return true;
                      });
  const std::string head = "{\"numRecords\":" + std::to_string(row_count);
  const std::string tail = ",\"tightBounds\":false}";
  std::string loosened = head + kept + tail;
  // The raw texts were not looked into; one broken value would make the table unreadable elsewhere.
  return intact && nlohmann::json::accept(loosened) ? loosened : head + tail;
}

}  // namespace limno::table::delta
