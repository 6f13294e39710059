#include "engine/parquet_file.h"

#include "duckdb/catalog/catalog_entry/copy_function_catalog_entry.hpp"
#include "duckdb/parallel/thread_context.hpp"
#include "duckdb/parser/parsed_data/copy_info.hpp"
#include "engine/errors.h"
#include "engine/types.h"
#include "engine/variant_column.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

/// DuckDB cuts longer bounds and does not say so.
constexpr size_t kInexactStringBytes = 256;

duckdb::CopyFunction FindParquetCopy(ClientContext& context) {
  auto& catalog = duckdb::Catalog::GetSystemCatalog(context);
  return catalog.GetEntry<duckdb::CopyFunctionCatalogEntry>(context, DEFAULT_SCHEMA, "parquet")
      .function;
}

/// `"a"."b"` with doubled quotes inside names -> {"a", "b"}.
std::vector<std::string> ParseColumnPath(const std::string& quoted) {
  std::vector<std::string> path;
  size_t position = 0;
  while (position < quoted.size() && quoted[position] == '"') {
    std::string name;
    for (++position; position < quoted.size(); ++position) {
      if (quoted[position] != '"') {
        name += quoted[position];
      } else if (position + 1 < quoted.size() && quoted[position + 1] == '"') {
        name += quoted[position++];
      } else {
        break;
      }
    }
    path.push_back(std::move(name));
    position += 2;
  }
  return path;
}

/// The leaf at `path` if only structs lead there; nullptr otherwise.
const table::Field* FindLeaf(const std::vector<table::Field>& fields,
                             const std::vector<std::string>& path) {
  const std::vector<table::Field>* level = &fields;
  for (size_t depth = 0; depth < path.size(); ++depth) {
    const table::Field* match = nullptr;
    for (const table::Field& field : *level) {
      if (field.name == path[depth]) {
        match = &field;
      }
    }
    if (match == nullptr) {
      return nullptr;
    }
    // Of its two fields one will do: they are there wherever the variant is.
    if (match->type.kind == table::TypeKind::kVariant) {
      return path.back() == kVariantValueField ? match : nullptr;
    }
    if (depth + 1 == path.size()) {
      return match->type.IsNested() ? nullptr : match;
    }
    if (match->type.kind != table::TypeKind::kStruct) {
      return nullptr;
    }
    level = &match->type.children;
  }
  return nullptr;
}

/// DuckDB's text of a bound in the form that table statistics use; nullopt if there is none.
std::optional<std::string> BoundText(const Value& bound, const table::DataType& type) {
  std::string text = bound.ToString();
  switch (type.kind) {
    case table::TypeKind::kBoolean:
      return text == "1" || text == "true" ? "true" : "false";
    case table::TypeKind::kBinary:
      return std::nullopt;
    case table::TypeKind::kTimestamp:
    case table::TypeKind::kTimestampNtz:
      if (const size_t zone = text.find('+'); zone != std::string::npos) {
        text.resize(zone);
      }
      return text;
    default:
      return text;
  }
}

/// What COPY's option FIELD_IDS takes: name -> id, or -> {__duckdb_field_id: id, child: ...}. NULL
/// if no field has an id.
class FieldIds {
 public:
  static Value Of(const std::vector<table::Field>& fields) {
    duckdb::child_list_t<Value> parts;
    for (const table::Field& field : fields) {
      const std::string path = table::PhysicalName(field);
      const std::optional<int32_t> id = table::FieldId(field);
      Add(parts, field.name,
          OfOne(field.type, id ? Value::INTEGER(*id) : Value(), table::NestedFieldIds(field),
                path));
    }
    return AsStruct(std::move(parts));
  }

 private:
  using NestedIds = std::map<std::string, int32_t>;

  static void Add(duckdb::child_list_t<Value>& parts, const std::string& name, Value ids) {
    if (!ids.IsNull()) {
      parts.emplace_back(name, std::move(ids));
    }
  }

  static Value AsStruct(duckdb::child_list_t<Value> parts) {
    return parts.empty() ? Value() : Value::STRUCT(std::move(parts));
  }

  /// `id`: NULL if it has none. `nested`, `path`: of the nearest field of a struct, and the way
  /// from there.
  static Value OfOne(const table::DataType& type, const Value& id, const NestedIds& nested,
                     const std::string& path) {
    if (type.children.empty()) {
      return id;
    }
    duckdb::child_list_t<Value> parts;
    Add(parts, "__duckdb_field_id", id);
    if (type.kind == table::TypeKind::kStruct) {
      const Value fields = Of(type.children);
      for (size_t index = 0; !fields.IsNull() && index < Children(fields).size(); ++index) {
        const auto& name = duckdb::StructType::GetChildName(fields.type(), index);
        parts.emplace_back(name, Children(fields)[index]);
      }
      return AsStruct(std::move(parts));
    }
    for (const table::Field& child : type.children) {
      const std::string child_path = path + "." + child.name;
      const auto known = nested.find(child_path);
      const Value child_id = known == nested.end() ? Value() : Value::INTEGER(known->second);
      Add(parts, child.name, OfOne(child.type, child_id, nested, child_path));
    }
    return AsStruct(std::move(parts));
  }

  static const duckdb::vector<Value>& Children(const Value& value) {
    return duckdb::StructValue::GetChildren(value);
  }
};

}  // namespace

ParquetFormat::ParquetFormat(ClientContext& context, const std::vector<table::Field>& fields,
                             std::optional<uint64_t> rows_per_group)
    : function_(FindParquetCopy(context)), info_(duckdb::make_uniq<duckdb::CopyInfo>()) {
  duckdb::vector<duckdb::string> names;
  for (const table::Field& field : fields) {
    names.push_back(field.name);
    const LogicalType type = Unwrap(ToDuck(field.type));
    types_.push_back(ReplaceVariants(type, VariantFileType()));
  }
  info_->format = "parquet";
  if (const Value ids = FieldIds::Of(fields); !ids.IsNull()) {
    info_->options["field_ids"] = {ids};
  }
  info_->options["compression"] = {Value("zstd")};
  if (rows_per_group) {
    info_->options["row_group_size"] = {Value::UBIGINT(*rows_per_group)};
  }
  duckdb::CopyFunctionBindInput input(*info_);
  bind_data_ = function_.copy_to_bind(context, input, names, types_);
}

ParquetFile::ParquetFile(ClientContext& context, const ParquetFormat& format,
                         const std::string& path)
    : format_(format),
      state_(format.function().copy_to_initialize_global(context, format.bind_data(), path)) {
  format.function().copy_to_get_written_statistics(context, format.bind_data(), *state_,
                                                   statistics_);
}

ParquetFile::Local ParquetFile::MakeLocal(duckdb::ExecutionContext& context) const {
  return format_.function().copy_to_initialize_local(context, format_.bind_data());
}

void ParquetFile::Sink(duckdb::ExecutionContext& context, Local& local, DataChunk& rows) {
  format_.function().copy_to_sink(context, format_.bind_data(), *state_, *local, rows);
}

void ParquetFile::Combine(duckdb::ExecutionContext& context, Local& local) {
  format_.function().copy_to_combine(context, format_.bind_data(), *state_, *local);
}

bool ParquetFile::HasReached(uint64_t bytes) const {
  return format_.function().rotate_next_file(*state_, format_.bind_data(),
                                             duckdb::optional_idx(bytes));
}

void ParquetFile::Close(ClientContext& context) {
  format_.function().copy_to_finalize(context, format_.bind_data(), *state_);
  state_.reset();
}

table::FileStatistics ToFileStatistics(uint64_t rows, const WrittenStatistics& statistics,
                                       const std::vector<table::Field>& fields) {
  table::FileStatistics result;
  result.row_count = static_cast<int64_t>(rows);
  for (const auto& [quoted, values] : statistics) {
    table::ColumnStatistics column;
    column.path = ParseColumnPath(quoted);
    const table::Field* leaf = FindLeaf(fields, column.path);
    if (leaf == nullptr) {
      continue;
    }
    const bool is_variant = leaf->type.kind == table::TypeKind::kVariant;
    if (is_variant) {
      column.path.pop_back();
    }
    if (const auto nan = values.find("has_nan"); nan != values.end()) {
      column.has_nan = nan->second.ToString() == "true";
    }
    if (const auto nulls = values.find("null_count"); nulls != values.end()) {
      column.null_count = nulls->second.DefaultCastAs(LogicalType::BIGINT).GetValue<int64_t>();
    }
    const auto min = values.find("min");
    const auto max = values.find("max");
    if (min != values.end() && max != values.end() && !column.has_nan && !is_variant) {
      column.min = BoundText(min->second, leaf->type);
      column.max = BoundText(max->second, leaf->type);
      column.exact = column.max && column.max->size() < kInexactStringBytes &&
                     column.min->size() < kInexactStringBytes;
    }
    result.columns.push_back(std::move(column));
  }
  return result;
}

}  // namespace limno::engine
