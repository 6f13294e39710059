#include "engine/parquet_shape.h"

#include <fmt/format.h>

#include <set>

#include "base/name_match.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

/// Text that is equal for two files exactly if they have the same columns.
std::string Fingerprint(const std::vector<SchemaElement>& elements) {
  std::string text;
  // What the root is called does not matter.
  for (size_t index = 1; index < elements.size(); ++index) {
    const SchemaElement& element = elements[index];
    text += fmt::format("{}:{};{};{};{};{};{}\n", element.name.size(), element.name, element.type,
                        element.children, element.converted_type, element.logical_type,
                        element.repetition_type);
  }
  return text;
}

/// DuckDB calls the second of two columns of one name something else. Returns where the element
/// after the group at `group` and all below it stands.
Result<size_t> CheckNames(const std::vector<SchemaElement>& elements, size_t group) {
  std::set<std::string> seen;
  size_t next = group + 1;
  for (int64_t child = 0; child < elements[group].children && next < elements.size(); ++child) {
    if (!seen.insert(base::FoldCase(elements[next].name)).second) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("two columns called {} differ at most in upper and lower case",
                              elements[next].name));
    }
    LIMNO_ASSIGN(next, CheckNames(elements, next));
  }
  return next;
}

/// Follows the types that DuckDB reads the columns as, leaf by leaf beside those that are stored.
class ShapeBuilder {
 public:
  explicit ShapeBuilder(const std::vector<SchemaElement>& elements) {
    for (size_t index = 1; index < elements.size(); ++index) {
      if (!elements[index].type.empty()) {
        stored_.push_back(&elements[index]);
      }
    }
  }

  Result<ParquetShape> Build(const duckdb::vector<duckdb::string>& names,
                             const duckdb::vector<LogicalType>& types) {
    for (size_t index = 0; index < names.size(); ++index) {
      LIMNO_ASSIGN(table::DataType type, Take(types[index], {names[index]}, true));
      shape_.fields.push_back({names[index], std::move(type), true, {}});
    }
    if (shape_.leaves.size() != stored_.size()) {
      return Fail(ErrorKind::kRefused, "its columns are nested in a way that cannot be followed");
    }
    return std::move(shape_);
  }

 private:
  using Path = std::vector<std::string>;

  /// `in_structs`: no list or map lies above.
  Result<table::DataType> Take(const LogicalType& type, const Path& path, bool in_structs) {
    switch (type.id()) {
      case LogicalTypeId::STRUCT: {
        std::vector<table::Field> fields;
        for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
          Path child_path = path;
          child_path.push_back(name);
          LIMNO_ASSIGN(table::DataType child_type, Take(child, child_path, in_structs));
          fields.push_back({name, std::move(child_type), true, {}});
        }
        return table::StructOf(std::move(fields));
      }
      case LogicalTypeId::LIST: {
        LIMNO_ASSIGN(table::DataType element,
                     Take(duckdb::ListType::GetChildType(type), path, false));
        return table::ArrayOf(std::move(element));
      }
      case LogicalTypeId::MAP: {
        LIMNO_ASSIGN(table::DataType key, Take(duckdb::MapType::KeyType(type), path, false));
        LIMNO_ASSIGN(table::DataType value, Take(duckdb::MapType::ValueType(type), path, false));
        return table::MapOf(std::move(key), std::move(value));
      }
      default:
        return TakeLeaf(type, path, in_structs);
    }
  }

  Result<table::DataType> TakeLeaf(const LogicalType& type, const Path& path, bool in_structs) {
    if (shape_.leaves.size() >= stored_.size()) {
      return Fail(ErrorKind::kRefused, "its columns are nested in a way that cannot be followed");
    }
    const SchemaElement& stored = *stored_[shape_.leaves.size()];
    const bool is_int96 = stored.type == "INT96";
    ParquetLeaf leaf{in_structs ? path : Path(), type, false, false};
    switch (type.id()) {
      case LogicalTypeId::BOOLEAN:
      case LogicalTypeId::TINYINT:
      case LogicalTypeId::SMALLINT:
      case LogicalTypeId::INTEGER:
      case LogicalTypeId::BIGINT:
      case LogicalTypeId::DATE:
        leaf.trusts_old_bounds = true;
        break;
      case LogicalTypeId::FLOAT:
      case LogicalTypeId::DOUBLE:
        leaf.trusts_old_bounds = true;
        leaf.may_hold_nan = true;
        break;
      case LogicalTypeId::TIMESTAMP:
      case LogicalTypeId::TIMESTAMP_TZ:
        leaf.trusts_old_bounds = !is_int96;
        break;
      default:
        break;
    }
    if (!HasTableType(type, stored)) {
      return Refuse(path, type, stored);
    }
    if (is_int96) {
      // Nobody orders them; they are instants, as Spark reads them.
      leaf.path.clear();
      shape_.leaves.push_back(std::move(leaf));
      return table::Primitive(table::TypeKind::kTimestamp);
    }
    shape_.leaves.push_back(std::move(leaf));
    return FromDuck(type);
  }

  /// Whether other engines, too, read what is stored as the table type of `type`.
  static bool HasTableType(const LogicalType& type, const SchemaElement& stored) {
    const bool is_nanos = stored.logical_type.find("NANOS=NanoSeconds") != std::string::npos;
    const bool is_decimal = stored.converted_type == "DECIMAL" ||
                            stored.logical_type.find("DecimalType") != std::string::npos;
    switch (type.id()) {
      case LogicalTypeId::FLOAT:
        return stored.type == "FLOAT";
      case LogicalTypeId::DOUBLE:
        // Decimals of more than 38 digits are read so.
        return stored.type == "DOUBLE" && !is_decimal;
      case LogicalTypeId::TIMESTAMP:
      case LogicalTypeId::TIMESTAMP_TZ:
        return !is_nanos;
      case LogicalTypeId::BOOLEAN:
      case LogicalTypeId::TINYINT:
      case LogicalTypeId::SMALLINT:
      case LogicalTypeId::INTEGER:
      case LogicalTypeId::BIGINT:
      case LogicalTypeId::UTINYINT:
      case LogicalTypeId::USMALLINT:
      case LogicalTypeId::UINTEGER:
      case LogicalTypeId::UBIGINT:
      case LogicalTypeId::DECIMAL:
      case LogicalTypeId::VARCHAR:
      case LogicalTypeId::BLOB:
      case LogicalTypeId::DATE:
        return true;
      default:
        return false;
    }
  }

  static tl::unexpected<Error> Refuse(const Path& path, const LogicalType& type,
                                      const SchemaElement& stored) {
    std::string name;
    for (const std::string& part : path) {
      name += (name.empty() ? "" : ".") + part;
    }
    const std::string what =
        stored.type == "FIXED_LEN_BYTE_ARRAY" && type.id() == LogicalTypeId::FLOAT
            ? "holds 16-bit floats"
        : type.id() == LogicalTypeId::DOUBLE ? "holds decimals of more than 38 digits"
        : stored.logical_type.find("NANOS=NanoSeconds") != std::string::npos
            ? "holds nanoseconds"
            : "is of type " + type.ToString();
    return Fail(
        ErrorKind::kRefused,
        fmt::format("column {} {}, for which Delta has no type of the same bytes", name, what), {},
        "load the files instead, which converts it: limno load");
  }

  std::vector<const SchemaElement*> stored_;
  ParquetShape shape_;
};

}  // namespace

Error Unreadable(Error error) {
  switch (error.kind) {
    case ErrorKind::kInterrupted:
    case ErrorKind::kExhausted:
    case ErrorKind::kDenied:
      return error;
    default:
      return {ErrorKind::kRefused, "it is no readable Parquet file: " + error.message, error.where,
              "move it away; files whose names begin with '_' or '.' are not looked at"};
  }
}

Result<std::shared_ptr<const ParquetShape>> ShapeCache::Find(
    duckdb::Connection& connection, const std::string& pattern,
    const std::vector<SchemaElement>& elements) {
  const std::string fingerprint = Fingerprint(elements);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto known = shapes_.find(fingerprint); known != shapes_.end()) {
      return known->second;
    }
  }
  if (elements.size() < 2) {
    return Fail(ErrorKind::kRefused, "it has no columns");
  }
  LIMNO_TRY(CheckNames(elements, 0));
  const auto prepared = connection.Prepare(fmt::format(
      "SELECT * FROM read_parquet({}, hive_partitioning = false)", QuoteString(pattern)));
  if (prepared->HasError()) {
    return Fail(Unreadable(FromDuck(prepared->error)));
  }
  LIMNO_ASSIGN(ParquetShape shape,
               ShapeBuilder(elements).Build(prepared->GetNames(), prepared->GetTypes()));
  auto shared = std::make_shared<const ParquetShape>(std::move(shape));
  const std::lock_guard<std::mutex> lock(mutex_);
  return shapes_.emplace(fingerprint, std::move(shared)).first->second;
}

}  // namespace limno::engine
