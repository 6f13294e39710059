#include "engine/footer_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "duckdb/common/value_operations/value_operations.hpp"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/field_ids.h"
#include "engine/file_list.h"
#include "engine/file_statistics.h"
#include "engine/types.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

/// Footers that are asked for at once.
constexpr size_t kBatch = 64;
/// Columns that one finding names.
constexpr size_t kNamedColumns = 3;

struct FooterColumn {
  /// Of the row groups that tell, as text.
  std::vector<std::pair<std::string, std::string>> bounds;
  std::optional<int64_t> nulls = 0;
};

struct Footer {
  int64_t rows = 0;
  /// Top-level columns that are no groups -> DuckDB's type.
  std::map<std::string, std::string> types;
  std::set<std::string> names;
  /// By path, names joined by ", " as DuckDB has them.
  std::map<std::string, FooterColumn> columns;
};

std::string Joined(const std::vector<std::string>& path, const char* separator) {
  return fmt::format("{}", fmt::join(path, separator));
}

/// Decimal digits before the point that an integer type can need; 0 for other types.
int IntegerDigits(LogicalTypeId type) {
  switch (type) {
    case LogicalTypeId::TINYINT:
      return 3;
    case LogicalTypeId::SMALLINT:
      return 5;
    case LogicalTypeId::INTEGER:
      return 10;
    case LogicalTypeId::BIGINT:
      return 20;
    default:
      return 0;
  }
}

bool IsTimestamp(const LogicalType& type) {
  return duckdb::StringUtil::StartsWith(type.ToString(), "TIMESTAMP");
}

/// Whether a column that a file has as `from` reads as `to`: the same, or widened.
bool CanRead(const LogicalType& from, const LogicalType& to) {
  if (from == to || (IsTimestamp(from) && IsTimestamp(to))) {
    return true;
  }
  const int digits = IntegerDigits(from.id());
  switch (to.id()) {
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
      return digits > 0 && digits <= IntegerDigits(to.id());
    case LogicalTypeId::DOUBLE:
      return from.id() == LogicalTypeId::FLOAT || (digits > 0 && digits <= 10);
    case LogicalTypeId::DECIMAL: {
      const int scale = duckdb::DecimalType::GetScale(to);
      const int whole = duckdb::DecimalType::GetWidth(to) - scale;
      if (from.id() == LogicalTypeId::DECIMAL) {
        const int from_scale = duckdb::DecimalType::GetScale(from);
        return from_scale <= scale && duckdb::DecimalType::GetWidth(from) - from_scale <= whole;
      }
      return digits > 0;
    }
    case LogicalTypeId::TIMESTAMP:
      return from.id() == LogicalTypeId::DATE;
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::BLOB:
      // Some writers do not say which of the two it is.
      return from.id() == LogicalTypeId::VARCHAR || from.id() == LogicalTypeId::BLOB;
    default:
      return false;
  }
}

/// The value of a bound's text; NULL if it has none of that type.
Value BoundValue(const std::string& text, const LogicalType& type) {
  Value value(text);
  return value.DefaultTryCastAs(type) ? value : Value(type);
}

bool Less(const Value& left, const Value& right) {
  return duckdb::ValueOperations::LessThan(left, right);
}

class FooterCheck {
 public:
  FooterCheck(duckdb::DatabaseInstance& database, const std::shared_ptr<TableState>& state,
              const FooterCheckOptions& options)
      : database_(database),
        state_(state),
        options_(options),
        connection_(database),
        leaves_(StatisticsLeaves(state->metadata())) {}

  Result<std::vector<table::Finding>> Run(const std::vector<table::DataFilePtr>& files) {
    for (size_t begin = 0; begin < files.size(); begin += kBatch) {
      const size_t end = std::min(begin + kBatch, files.size());
      LIMNO_TRY(CheckBatch({files.begin() + static_cast<std::ptrdiff_t>(begin),
                            files.begin() + static_cast<std::ptrdiff_t>(end)}));
    }
    return std::move(findings_);
  }

 private:
  void Report(std::string problem, table::Severity severity, const table::DataFilePtr& file,
              std::string detail, std::string advice, table::Remedy remedy = table::Remedy::kNone) {
    findings_.push_back({std::move(problem), severity, file->path, std::move(detail),
                         std::move(advice), remedy, file});
  }

  Result<void> CheckBatch(const std::vector<table::DataFilePtr>& files) {
    const Result<std::map<std::string, Footer>> footers = ReadFooters(files);
    if (!footers && files.size() > 1) {
      // One of them is damaged: each for itself.
      for (const table::DataFilePtr& file : files) {
        LIMNO_TRY(CheckBatch({file}));
      }
      return {};
    }
    if (!footers) {
      const auto kind = footers.error().kind;
      if (kind == ErrorKind::kInterrupted || kind == ErrorKind::kExhausted) {
        return Fail(footers.error());
      }
      ReportDamaged(files.front(), footers.error());
      return {};
    }
    for (const table::DataFilePtr& file : files) {
      const auto footer = footers->find(PathOf(*state_, file->path));
      if (footer != footers->end()) {
        LIMNO_TRY(CheckFile(file, footer->second));
      }
    }
    return {};
  }

  void ReportDamaged(const table::DataFilePtr& file, const Error& error) {
    const std::optional<int64_t> rows = state_->table().RowCount(*file);
    Report("damaged_file", table::Severity::kError, file,
           fmt::format("it is no readable Parquet file, and {} cannot be read: {}",
                       rows ? fmt::format("{} rows", *rows) : "its rows", error.message),
           "with DROP DAMAGED the table does without it; restore it from a backup",
           table::Remedy::kRemoveDamagedFile);
  }

  Result<std::map<std::string, Footer>> ReadFooters(const std::vector<table::DataFilePtr>& files) {
    std::string list;
    for (const table::DataFilePtr& file : files) {
      if (!list.empty()) {
        list += ", ";
      }
      list += QuoteString(PathOf(*state_, file->path));
    }
    list = "([" + list + "])";
    return Fenced([&]() -> Result<std::map<std::string, Footer>> {
      std::map<std::string, Footer> footers;
      LIMNO_TRY(ForEachRow(
          "SELECT file_name, num_rows FROM parquet_file_metadata" + list, [&](const auto& value) {
            footers[value(0).ToString()].rows = value(1).template GetValue<int64_t>();
          }));
      LIMNO_TRY(ReadTypes(list, footers));
      LIMNO_TRY(ForEachRow(
          "SELECT file_name, path_in_schema, coalesce(stats_min_value, stats_min), "
          "coalesce(stats_max_value, stats_max), stats_null_count "
          "FROM parquet_metadata" +
              list,
          [&](const auto& value) {
            FooterColumn& column = footers[value(0).ToString()].columns[value(1).ToString()];
            if (!value(2).IsNull() && !value(3).IsNull()) {
              column.bounds.emplace_back(value(2).ToString(), value(3).ToString());
            }
            if (value(4).IsNull() || !column.nulls) {
              column.nulls = std::nullopt;
            } else {
              *column.nulls += value(4).template GetValue<int64_t>();
            }
          }));
      return footers;
    });
  }

  Result<void> ReadTypes(const std::string& list, std::map<std::string, Footer>& footers) {
    std::string file;
    /// Children that are still to come, of the root and of each group that is open.
    std::vector<int64_t> open;
    return ForEachRow(
        "SELECT file_name, name, num_children, duckdb_type FROM parquet_schema" + list,
        [&](const auto& value) {
          const int64_t children = value(2).IsNull() ? 0 : value(2).template GetValue<int64_t>();
          if (value(0).ToString() != file) {
            file = value(0).ToString();
            open = {children};
            return;
          }
          if (open.size() == 1) {
            Footer& footer = footers[file];
            footer.names.insert(value(1).ToString());
            if (children == 0 && !value(3).IsNull()) {
              footer.types[value(1).ToString()] = value(3).ToString();
            }
          }
          --open.back();
          if (children > 0) {
            open.push_back(children);
          }
          while (open.size() > 1 && open.back() == 0) {
            open.pop_back();
          }
        });
  }

  /// `visit` gets a function from the position of a column to the row's value.
  template <typename Visit>
  Result<void> ForEachRow(const std::string& sql, const Visit& visit) {
    const auto result = connection_.Query(sql);
    if (result->HasError()) {
      return Fail(FromDuck(result->GetErrorObject()));
    }
    for (idx_t row = 0; row < result->RowCount(); ++row) {
      visit([&](idx_t column) { return result->GetValue(column, row); });
    }
    return {};
  }

  Result<void> CheckFile(const table::DataFilePtr& file, const Footer& footer) {
    const table::FileStatistics stated =
        state_->table().ParseStatistics(*file, state_->metadata().schema);
    if (stated.row_count && *stated.row_count != footer.rows) {
      Report("wrong_row_count", table::Severity::kError, file,
             fmt::format("the log says that it has {} rows, and it has {}: counts are wrong",
                         *stated.row_count, footer.rows),
             "the log gets the statistics of the file", table::Remedy::kCorrectFile);
    }
    bool readable = CheckColumns(file, footer);
    if (file->deletion_vector) {
      const Result<table::RowSet> deleted =
          state_->table().ReadDeletionVector(*file->deletion_vector);
      readable = readable && deleted;
      if (deleted && !deleted->empty() && deleted->Max() >= static_cast<uint64_t>(footer.rows)) {
        Report("vector_beyond_end", table::Severity::kError, file,
               fmt::format("its deletion vector names row {} of {}", deleted->Max(), footer.rows),
               "the vector belongs to another file: restore a version before",
               table::Remedy::kDropVector);
      }
    }
    return readable ? CheckStatistics(file, footer, stated) : Result<void>();
  }

  /// False if the file cannot be read as the table's.
  bool CheckColumns(const table::DataFilePtr& file, const Footer& footer) {
    const auto& partition = state_->metadata().partition_columns;
    bool readable = true;
    if (MapsColumnsById(state_->metadata())) {
      return readable;  // Names in files mean nothing then; rows are looked at.
    }
    for (const table::Field& field : state_->metadata().schema.fields) {
      const std::string name = table::PhysicalName(field);
      if (std::find(partition.begin(), partition.end(), field.name) != partition.end()) {
        continue;
      }
      if (footer.names.count(name) == 0) {
        if (!field.nullable && !table::FieldId(field)) {
          Report("missing_column", table::Severity::kWarning, file,
                 fmt::format("the file lacks column {}, which cannot be NULL", field.name),
                 "rows of it show NULL: update them, or drop NOT NULL");
        }
        continue;
      }
      const auto found = footer.types.find(name);
      const Result<LogicalType> wanted = ToDuck(field.type);
      if (found == footer.types.end() || field.type.IsNested() || !wanted) {
        continue;
      }
      const LogicalType& type = TypeNamed(found->second);
      if (!CanRead(type, *wanted)) {
        readable = false;
        Report("wrong_type", table::Severity::kError, file,
               fmt::format("column {} is of type {} in the file, and of type {} in the table",
                           field.name, type.ToString(), field.type.ToString()),
               "engines fail or return wrong values: write the file anew where it came from");
      }
    }
    return readable;
  }

  /// The type that DuckDB prints so.
  const LogicalType& TypeNamed(const std::string& name) {
    const auto known = types_.find(name);
    if (known != types_.end()) {
      return known->second;
    }
    ClientContext& context = *connection_.context;
    context.RunFunctionInTransaction(
        [&] { types_[name] = duckdb::TransformStringToLogicalType(name, context); });
    return types_[name];
  }

  Result<void> CheckStatistics(const table::DataFilePtr& file, const Footer& footer,
                               const table::FileStatistics& stated) {
    std::vector<std::vector<std::string>> doubtful;
    for (const StatisticsLeaf& leaf : leaves_) {
      const auto column = std::find_if(
          stated.columns.begin(), stated.columns.end(),
          [&](const table::ColumnStatistics& each) { return each.path == leaf.physical_path; });
      if (column != stated.columns.end() &&
          (options_.read_rows || IsDoubtful(*file, *column, leaf, stated, footer))) {
        doubtful.push_back(leaf.physical_path);
      }
    }
    if (doubtful.empty()) {
      return {};
    }
    const Result<FileFacts> facts = ReadFileFacts(database_, state_, *file, doubtful);
    if (!facts) {
      if (facts.error().kind == ErrorKind::kInterrupted) {
        return Fail(facts.error());
      }
      ReportDamaged(file, facts.error());
      return {};
    }
    std::vector<std::string> wrong;
    for (const ColumnFacts& column : facts->columns) {
      const auto said = std::find_if(
          stated.columns.begin(), stated.columns.end(),
          [&](const table::ColumnStatistics& each) { return each.path == column.path; });
      if (std::string sentence = Contradiction(*said, column, *facts, stated); !sentence.empty()) {
        wrong.push_back(std::move(sentence));
      }
    }
    if (!wrong.empty()) {
      const size_t count = wrong.size();
      wrong.resize(std::min(count, kNamedColumns));
      Report("wrong_statistics", table::Severity::kError, file,
             fmt::format("queries may skip rows of it: {}{}", fmt::join(wrong, "; "),
                         count > wrong.size()
                             ? fmt::format("; and {} more columns", count - wrong.size())
                             : ""),
             "the log gets the statistics of the file", table::Remedy::kCorrectFile);
    }
    return {};
  }

  /// Whether the footer leaves room for a row that the log's statistics deny.
  bool IsDoubtful(const table::DataFile& file, const table::ColumnStatistics& said,
                  const StatisticsLeaf& leaf, const table::FileStatistics& stated,
                  const Footer& footer) {
    const bool is_variant = leaf.type.kind == table::TypeKind::kVariant;
    const char* const within = is_variant ? ", value" : "";
    const auto found = footer.columns.find(Joined(leaf.physical_path, ", ") + within);
    if (found == footer.columns.end()) {
      // All NULL: bounds deny nothing, but a count of NULLs may.
      return said.null_count && *said.null_count != footer.rows && !file.deletion_vector;
    }
    const FooterColumn& column = found->second;
    if (column.nulls && said.null_count && *column.nulls != *said.null_count &&
        (stated.tight_bounds || *said.null_count == 0 || *said.null_count == footer.rows)) {
      return true;
    }
    if (is_variant) {
      return false;
    }
    const LogicalType type = Unwrap(ToDuck(leaf.type));
    const Value min = said.min ? Unwrap(PartitionValue(said.min, type)) : Value(type);
    const Value max = said.max ? Unwrap(PartitionValue(said.max, type)) : Value(type);
    for (const auto& [low_text, high_text] : column.bounds) {
      const Value low = BoundValue(low_text, type);
      const Value high = BoundValue(high_text, type);
      if (low.IsNull() || high.IsNull()) {
        continue;
      }
      if ((!min.IsNull() && Less(low, min)) || (!max.IsNull() && Less(max, high))) {
        return true;
      }
    }
    return false;
  }

  /// What the log says of a column that its rows deny; empty if nothing.
  static std::string Contradiction(const table::ColumnStatistics& said, const ColumnFacts& column,
                                   const FileFacts& facts, const table::FileStatistics& stated) {
    const std::string name = Joined(column.path, ".");
    if (said.min && !column.min.IsNull()) {
      const Value min = Unwrap(PartitionValue(said.min, column.type));
      if (!min.IsNull() && Less(column.min, min)) {
        return fmt::format("the least {} is {}, not {}", name, column.min.ToString(), *said.min);
      }
    }
    if (said.max && !column.max.IsNull()) {
      const Value max = Unwrap(PartitionValue(said.max, column.type));
      if (!max.IsNull() && Less(max, column.max)) {
        return fmt::format("the greatest {} is {}, not {}", name, column.max.ToString(), *said.max);
      }
    }
    // With loose bounds a count of NULLs only means something where it is none or all.
    const bool says_all = stated.row_count && said.null_count == stated.row_count;
    const bool wrong_count =
        said.null_count && (stated.tight_bounds ? *said.null_count != column.nulls
                            : says_all          ? column.nulls != facts.live_rows
                                                : *said.null_count == 0 && column.nulls > 0);
    return wrong_count ? fmt::format("{} is NULL in {} rows, not in {}", name, column.nulls,
                                     *said.null_count)
                       : std::string();
  }

  duckdb::DatabaseInstance& database_;
  const std::shared_ptr<TableState> state_;
  const FooterCheckOptions options_;
  duckdb::Connection connection_;
  const std::vector<StatisticsLeaf> leaves_;
  std::map<std::string, LogicalType> types_;
  std::vector<table::Finding> findings_;
};

}  // namespace

Result<std::vector<table::Finding>> CheckFooters(duckdb::DatabaseInstance& database,
                                                 const std::shared_ptr<TableState>& state,
                                                 const std::vector<table::DataFilePtr>& files,
                                                 const FooterCheckOptions& options) {
  return Fenced([&] { return FooterCheck(database, state, options).Run(files); });
}

}  // namespace limno::engine
