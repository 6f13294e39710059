#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
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
    if (!handle(key, json)) {
      return false;
    }
  }
  return true;
}

/// A column that is looked for, by the name it has in statistics.
struct Wanted {
  std::string name;
  const DataType* type = nullptr;
  std::vector<Wanted> children;
  /// Where its statistics are gathered; unset until there are any.
  std::optional<size_t> position;
};

std::vector<Wanted> WantedOf(const std::vector<Field>& fields) {
  std::vector<Wanted> wanted;
  wanted.reserve(fields.size());
  for (const Field& field : fields) {
    Wanted& added = wanted.emplace_back();
    added.name = PhysicalName(field);
    added.type = &field.type;
    if (field.type.kind == TypeKind::kStruct) {
      added.children = WantedOf(field.type.children);
    }
  }
  return wanted;
}

enum class Kind { kMin, kMax, kNullCount };

class StatisticsParser {
 public:
  /// False if the text is broken.
  bool Members(object members, std::vector<Wanted>& wanted, Kind kind) {
    return ForEachMember(members, [&](std::string_view key, value& json) {
      const auto column = std::find_if(wanted.begin(), wanted.end(), [&](const Wanted& candidate) {
        return candidate.name == key;
      });
      if (column == wanted.end()) {
        return true;
      }
      path_.push_back(&*column);
      const bool intact = Member(json, *column, kind);
      path_.pop_back();
      return intact;
    });
  }

  std::vector<ColumnStatistics> Take() { return std::move(columns_); }

 private:
  bool Member(value& json, Wanted& column, Kind kind) {
    json_type json_kind{};
    if (json.type().get(json_kind)) {
      return false;
    }
    if (column.type->kind == TypeKind::kStruct) {
      object members;
      return json_kind != json_type::object ||
             (!json.get_object().get(members) && Members(members, column.children, kind));
    }
    const std::optional<Scalar> scalar = ReadScalar(json);
    if (!scalar) {
      return true;
    }
    if (kind == Kind::kNullCount) {
      if (const std::optional<int64_t> count = ParseCount(scalar->token)) {
        Gathered(column).null_count = count;
      }
      return true;
    }
    const Bound bound = kind == Kind::kMin ? Bound::kMin : Bound::kMax;
    if (std::optional<ParsedBound> parsed =
            ParseBound(*column.type, scalar->token, scalar->quoted, bound)) {
      ColumnStatistics& gathered = Gathered(column);
      (bound == Bound::kMin ? gathered.min : gathered.max) = std::move(parsed->text);
      gathered.exact = gathered.exact && parsed->exact;
      gathered.has_nan = gathered.has_nan || parsed->is_nan;
    }
    return true;
  }

  /// The statistics of the column that path_ leads to, in the order in which they first appear.
  ColumnStatistics& Gathered(Wanted& column) {
    if (!column.position) {
      column.position = columns_.size();
      ColumnStatistics& added = columns_.emplace_back();
      for (const Wanted* step : path_) {
        added.path.push_back(step->name);
      }
    }
    return columns_[*column.position];
  }

  std::vector<ColumnStatistics> columns_;
  std::vector<const Wanted*> path_;
};

bool IsTrue(const std::optional<Scalar>& scalar) { return scalar && scalar->token == "true"; }

/// Memory that parsing needs, kept for the next text of this thread: there is one text for each
/// file, and a table may have a hundred thousand.
struct Scratch {
  std::string text;
  simdjson::ondemand::parser parser;
};

struct Document {
  simdjson::ondemand::document document;

  /// False if the text is no JSON object. Ends the use of the thread's last document.
  bool Open(std::string_view json, object& root) {
    static thread_local Scratch scratch;
    scratch.text.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    scratch.text.assign(json);
    const simdjson::padded_string_view padded(scratch.text.data(), scratch.text.size(),
                                              scratch.text.capacity());
    return !scratch.parser.iterate(padded).get(document) && !document.get_object().get(root);
  }
};

bool ParseMembers(object root, const Schema& schema, FileStatistics& statistics) {
  StatisticsParser parser;
  std::vector<Wanted> wanted = WantedOf(schema.fields);
  const bool intact = ForEachMember(root, [&](std::string_view key, value& json) {
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
    return parser.Members(members, wanted,
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
  // As every writer begins; then the rest need not be looked at.
  constexpr std::string_view kBeginning = "{\"numRecords\":";
  if (json.substr(0, kBeginning.size()) == kBeginning) {
    const char* const end = json.data() + json.size();
    const char* const space = json.data() + kBeginning.size();
    const char* const number = space + (space != end && *space == ' ' ? 1 : 0);
    int64_t count = 0;
    const auto [rest, error] = std::from_chars(number, end, count);
    if (error == std::errc() && rest != end && (*rest == ',' || *rest == '}') && count >= 0) {
      return count;
    }
  }
  return ParseStatistics(json, Schema{}).row_count;
}

std::string LoosenStatistics(std::string_view json, int64_t row_count) {
  std::string kept;
  Document document;
  object root;
  const bool intact = !json.empty() && document.Open(json, root) &&
                      ForEachMember(root, [&](std::string_view key, value& member) {
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
