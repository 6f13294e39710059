#include "engine/parquet_footer.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <optional>
#include <set>

#include "base/name_match.h"
#include "duckdb/common/value_operations/value_operations.hpp"
#include "duckdb/parallel/task_scheduler.hpp"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/parquet_shape.h"
#include "engine/statement_run.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

/// Footers that one query asks for.
constexpr size_t kBatch = 32;
constexpr size_t kMostThreads = 16;

/// The greatest or least value of one column over the row groups seen so far.
struct Bound {
  Value value;
  bool unknown = false;

  void Add(const std::optional<Value>& next, bool greatest) {
    if (!next) {
      unknown = true;
    } else if (value.IsNull() || (greatest ? duckdb::ValueOperations::GreaterThan(*next, value)
                                           : duckdb::ValueOperations::LessThan(*next, value))) {
      value = *next;
    }
  }

  std::optional<std::string> Text() const {
    // An empty string is a bound, too.
    return unknown || value.IsNull() ? std::nullopt
                                     : std::optional(PartitionText(value).value_or(""));
  }
};

struct LeafFacts {
  Bound min;
  Bound max;
  std::optional<int64_t> nulls = 0;
  bool exact = true;
};

struct FileDraft {
  int64_t rows = 0;
  uint64_t bytes = 0;
  std::vector<SchemaElement> elements;
  std::shared_ptr<const ParquetShape> shape;
  std::vector<LeafFacts> leaves;
};

/// A name as the functions that take patterns take it.
std::string AsPattern(const std::string& path) {
  std::string pattern;
  for (const char character : path) {
    if (character == '*' || character == '?' || character == '[') {
      pattern += fmt::format("[{}]", character);
    } else {
      pattern += character;
    }
  }
  return pattern;
}

/// The value of a bound's text; nullopt if it has none.
std::optional<Value> BoundValue(const Value& text, const LogicalType& type) {
  // Bytes that are no text come escaped, and sort elsewhere then.
  if (text.IsNull() || duckdb::StringValue::Get(text).find("\\x") != std::string::npos) {
    return std::nullopt;
  }
  Value value = text;
  return value.DefaultTryCastAs(type) && !value.IsNull() ? std::optional(value) : std::nullopt;
}

/// Reads the footers of some files, on a connection of its own.
class FooterBatch {
 public:
  FooterBatch(duckdb::DatabaseInstance& database, ShapeCache& shapes)
      : connection_(database), shapes_(shapes) {}

  Result<std::vector<ParquetFooter>> Read(const std::vector<std::string>& paths) {
    Result<std::vector<ParquetFooter>> footers = Fenced([&] { return ReadAll(paths); });
    if (footers || paths.size() == 1) {
      return footers ? std::move(footers) : Fail(Named(paths.front(), footers.error()));
    }
    // One of them is at fault: each for itself.
    std::vector<ParquetFooter> all;
    for (const std::string& path : paths) {
      LIMNO_ASSIGN(std::vector<ParquetFooter> one, Read({path}));
      all.push_back(std::move(one.front()));
    }
    return all;
  }

 private:
  static Error Named(const std::string& path, Error error) {
    error.where = path;
    return error;
  }

  Result<std::vector<ParquetFooter>> ReadAll(const std::vector<std::string>& paths) {
    std::map<std::string, FileDraft> drafts;
    std::string list;
    for (const std::string& path : paths) {
      drafts[path];
      list += (list.empty() ? "([" : ", ") + QuoteString(AsPattern(path));
    }
    list += "])";
    LIMNO_TRY(ReadSchemas(list, drafts));
    for (auto& [path, draft] : drafts) {
      LIMNO_ASSIGN(draft.shape, shapes_.Find(connection_, AsPattern(path), draft.elements));
      draft.leaves.resize(draft.shape->leaves.size());
      draft.elements.clear();
    }
    LIMNO_TRY(ReadStatistics(list, drafts));
    std::vector<ParquetFooter> footers;
    for (const std::string& path : paths) {
      footers.push_back(Finish(path, drafts[path]));
    }
    return footers;
  }

  Result<void> ReadSchemas(const std::string& list, std::map<std::string, FileDraft>& drafts) {
    LIMNO_TRY(
        ForEachRow("SELECT file_name, num_rows, file_size_bytes FROM parquet_file_metadata" + list,
                   [&](const auto& value) {
                     FileDraft& draft = drafts[value(0).ToString()];
                     draft.rows = value(1).template GetValue<int64_t>();
                     draft.bytes = value(2).template GetValue<uint64_t>();
                   }));
    return ForEachRow(
        "SELECT file_name, name, type, num_children, converted_type, logical_type, "
        "repetition_type FROM parquet_schema" +
            list,
        [&](const auto& value) {
          const auto text = [&](idx_t column) {
            return value(column).IsNull() ? std::string() : value(column).ToString();
          };
          const int64_t children = value(3).IsNull() ? 0 : value(3).template GetValue<int64_t>();
          drafts[text(0)].elements.push_back(
              {text(1), text(2), children, text(4), text(5), text(6)});
        });
  }

  Result<void> ReadStatistics(const std::string& list, std::map<std::string, FileDraft>& drafts) {
    return ForEachRow(
        "SELECT file_name, column_id, num_values, stats_null_count, stats_min_value, "
        "stats_max_value, stats_min, stats_max, min_is_exact, max_is_exact FROM parquet_metadata" +
            list,
        [&](const auto& value) {
          FileDraft& draft = drafts[value(0).ToString()];
          const auto index = value(1).template GetValue<uint64_t>();
          if (index < draft.leaves.size()) {
            AddGroup(draft.shape->leaves[index], value, draft.leaves[index]);
          }
        });
  }

  /// What one row group says of a column.
  template <typename Row>
  static void AddGroup(const ParquetLeaf& leaf, const Row& value, LeafFacts& facts) {
    const auto values = value(2).template GetValue<int64_t>();
    std::optional<int64_t> nulls;
    if (!value(3).IsNull()) {
      nulls = value(3).template GetValue<int64_t>();
    }
    facts.nulls = nulls && facts.nulls ? std::optional(*facts.nulls + *nulls) : std::nullopt;
    if (values == 0 || nulls == values) {
      return;
    }
    const bool old = leaf.trusts_old_bounds && (value(4).IsNull() || value(5).IsNull());
    facts.min.Add(BoundValue(value(old ? 6 : 4), leaf.type), false);
    facts.max.Add(BoundValue(value(old ? 7 : 5), leaf.type), true);
    const auto is_exact = [&](idx_t column) {
      return value(column).IsNull() || value(column).template GetValue<bool>();
    };
    facts.exact = facts.exact && is_exact(8) && is_exact(9);
  }

  static ParquetFooter Finish(const std::string& path, const FileDraft& draft) {
    ParquetFooter footer{path, draft.bytes, nullptr, {}};
    footer.fields =
        std::shared_ptr<const std::vector<table::Field>>(draft.shape, &draft.shape->fields);
    footer.statistics.row_count = draft.rows;
    for (size_t index = 0; index < draft.leaves.size(); ++index) {
      const ParquetLeaf& leaf = draft.shape->leaves[index];
      const LeafFacts& facts = draft.leaves[index];
      if (leaf.path.empty()) {
        continue;
      }
      table::ColumnStatistics column;
      column.path = leaf.path;
      column.null_count = facts.nulls;
      column.exact = facts.exact;
      if (leaf.type.id() != LogicalTypeId::BLOB) {
        column.min = facts.min.Text();
        column.max = leaf.may_hold_nan ? std::nullopt : facts.max.Text();
      }
      footer.statistics.columns.push_back(std::move(column));
    }
    return footer;
  }

  /// `visit` gets a function from the position of a column to the row's value. Rows are not kept.
  template <typename Visit>
  Result<void> ForEachRow(const std::string& sql, const Visit& visit) {
    const auto result = connection_.SendQuery(sql);
    while (!result->HasError()) {
      const auto chunk = result->Fetch();
      if (chunk == nullptr || chunk->size() == 0) {
        break;
      }
      for (idx_t row = 0; row < chunk->size(); ++row) {
        visit([&](idx_t column) { return chunk->GetValue(column, row); });
      }
    }
    return result->HasError() ? Result<void>(Fail(Unreadable(FromDuck(result->GetErrorObject()))))
                              : Result<void>();
  }

  duckdb::Connection connection_;
  ShapeCache& shapes_;
};

}  // namespace

Result<void> ReadParquetFooters(ClientContext& context, const std::vector<std::string>& paths,
                                const FooterVisitor& visit) {
  const size_t threads = std::clamp<size_t>(
      static_cast<size_t>(duckdb::TaskScheduler::GetScheduler(context).NumberOfThreads()), 1,
      kMostThreads);
  ShapeCache shapes;
  for (size_t begin = 0; begin < paths.size();) {
    std::vector<std::future<Result<std::vector<ParquetFooter>>>> batches;
    for (size_t thread = 0; thread < threads && begin < paths.size(); ++thread) {
      const size_t end = std::min(begin + kBatch, paths.size());
      const std::vector<std::string> some(paths.begin() + static_cast<std::ptrdiff_t>(begin),
                                          paths.begin() + static_cast<std::ptrdiff_t>(end));
      batches.push_back(std::async(std::launch::async, [&context, &shapes, some] {
        return Fenced([&] { return FooterBatch(*context.db, shapes).Read(some); });
      }));
      begin = end;
    }
    // All are waited for, whatever becomes of the first.
    Result<void> outcome;
    for (auto& batch : batches) {
      const Result<std::vector<ParquetFooter>> footers = batch.get();
      if (!footers && outcome) {
        outcome = Fail(footers.error());
      }
      for (size_t index = 0; outcome && index < footers->size(); ++index) {
        outcome = visit((*footers)[index]);
      }
    }
    LIMNO_TRY(outcome);
    if (context.interrupted) {
      return Fail(ErrorKind::kInterrupted, "interrupted while footers were read");
    }
  }
  return {};
}

}  // namespace limno::engine
