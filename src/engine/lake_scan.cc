#include "engine/lake_scan.h"

#include <map>

#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/common/serializer/deserializer.hpp"
#include "duckdb/common/serializer/serializer.hpp"
#include "duckdb/function/partition_stats.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "engine/column_alignment.h"
#include "engine/deleted_rows_filter.h"
#include "engine/errors.h"
#include "engine/field_ids.h"
#include "engine/lake_table.h"
#include "engine/missing_files.h"
#include "engine/row_identity.h"
#include "engine/scan_statistics.h"
#include "engine/variant_annotation.h"
#include "engine/variant_column.h"
#include "engine/variant_file_column.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

using duckdb::MultiFileBindData;
using duckdb::MultiFileColumnDefinition;
using duckdb::MultiFileReader;
using duckdb::MultiFileReaderData;

/// What DuckDB's own Parquet scan does, around which ours is wrapped.
struct ParquetFunctions {
  duckdb::table_function_t scan = nullptr;
  duckdb::table_function_init_global_t init_global = nullptr;
  duckdb::table_function_init_local_t init_local = nullptr;
};

struct ScanInfo final : duckdb::TableFunctionInfo {
  std::shared_ptr<ScanContext> scan;
  ParquetFunctions parquet;
};

/// The column as the file has it, under the table's name.
MultiFileColumnDefinition AsInFile(const MultiFileColumnDefinition& wanted,
                                   const MultiFileColumnDefinition& found) {
  MultiFileColumnDefinition column(wanted.name, found.type);
  column.identifier = Value(found.name);
  return column;
}

/// `column`, which takes what the reader yields, gets variants: the reader makes them, so that its
/// filters see them.
void ReadVariants(duckdb::BaseFileReader& reader, const MultiFileColumnDefinition& wanted,
                  duckdb::unique_ptr<duckdb::Expression>& column) {
  const idx_t place = column->Cast<duckdb::BoundReferenceExpression>().index;
  const idx_t in_file = reader.column_ids[duckdb::MultiFileLocalIndex(place)].GetId();
  reader.expression_map[in_file] = ReadVariantColumn(
      duckdb::make_uniq<duckdb::BoundReferenceExpression>(column->return_type, idx_t{0}), wanted,
      reader.GetFileName());
  column = duckdb::make_uniq<duckdb::BoundReferenceExpression>(wanted.type, place);
}

class LakeFileReader final : public MultiFileReader {
 public:
  LakeFileReader(std::shared_ptr<ScanContext> scan, const ParquetFunctions& parquet)
      : scan_(std::move(scan)), parquet_(parquet) {
    function_name = "lake_scan";
  }

  const std::string& table() const { return scan_->state->name(); }
  const ParquetFunctions& parquet() const { return parquet_; }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(
      ClientContext& /*context*/, const duckdb::vector<duckdb::string>& /*paths*/,
      const duckdb::FileGlobInput& /*glob*/) override {
    return duckdb::make_shared_ptr<FileList>(scan_);
  }

  bool Bind(duckdb::MultiFileOptions& /*options*/, duckdb::MultiFileList& /*files*/,
            duckdb::vector<LogicalType>& return_types, duckdb::vector<duckdb::string>& names,
            duckdb::MultiFileReaderBindData& bind_data) override {
    const auto& columns = *scan_->columns;
    const auto& fields = columns.metadata.schema.fields;
    for (size_t index = 0; index < fields.size(); ++index) {
      names.push_back(fields[index].name);
      return_types.push_back(columns.types[index]);
      bind_data.schema.push_back(
          ColumnDefinition(fields[index], columns.types[index], columns.physical_names[index]));
    }
    bind_data.mapping = duckdb::MultiFileColumnMappingMode::BY_NAME;
    return true;
  }

  void BindOptions(duckdb::MultiFileOptions& /*options*/, duckdb::MultiFileList& /*files*/,
                   duckdb::vector<LogicalType>& /*types*/,
                   duckdb::vector<duckdb::string>& /*names*/,
                   duckdb::MultiFileReaderBindData& /*bind_data*/) override {}

  duckdb::unique_ptr<duckdb::MultiFileReaderGlobalState> InitializeGlobalState(
      ClientContext& context, const duckdb::MultiFileOptions& options,
      const duckdb::MultiFileReaderBindData& bind_data, const duckdb::MultiFileList& files,
      const duckdb::vector<MultiFileColumnDefinition>& global_columns,
      const duckdb::vector<duckdb::ColumnIndex>& global_column_ids) override {
    dynamic_cast<const FileList&>(files).RecordRead(context);
    return MultiFileReader::InitializeGlobalState(context, options, bind_data, files,
                                                  global_columns, global_column_ids);
  }

  duckdb::ReaderInitializeType InitializeReader(
      MultiFileReaderData& reader_data, const MultiFileBindData& bind_data,
      const duckdb::vector<MultiFileColumnDefinition>& global_columns,
      const duckdb::vector<duckdb::ColumnIndex>& global_column_ids,
      optional_ptr<duckdb::TableFilterSet> filters, ClientContext& context,
      duckdb::MultiFileGlobalState& gstate) override {
    const ScanFile& file = FileOf(reader_data);
    auto& reader = *reader_data.reader;
    if (scan_->columns->holds_variants) {
      ReadVariantsAsGroups(reader);
    }
    const auto& found_columns = reader.GetColumns();
    auto columns = global_columns;
    const table::Metadata& metadata = scan_->columns->metadata;
    if (MapsColumnsById(metadata)) {
      Unwrap(NameByFieldIds(columns, metadata.schema, found_columns, reader.GetFileName()));
    }
    std::map<idx_t, MultiFileColumnDefinition> variants;
    for (idx_t position = 0; position < global_column_ids.size(); ++position) {
      const auto column = global_column_ids[position].GetPrimaryIndex();
      if (duckdb::IsVirtualColumn(column)) {
        continue;
      }
      const MultiFileColumnDefinition* found = FindColumn(found_columns, columns[column]);
      if (IsConstant(*file.file, column)) {
        reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(position),
                                     PartitionValueOf(*file.file, *scan_->columns, column));
      } else if (found == nullptr) {
        reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(position),
                                     Value(columns[column].type));
      } else if (HoldsVariant(global_columns[column].type)) {
        variants.emplace(position, columns[column]);
        columns[column] = AsInFile(columns[column], *found);
      } else {
        AlignColumn(columns[column], *found);
      }
    }
    reader.deletion_filter = MakeDeletedRowsFilter(*scan_->state, file);
    RowIdentityExpressions identity(context, *scan_, *file.file, reader_data);
    identity.Reserve(global_column_ids, filters);
    const auto result = MultiFileReader::InitializeReader(
        reader_data, bind_data, columns, global_column_ids, filters, context, gstate);
    if (result == duckdb::ReaderInitializeType::INITIALIZED) {
      identity.Complete();
      for (const auto& [position, wanted] : variants) {
        ReadVariants(reader, wanted, reader_data.expressions[position]);
      }
    }
    return result;
  }

  duckdb::unique_ptr<duckdb::Expression> GetVirtualColumnExpression(
      ClientContext& context, MultiFileReaderData& reader_data,
      const duckdb::vector<MultiFileColumnDefinition>& local_columns, idx_t& column_id,
      const LogicalType& type, duckdb::MultiFileLocalIndex local_index,
      optional_ptr<MultiFileColumnDefinition>& global_column) override {
    if (IsRowIdentity(column_id)) {
      const RowIdentityExpressions identity(context, *scan_, *FileOf(reader_data).file,
                                            reader_data);
      return identity.FromRowNumber(
          std::exchange(column_id, MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER),
          local_index.GetIndex());
    }
    return MultiFileReader::GetVirtualColumnExpression(context, reader_data, local_columns,
                                                       column_id, type, local_index, global_column);
  }

  duckdb::unique_ptr<duckdb::Expression> GetConstantVirtualColumn(
      MultiFileReaderData& reader_data, idx_t column_id, const LogicalType& type) override {
    if (column_id == kFileIdColumn) {
      return duckdb::make_uniq<duckdb::BoundConstantExpression>(
          Value::BIGINT(scan_->state->FileId(FileOf(reader_data).file)));
    }
    return MultiFileReader::GetConstantVirtualColumn(reader_data, column_id, type);
  }

  duckdb::unique_ptr<MultiFileReader> Copy() const override {
    return duckdb::make_uniq<LakeFileReader>(scan_, parquet_);
  }

 private:
  const ScanFile& FileOf(const MultiFileReaderData& reader_data) const {
    const auto& options = reader_data.file_to_be_opened.extended_info->options;
    return scan_->files[options.at(kFilePosition).GetValue<uint64_t>()];
  }

  /// Partition columns, and others that the file's entry has a value for (the change feed's).
  bool IsConstant(const table::DataFile& file, idx_t column) const {
    const auto& values = file.partition_values;
    return scan_->columns->is_partition[column] ||
           std::any_of(values.begin(), values.end(), [&](const auto& value) {
             return value.first == scan_->columns->physical_names[column];
           });
  }

  static const MultiFileColumnDefinition* FindColumn(
      const duckdb::vector<MultiFileColumnDefinition>& columns,
      const MultiFileColumnDefinition& wanted) {
    const std::string name = wanted.GetIdentifierName();
    for (const auto& column : columns) {
      if (duckdb::StringUtil::CIEquals(column.name, name)) {
        return &column;
      }
    }
    return nullptr;
  }

  std::shared_ptr<ScanContext> scan_;
  const ParquetFunctions parquet_;
};

duckdb::unique_ptr<MultiFileReader> CreateLakeFileReader(const duckdb::TableFunction& function) {
  const auto& info = function.function_info->Cast<ScanInfo>();
  return duckdb::make_uniq<LakeFileReader>(info.scan, info.parquet);
}

const LakeFileReader& ReaderOf(const duckdb::FunctionData& bind_data) {
  return dynamic_cast<const LakeFileReader&>(
      *bind_data.Cast<MultiFileBindData>().multi_file_reader);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitLakeScan(
    ClientContext& context, duckdb::TableFunctionInitInput& input) {
  const LakeFileReader& reader = ReaderOf(*input.bind_data);
  return WhileReadingFilesOf(reader.table(),
                             [&] { return reader.parquet().init_global(context, input); });
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> InitLocalLakeScan(
    duckdb::ExecutionContext& context, duckdb::TableFunctionInitInput& input,
    duckdb::GlobalTableFunctionState* global) {
  const LakeFileReader& reader = ReaderOf(*input.bind_data);
  return WhileReadingFilesOf(reader.table(),
                             [&] { return reader.parquet().init_local(context, input, global); });
}

void ScanLake(ClientContext& context, duckdb::TableFunctionInput& input,
              duckdb::DataChunk& output) {
  const LakeFileReader& reader = ReaderOf(*input.bind_data);
  WhileReadingFilesOf(reader.table(), [&] { reader.parquet().scan(context, input, output); });
}

const FileList& ListOf(const duckdb::FunctionData& bind_data) {
  return dynamic_cast<const FileList&>(*bind_data.Cast<MultiFileBindData>().file_list);
}

duckdb::BindInfo LakeBindInfo(const optional_ptr<duckdb::FunctionData> bind_data) {
  auto entry = ListOf(*bind_data).scan().entry;
  return entry ? duckdb::BindInfo(*entry) : duckdb::BindInfo(duckdb::ScanType::EXTERNAL);
}

duckdb::virtual_column_map_t LakeVirtualColumns(ClientContext& /*context*/,
                                                optional_ptr<duckdb::FunctionData> bind_data) {
  auto columns = ScanVirtualColumns(ListOf(*bind_data).scan().identity.has_value());
  bind_data->Cast<MultiFileBindData>().virtual_columns = columns;
  return columns;
}

duckdb::vector<duckdb::column_t> LakeRowIdColumns(ClientContext& /*context*/,
                                                  optional_ptr<duckdb::FunctionData> /*bind*/) {
  return {kFileIdColumn, MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER};
}

duckdb::vector<duckdb::PartitionStatistics> LakePartitionStatistics(
    ClientContext& context, duckdb::GetPartitionStatsInput& input) {
  return ScanStatistics(context, ListOf(*input.bind_data));
}

/// DuckDB compares plans by their serialised form, and runs what is equal once: the form has to
/// tell apart tables, versions of a table, and what was staged or pruned.
void SerializeIdentity(duckdb::Serializer& serializer,
                       const optional_ptr<duckdb::FunctionData> bind_data,
                       const duckdb::TableFunction& /*function*/) {
  const FileList& list = ListOf(*bind_data);
  const ScanContext& scan = list.scan();
  const void* source = scan.entry ? static_cast<const void*>(scan.entry->historical()) : &scan;
  duckdb::vector<idx_t> files(list.chosen().begin(), list.chosen().end());
  serializer.WriteProperty(100, "state", reinterpret_cast<uint64_t>(scan.state.get()));
  serializer.WriteProperty(101, "source", reinterpret_cast<uint64_t>(source));
  serializer.WriteProperty(102, "file_count", static_cast<uint64_t>(scan.files.size()));
  serializer.WriteProperty(103, "files", files);
}

duckdb::unique_ptr<duckdb::FunctionData> RefuseDeserialize(duckdb::Deserializer& /*deserializer*/,
                                                           duckdb::TableFunction& /*function*/) {
  throw duckdb::NotImplementedException("scans of lake tables cannot be restored from bytes");
}

duckdb::InsertionOrderPreservingMap<duckdb::string> LakeScanToString(
    duckdb::TableFunctionToStringInput& input) {
  duckdb::InsertionOrderPreservingMap<duckdb::string> result;
  const FileList& list = ListOf(*input.bind_data);
  result["Table"] = list.scan().state->name();
  result["Files"] = duckdb::to_string(list.chosen().size()) + " of " +
                    duckdb::to_string(list.scan().files.size());
  return result;
}

}  // namespace

duckdb::virtual_column_map_t ScanVirtualColumns(bool tracks_rows) {
  duckdb::virtual_column_map_t columns;
  columns.emplace(kFileIdColumn, duckdb::TableColumn(kFileIdName, LogicalType::BIGINT));
  columns.emplace(MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER,
                  duckdb::TableColumn("file_row_number", LogicalType::BIGINT));
  columns.emplace(MultiFileReader::COLUMN_IDENTIFIER_FILENAME,
                  duckdb::TableColumn("filename", LogicalType::VARCHAR));
  columns.emplace(duckdb::COLUMN_IDENTIFIER_EMPTY, duckdb::TableColumn("", LogicalType::BOOLEAN));
  if (tracks_rows) {
    AddRowIdentity(columns);
  }
  return columns;
}

duckdb::TableFunction BindLakeScan(ClientContext& context, std::shared_ptr<ScanContext> scan,
                                   duckdb::unique_ptr<duckdb::FunctionData>& bind_data) {
  duckdb::ExtensionLoader loader(*context.db, "limno");
  auto& parquet = loader.GetTableFunction("parquet_scan");
  duckdb::TableFunction function = parquet.functions.GetFunctionByOffset(0);
  auto info = duckdb::make_shared_ptr<ScanInfo>();
  info->scan = std::move(scan);
  function.name = "lake_scan";
  function.function_info = info;
  info->parquet = {function.function, function.init_global, function.init_local};
  function.function = ScanLake;
  function.init_global = InitLakeScan;
  function.init_local = InitLocalLakeScan;
  function.get_multi_file_reader = CreateLakeFileReader;
  function.statistics = nullptr;
  function.statistics_extended = nullptr;
  function.get_bind_info = LakeBindInfo;
  function.get_partition_stats = LakePartitionStatistics;
  function.get_virtual_columns = LakeVirtualColumns;
  function.get_row_id_columns = LakeRowIdColumns;
  function.to_string = LakeScanToString;
  function.supports_pushdown_extract = nullptr;
  // Rows are found again by their identity, which only the rows of a table have.
  function.late_materialization = info->scan->entry != nullptr;
  function.serialize = SerializeIdentity;
  function.deserialize = RefuseDeserialize;

  duckdb::vector<Value> inputs{Value("lake")};
  duckdb::named_parameter_map_t parameters;
  duckdb::vector<LogicalType> input_types;
  duckdb::vector<duckdb::string> input_names;
  duckdb::TableFunctionRef reference;
  duckdb::TableFunctionBindInput input(inputs, parameters, input_types, input_names, info.get(),
                                       nullptr, function, reference);
  duckdb::vector<LogicalType> types;
  duckdb::vector<duckdb::string> names;
  bind_data = function.bind(context, input, types, names);
  return function;
}

duckdb::TableFunction LakeScanFunction(duckdb::ExtensionLoader& loader, const std::string& name,
                                       duckdb::table_function_bind_t bind) {
  auto& parquet = loader.GetTableFunction("parquet_scan");
  duckdb::TableFunction function = parquet.functions.GetFunctionByOffset(0);
  function.name = name;
  function.named_parameters.clear();
  function.bind = bind;
  function.bind_replace = nullptr;
  return function;
}

duckdb::unique_ptr<duckdb::FunctionData> BindAsLakeScan(ClientContext& context,
                                                        std::shared_ptr<ScanContext> scan,
                                                        duckdb::TableFunctionBindInput& input,
                                                        duckdb::vector<LogicalType>& types,
                                                        duckdb::vector<duckdb::string>& names) {
  duckdb::unique_ptr<duckdb::FunctionData> bind_data;
  input.table_function = BindLakeScan(context, std::move(scan), bind_data);
  const auto& multi_file = bind_data->Cast<MultiFileBindData>();
  types = multi_file.types;
  names = multi_file.names;
  return bind_data;
}

}  // namespace limno::engine
