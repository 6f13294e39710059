#include "engine/duck_rows.h"

#include "base/json_writer.h"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "engine/errors.h"
#include "engine/variant_column.h"

namespace limno::engine {
namespace {

/// Texts that are JSON values as they stand.
bool IsPlainJson(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
      return true;
    default:
      return type.IsNumeric() || type.IsNested() || type.IsJSONType();
  }
}

std::string JsonCell(const LogicalType& type, std::string text) {
  // NaN and infinity are no JSON numbers.
  const bool special = (type.id() == LogicalTypeId::DOUBLE || type.id() == LogicalTypeId::FLOAT) &&
                       text.find_first_of("in") != std::string::npos;
  if (IsPlainJson(type) && !special) {
    return text;
  }
  std::string json;
  base::AppendJsonString(json, text);
  return json;
}

class DuckRows final : public Rows {
 public:
  DuckRows(duckdb::Connection& connection, duckdb::unique_ptr<duckdb::QueryResult> result,
           CellFormat format)
      : connection_(connection),
        result_(std::move(result)),
        format_(format),
        columns_(ColumnsOf(result_->names, result_->types)) {}

  const std::vector<Column>& columns() const override { return columns_; }

  Result<bool> Next(std::vector<Cell>& row) override {
    return Fenced([&]() -> Result<bool> {
      while (position_ >= count_) {
        LIMNO_ASSIGN(const bool more, FetchChunk());
        if (!more) {
          return false;
        }
      }
      row.resize(columns_.size());
      for (size_t column = 0; column < columns_.size(); ++column) {
        FillCell(column, row[column]);
      }
      ++position_;
      return true;
    });
  }

 private:
  Result<bool> FetchChunk() {
    auto chunk = result_->Fetch();
    if (result_->HasError()) {
      return Fail(FromDuck(result_->GetErrorObject()));
    }
    if (chunk == nullptr || chunk->size() == 0) {
      return false;
    }
    count_ = chunk->size();
    position_ = 0;
    texts_.clear();
    for (idx_t column = 0; column < chunk->ColumnCount(); ++column) {
      const LogicalType& type = result_->types[column];
      const bool as_json = format_ == CellFormat::kJson && type.IsNested();
      duckdb::Vector text(as_json ? LogicalType::JSON() : LogicalType::VARCHAR, count_);
      if (HoldsVariant(type)) {
        duckdb::Vector with_json(ReplaceVariants(type, LogicalType::JSON()), count_);
        VariantsToJson(chunk->data[column], with_json, count_);
        CastNested(with_json, text);
      } else {
        duckdb::VectorOperations::Cast(*connection_.context, chunk->data[column], text, count_);
      }
      text.Flatten(count_);
      texts_.push_back(std::move(text));
    }
    return true;
  }

  /// DuckDB takes a list of JSON for text where it is not within something else.
  void CastNested(duckdb::Vector& values, duckdb::Vector& text) {
    if (text.GetType().id() != LogicalTypeId::VARCHAR || !text.GetType().IsJSONType() ||
        values.GetType().id() != LogicalTypeId::LIST) {
      duckdb::VectorOperations::Cast(*connection_.context, values, text, count_);
      return;
    }
    constexpr std::string_view kBefore = "{\"v\":";
    duckdb::Vector whole(LogicalType::STRUCT({{"v", values.GetType()}}), count_);
    duckdb::StructVector::GetEntries(whole)[0]->Reference(values);
    duckdb::Vector wrapped(LogicalType::JSON(), count_);
    duckdb::VectorOperations::Cast(*connection_.context, whole, wrapped, count_);
    values.Flatten(count_);
    wrapped.Flatten(count_);
    for (idx_t row = 0; row < count_; ++row) {
      if (duckdb::FlatVector::IsNull(values, row)) {
        duckdb::FlatVector::SetNull(text, row, true);
        continue;
      }
      const auto& json = duckdb::FlatVector::GetData<duckdb::string_t>(wrapped)[row];
      const std::string inner(json.GetData() + kBefore.size(), json.GetSize() - kBefore.size() - 1);
      duckdb::FlatVector::GetData<duckdb::string_t>(text)[row] =
          duckdb::StringVector::AddString(text, inner);
    }
  }

  void FillCell(size_t column, Cell& cell) {
    cell.is_null = duckdb::FlatVector::IsNull(texts_[column], position_);
    if (cell.is_null) {
      cell.text = format_ == CellFormat::kJson ? "null" : "";
      return;
    }
    cell.text =
        duckdb::FlatVector::GetData<duckdb::string_t>(texts_[column])[position_].GetString();
    if (format_ == CellFormat::kJson) {
      cell.text = JsonCell(result_->types[column], std::move(cell.text));
    }
  }

  duckdb::Connection& connection_;
  duckdb::unique_ptr<duckdb::QueryResult> result_;
  CellFormat format_;
  std::vector<Column> columns_;
  std::vector<duckdb::Vector> texts_;
  idx_t count_ = 0;
  idx_t position_ = 0;
};

class TextRows final : public Rows {
 public:
  TextRows(std::vector<Column> columns, std::vector<std::vector<Cell>> rows)
      : columns_(std::move(columns)), rows_(std::move(rows)) {}

  const std::vector<Column>& columns() const override { return columns_; }
  Result<bool> Next(std::vector<Cell>& row) override {
    if (position_ == rows_.size()) {
      return false;
    }
    row = rows_[position_++];
    return true;
  }

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
  size_t position_ = 0;
};

}  // namespace

std::vector<Column> ColumnsOf(const duckdb::vector<duckdb::string>& names,
                              const duckdb::vector<LogicalType>& types) {
  std::vector<Column> columns;
  for (size_t index = 0; index < names.size(); ++index) {
    columns.push_back({names[index], types[index].ToString(), types[index].IsNumeric()});
  }
  return columns;
}

std::unique_ptr<Rows> MakeDuckRows(duckdb::Connection& connection,
                                   duckdb::unique_ptr<duckdb::QueryResult> result,
                                   CellFormat format) {
  return std::make_unique<DuckRows>(connection, std::move(result), format);
}

std::unique_ptr<Rows> MakeTextRows(std::vector<Column> columns, std::vector<std::vector<Cell>> rows,
                                   CellFormat format) {
  if (format == CellFormat::kJson) {
    for (auto& row : rows) {
      for (size_t index = 0; index < row.size(); ++index) {
        if (row[index].is_null) {
          row[index].text = "null";
        } else if (!columns[index].numeric) {
          std::string json;
          base::AppendJsonString(json, row[index].text);
          row[index].text = std::move(json);
        }
      }
    }
  }
  return std::make_unique<TextRows>(std::move(columns), std::move(rows));
}

}  // namespace limno::engine
