// Statements that lost against a commit of somebody else are run again, where that is what their
// user would do.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "duckdb/parser/sql_statement.hpp"
#include "engine/lake_statement.h"
#include "engine/sql_lexer.h"
#include "limno/error.h"

namespace limno::engine {

/// Where pauses come from; both outlive whatever uses them.
struct Pacing {
  base::Clock* clock = nullptr;
  base::Random* random = nullptr;
};

/// INSERT, UPDATE, DELETE, MERGE and ALTER: what can lose against a commit of somebody else.
bool IsChange(duckdb::StatementType type);

/// A statement that does the same when it runs once more: nothing in it moves on with each run, as
/// a sequence does, and it reads no pipe.
bool IsRepeatable(const Statement& statement);

/// All but RESTORE: who goes back in time has decided so by looking at what is there.
bool IsRepeatable(const LakeStatement& statement);

/// How often, and after which pauses; one for each statement.
class ConflictRetry {
 public:
  explicit ConflictRetry(Pacing pacing) : pacing_(pacing) {}

  /// After a failure: true if the statement is to be run again, now that some time has passed.
  /// False for what is no conflict, and when enough was tried.
  bool Again(const Error& error);
  int retries() const { return retries_; }

 private:
  Pacing pacing_;
  int retries_ = 0;
};

}  // namespace limno::engine
