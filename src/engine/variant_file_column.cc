#include "engine/variant_file_column.h"

#include <algorithm>

#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/errors.h"
#include "engine/variant_column.h"
#include "engine/variant_group.h"

namespace limno::engine {
namespace {

using duckdb::FlatVector;
using duckdb::MultiFileColumnDefinition;
using duckdb::StructVector;
using duckdb::Vector;

struct FileColumn final : public duckdb::FunctionData {
  FileColumn(const MultiFileColumnDefinition& wanted_column, std::string file_path)
      : wanted(wanted_column), file(std::move(file_path)) {}

  duckdb::unique_ptr<FunctionData> Copy() const override {
    return duckdb::make_uniq<FileColumn>(wanted, file);
  }
  bool Equals(const FunctionData& other) const override {
    const auto& column = other.Cast<FileColumn>();
    return wanted.name == column.wanted.name && file == column.file;
  }

  MultiFileColumnDefinition wanted;
  std::string file;
};

class Conversion {
 public:
  Conversion(ClientContext& context, const FileColumn& column)
      : context_(context), column_(column) {}

  void Run(Vector& source, Vector& target, idx_t count) const {
    Convert(source, target, count, column_.wanted);
  }

 private:
  void Convert(Vector& source, Vector& target, idx_t count,
               const MultiFileColumnDefinition& wanted) const {
    const LogicalTypeId kind = target.GetType().id();
    const LogicalTypeId found = source.GetType().id();
    if (kind == LogicalTypeId::VARIANT && found == LogicalTypeId::STRUCT) {
      Result<void> decoded = DecodeVariantGroup(source, count, target);
      if (!decoded) {
        decoded.error().where = column_.file + ", column " + column_.wanted.name;
        ThrowError(decoded.error());
      }
    } else if (source.GetType() == target.GetType()) {
      target.Reference(source);
    } else if (kind == LogicalTypeId::STRUCT && found == kind) {
      ConvertStruct(source, target, count, wanted);
    } else if ((kind == LogicalTypeId::LIST || kind == LogicalTypeId::MAP) && found == kind) {
      ConvertLists(source, target, count, [&](Vector& from, Vector& to, idx_t size) {
        if (kind == LogicalTypeId::LIST) {
          Convert(from, to, size, wanted.children.at(0));
        } else {
          ConvertPairs(from, to, size, wanted);
        }
      });
    } else if (HoldsVariant(target.GetType())) {
      ThrowError({ErrorKind::kCorrupt,
                  "a column that should hold variants is of type " + source.GetType().ToString(),
                  column_.file + ", column " + column_.wanted.name, ""});
    } else {
      duckdb::VectorOperations::Cast(context_, source, target, count);
    }
  }

  void ConvertStruct(Vector& source, Vector& target, idx_t count,
                     const MultiFileColumnDefinition& wanted) const {
    Share(source, target, count);
    const auto& fields = duckdb::StructType::GetChildTypes(source.GetType());
    for (idx_t child = 0; child < wanted.children.size(); ++child) {
      const std::string name = wanted.children[child].GetIdentifierName();
      Vector& to = *StructVector::GetEntries(target)[child];
      optional_ptr<Vector> from;
      for (idx_t index = 0; index < fields.size() && !from; ++index) {
        if (duckdb::StringUtil::CIEquals(fields[index].first, name)) {
          from = *StructVector::GetEntries(source)[index];
        }
      }
      if (from) {
        ConvertInto(*from, to, count, wanted.children[child]);
      } else {
        to.Reference(Value(to.GetType()));
      }
    }
  }

  /// Keys and values of a map, which have their places.
  void ConvertPairs(Vector& source, Vector& target, idx_t count,
                    const MultiFileColumnDefinition& wanted) const {
    Share(source, target, count);
    for (idx_t child = 0; child < 2; ++child) {
      ConvertInto(*StructVector::GetEntries(source)[child],
                  *StructVector::GetEntries(target)[child], count, wanted.children.at(child));
    }
  }

  void ConvertInto(Vector& source, Vector& target, idx_t count,
                   const MultiFileColumnDefinition& wanted) const {
    Vector converted(target.GetType(), std::max<idx_t>(count, 1));
    Convert(source, converted, count, wanted);
    target.Reference(converted);
  }

  static void Share(Vector& source, Vector& target, idx_t count) {
    source.Flatten(count);
    target.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    FlatVector::SetValidity(target, FlatVector::Validity(source));
  }

  ClientContext& context_;
  const FileColumn& column_;
};

void ConvertColumn(DataChunk& input, duckdb::ExpressionState& state, Vector& result) {
  const auto& function = state.expr.Cast<duckdb::BoundFunctionExpression>();
  Vector source(input.data[0]);
  Conversion(state.GetContext(), function.bind_info->Cast<FileColumn>())
      .Run(source, result, input.size());
}

}  // namespace

duckdb::unique_ptr<duckdb::Expression> ReadVariantColumn(
    duckdb::unique_ptr<duckdb::Expression> column, const MultiFileColumnDefinition& wanted,
    const std::string& file) {
  duckdb::ScalarFunction function("limno_read_variants", {column->return_type}, wanted.type,
                                  ConvertColumn);
  function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> arguments;
  arguments.push_back(std::move(column));
  return duckdb::make_uniq<duckdb::BoundFunctionExpression>(
      wanted.type, std::move(function), std::move(arguments),
      duckdb::make_uniq<FileColumn>(wanted, file));
}

}  // namespace limno::engine
