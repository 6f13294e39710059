#include "engine/variant_functions.h"

#include "duckdb/function/cast/default_casts.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/variant_column.h"

namespace limno::engine {
namespace {

bool CastToJson(duckdb::Vector& source, duckdb::Vector& result, idx_t count,
                duckdb::CastParameters& /*parameters*/) {
  VariantsToJson(source, result, count);
  return true;
}

}  // namespace

void RegisterVariantFunctions(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "limno");
  loader.RegisterCastFunction(LogicalType::VARIANT(), LogicalType::JSON(),
                              duckdb::BoundCastInfo(CastToJson));
}

}  // namespace limno::engine
