// ALTER TABLE ... ADD and DROP CONSTRAINT.
#pragma once

#include "engine/duck.h"
#include "engine/lake_statement.h"
#include "engine/table_state.h"
#include "limno/result.h"

namespace limno::engine {

/// The table property that holds a constraint. Names of constraints are kept in lower case.
std::string ConstraintProperty(const std::string& name);

/// Stages a CHECK constraint. kAlreadyExists for its name, kUnsupported for an expression that
/// cannot be checked here, kRefused if rows of the table break it already.
Result<void> StageConstraint(duckdb::Connection& connection, TableState& state,
                             const AddConstraint& statement);

/// kNotFound, with the nearest name, if there is none of that name.
Result<void> StageNoConstraint(TableState& state, const DropConstraint& statement);

}  // namespace limno::engine
