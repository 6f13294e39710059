#include "engine/identity_columns.h"

#include "engine/errors.h"

namespace limno::engine {

IdentityColumns::IdentityColumns(const TableState& table) : table_name_(table.name()) {
  const auto& fields = table.metadata().schema.fields;
  for (size_t index = 0; index < fields.size(); ++index) {
    const auto identity = Unwrap(table::IdentityOf(fields[index]));
    if (!identity) {
      continue;
    }
    Column column;
    column.index = index;
    column.name = fields[index].name;
    column.identity = *identity;
    column.first = identity->start;
    if (identity->high_water_mark &&
        __builtin_add_overflow(*identity->high_water_mark, identity->step, &column.first)) {
      ThrowError({ErrorKind::kRefused, "identity column " + column.name + " has no more numbers",
                  table_name_, ""});
    }
    column.taken = std::make_unique<std::atomic<int64_t>>(0);
    columns_.push_back(std::move(column));
  }
}

int64_t IdentityColumns::NumberAt(const Column& column, int64_t place) {
  int64_t distance = 0;
  int64_t number = 0;
  if (__builtin_mul_overflow(column.identity.step, place, &distance) ||
      __builtin_add_overflow(column.first, distance, &number)) {
    ThrowError(
        {ErrorKind::kRefused, "identity column " + column.name + " has no more numbers", "", ""});
  }
  return number;
}

void IdentityColumns::Number(DataChunk& rows, const GivenColumns& given) {
  for (const Column& column : columns_) {
    Fill(column, rows, given.empty() || given[column.index]);
  }
}

void IdentityColumns::Fill(const Column& column, DataChunk& rows, bool given) const {
  const idx_t count = rows.size();
  duckdb::UnifiedVectorFormat before;
  rows.data[column.index].ToUnifiedFormat(count, before);
  const auto* numbers = duckdb::UnifiedVectorFormat::GetData<int64_t>(before);
  duckdb::Vector filled(LogicalType::BIGINT, count);
  auto* out = duckdb::FlatVector::GetData<int64_t>(filled);
  int64_t place = column.taken->fetch_add(static_cast<int64_t>(count));
  for (idx_t row = 0; row < count; ++row) {
    const idx_t position = before.sel->get_index(row);
    if (!given || !before.validity.RowIsValid(position)) {
      out[row] = NumberAt(column, place++);
      continue;
    }
    if (!column.identity.allow_explicit_insert) {
      ThrowError({ErrorKind::kRefused,
                  "column " + column.name + " is GENERATED ALWAYS AS IDENTITY, and a row brings " +
                      std::to_string(numbers[position]),
                  table_name_, "leave the column out, and rows are numbered"});
    }
    out[row] = numbers[position];
  }
  rows.data[column.index].Reference(filled);
}

void IdentityColumns::StageMarks(TableState& table) const {
  table::Metadata metadata = table.metadata();
  bool changed = false;
  for (const Column& column : columns_) {
    const int64_t taken = column.taken->load();
    if (taken == 0) {
      continue;
    }
    table::Identity identity = column.identity;
    identity.high_water_mark = NumberAt(column, taken - 1);
    table::AnnotateIdentity(metadata.schema.fields[column.index], identity);
    changed = true;
  }
  if (changed) {
    table.StageMetadata(std::move(metadata));
  }
}

}  // namespace limno::engine
