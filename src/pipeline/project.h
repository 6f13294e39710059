// limno.yml: what a project loads and where its lake is. docs/formats/project_file.md describes it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "limno/lake.h"
#include "limno/result.h"

namespace limno::pipeline {

inline constexpr const char* kProjectFile = "limno.yml";

/// nullopt: the variable is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

struct Source {
  std::string name;
  catalog::TableName into;
  /// `load.from` holds URLs and absolute paths; `load.into` is `into` as text.
  LoadOptions load;
  /// "limno.yml:4:3".
  std::string where;
};

struct Project {
  std::string name;
  /// Absolute, without a trailing '/'.
  std::string folder;
  /// Absolute folder of the lake.
  std::string lake;
  std::vector<Source> sources;
};

/// kUsage with file, line and column. `folder` is absolute; paths in the text are relative to it.
Result<Project> ParseProject(const std::string& text, const std::string& folder,
                             const EnvironmentLookup& environment);

/// Reads the limno.yml of `start` or the nearest folder above it; without one, an empty project in
/// `start` with its lake in `start`/lake. `start` is absolute.
Result<Project> FindProject(const std::string& start, const EnvironmentLookup& environment);

/// "namespace.name" -> its parts; kUsage at `where` if it is not that.
Result<catalog::TableName> ParseTableName(const std::string& text, const std::string& where);

/// Replaces ${NAME} and ${NAME:-default}; kUsage at `where` for a variable that is not set.
Result<std::string> SubstituteEnvironment(const std::string& text, const std::string& where,
                                          const EnvironmentLookup& environment);

}  // namespace limno::pipeline
