// The path at which a statement creates a table: the only one that may name no table yet.
#pragma once

#include <string>

#include "duckdb/parser/sql_statement.hpp"
#include "engine/duck.h"

namespace limno::engine {

/// Of the statement that a session runs. Lives in the ClientContext.
class CreatedPath final : public duckdb::ClientContextState {
 public:
  static duckdb::shared_ptr<CreatedPath> Of(ClientContext& context);

  /// Before each statement.
  void Follow(const duckdb::SQLStatement& statement);
  bool Is(const std::string& path) const { return !path.empty() && path == path_; }

 private:
  std::string path_;
};

}  // namespace limno::engine
