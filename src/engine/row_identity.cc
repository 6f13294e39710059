#include "engine/row_identity.h"

#include <fmt/format.h>

#include "duckdb/function/function_binder.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "duckdb/planner/expression/bound_operator_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/statement_run.h"

namespace limno::engine {
namespace {

using duckdb::BoundConstantExpression;
using duckdb::BoundReferenceExpression;
using duckdb::column_t;
using duckdb::Expression;
using duckdb::MultiFileReader;

bool IsRowId(column_t column) { return column == kRowIdColumn || column == kKeptRowIdColumn; }

duckdb::unique_ptr<Expression> Reference(idx_t place) {
  return duckdb::make_uniq<BoundReferenceExpression>(LogicalType::BIGINT, place);
}

/// A file's hidden column, and what stands for its NULLs.
struct StoredIdentity final : public duckdb::FunctionData {
  std::shared_ptr<const std::vector<std::optional<int64_t>>> values;
  std::optional<int64_t> start;
  /// start + row number, or start for every row.
  bool counts = false;

  duckdb::unique_ptr<FunctionData> Copy() const override {
    return duckdb::make_uniq<StoredIdentity>(*this);
  }
  bool Equals(const FunctionData& other) const override {
    return values == other.Cast<StoredIdentity>().values;
  }
  std::optional<int64_t> At(int64_t row) const {
    const auto index = static_cast<size_t>(row);
    if (index < values->size() && (*values)[index]) {
      return (*values)[index];
    }
    return start && counts ? std::optional(*start + row) : start;
  }
};

void LookUp(DataChunk& input, duckdb::ExpressionState& state, duckdb::Vector& result) {
  const auto& stored =
      state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<StoredIdentity>();
  duckdb::UnifiedVectorFormat rows;
  input.data[0].ToUnifiedFormat(input.size(), rows);
  const auto* numbers = duckdb::UnifiedVectorFormat::GetData<int64_t>(rows);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* values = duckdb::FlatVector::GetData<int64_t>(result);
  for (idx_t row = 0; row < input.size(); ++row) {
    if (const auto value = stored.At(numbers[rows.sel->get_index(row)])) {
      values[row] = *value;
    } else {
      duckdb::FlatVector::SetNull(result, row, true);
    }
  }
}

std::vector<std::optional<int64_t>> ReadColumn(ClientContext& context, const std::string& path,
                                               const std::string& column) {
  duckdb::Connection connection(*context.db);
  const auto result =
      RunText(connection, fmt::format("SELECT {} FROM read_parquet({}, file_row_number=true) "
                                      "ORDER BY file_row_number",
                                      QuoteIdentifier(column), QuoteString(path)));
  if (result->HasError()) {
    result->ThrowError();
  }
  std::vector<std::optional<int64_t>> values;
  values.reserve(result->RowCount());
  for (auto& chunk : result->Collection().Chunks()) {
    for (idx_t row = 0; row < chunk.size(); ++row) {
      const Value value = chunk.GetValue(0, row);
      values.push_back(value.IsNull() ? std::nullopt : std::optional(value.GetValue<int64_t>()));
    }
  }
  return values;
}

}  // namespace

bool IsRowIdentity(column_t column) {
  return IsRowId(column) || column == kRowCommitVersionColumn ||
         column == kKeptRowCommitVersionColumn;
}

bool KeepsIdentity(const ScanContext& scan) {
  return scan.identity && scan.state->table().RowIdentity(scan.state->metadata());
}

void AddRowIdentity(duckdb::virtual_column_map_t& columns) {
  const std::pair<column_t, const char*> names[] = {
      {kRowIdColumn, kRowIdName},
      {kRowCommitVersionColumn, kRowCommitVersionName},
      {kKeptRowIdColumn, kKeptRowIdName},
      {kKeptRowCommitVersionColumn, kKeptRowCommitVersionName}};
  for (const auto& [column, name] : names) {
    columns.emplace(column, duckdb::TableColumn(name, LogicalType::BIGINT));
  }
}

RowIdentityExpressions::RowIdentityExpressions(ClientContext& context, const ScanContext& scan,
                                               const table::DataFile& file,
                                               duckdb::MultiFileReaderData& reader_data)
    : context_(context), scan_(scan), file_(file), reader_data_(reader_data) {}

const std::string& RowIdentityExpressions::StoredName(column_t column) const {
  return IsRowId(column) ? scan_.identity->row_id : scan_.identity->commit_version;
}

duckdb::optional_idx RowIdentityExpressions::FindStored(column_t column) const {
  const auto& columns = reader_data_.reader->GetColumns();
  for (idx_t index = 0; index < columns.size(); ++index) {
    if (columns[index].name == StoredName(column)) {
      return index;
    }
  }
  return {};
}

void RowIdentityExpressions::Reserve(const duckdb::vector<duckdb::ColumnIndex>& columns,
                                     optional_ptr<duckdb::TableFilterSet> filters) {
  for (idx_t position = 0; position < columns.size(); ++position) {
    const column_t column = columns[position].GetPrimaryIndex();
    const bool filtered = filters && filters->filters.count(position) > 0;
    if (IsRowIdentity(column) && !filtered) {
      places_.push_back({position, column});
      reader_data_.constant_map.Add(duckdb::MultiFileGlobalIndex(position),
                                    Value(LogicalType::BIGINT));
    }
  }
}

idx_t RowIdentityExpressions::Read(idx_t local_column) {
  auto& reader = *reader_data_.reader;
  const auto [place, inserted] = read_.try_emplace(local_column, reader.column_ids.size());
  if (inserted) {
    reader.column_ids.push_back(duckdb::MultiFileLocalColumnId(local_column));
    reader.column_indexes.push_back(duckdb::ColumnIndex(local_column));
  }
  return place->second;
}

idx_t RowIdentityExpressions::ReadRowNumber() {
  if (!row_number_.IsValid()) {
    auto& reader = *reader_data_.reader;
    const idx_t local_column = reader.columns.size();
    reader.columns.emplace_back("file_row_number", LogicalType::BIGINT);
    reader.AddVirtualColumn(MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER);
    row_number_ = Read(local_column);
  }
  return row_number_.GetIndex();
}

duckdb::unique_ptr<Expression> RowIdentityExpressions::Default(column_t column,
                                                               idx_t row_number) const {
  const std::optional<int64_t>& start =
      IsRowId(column) ? file_.base_row_id : file_.default_row_commit_version;
  auto constant = duckdb::make_uniq<BoundConstantExpression>(start ? Value::BIGINT(*start)
                                                                   : Value(LogicalType::BIGINT));
  if (!start || !IsRowId(column)) {
    return constant;
  }
  duckdb::vector<duckdb::unique_ptr<Expression>> summands;
  summands.push_back(std::move(constant));
  summands.push_back(Reference(row_number));
  duckdb::ErrorData error;
  auto sum = duckdb::FunctionBinder(context_).BindScalarFunction(DEFAULT_SCHEMA, "+",
                                                                 std::move(summands), error, true);
  if (error.HasError()) {
    error.Throw();
  }
  return sum;
}

void RowIdentityExpressions::Complete() {
  for (const Place& place : places_) {
    const bool counts = IsRowId(place.column) && file_.base_row_id.has_value();
    auto expression = Default(place.column, counts ? ReadRowNumber() : 0);
    if (const auto stored = FindStored(place.column); stored.IsValid()) {
      auto first = duckdb::make_uniq<duckdb::BoundOperatorExpression>(
          duckdb::ExpressionType::OPERATOR_COALESCE, LogicalType::BIGINT);
      first->children.push_back(Reference(Read(stored.GetIndex())));
      first->children.push_back(std::move(expression));
      expression = std::move(first);
    }
    reader_data_.expressions[place.position] = std::move(expression);
  }
}

duckdb::unique_ptr<Expression> RowIdentityExpressions::FromRowNumber(column_t column,
                                                                     idx_t row_number) const {
  if (!FindStored(column).IsValid()) {
    return Default(column, row_number);
  }
  auto stored = duckdb::make_uniq<StoredIdentity>();
  stored->values = std::make_shared<const std::vector<std::optional<int64_t>>>(
      ReadColumn(context_, reader_data_.file_to_be_opened.path, StoredName(column)));
  stored->counts = IsRowId(column);
  stored->start = stored->counts ? file_.base_row_id : file_.default_row_commit_version;
  duckdb::ScalarFunction function("limno_row_identity", {LogicalType::BIGINT}, LogicalType::BIGINT,
                                  LookUp);
  duckdb::vector<duckdb::unique_ptr<Expression>> arguments;
  arguments.push_back(Reference(row_number));
  return duckdb::make_uniq<duckdb::BoundFunctionExpression>(
      LogicalType::BIGINT, std::move(function), std::move(arguments), std::move(stored));
}

}  // namespace limno::engine
