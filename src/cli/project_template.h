// The files of a new project.
#pragma once

#include <string>
#include <vector>

#include "limno/result.h"

namespace limno::cli {

struct TemplateFile {
  /// Relative to the project.
  std::string path;
  std::string text;
};

/// A project that runs as it is, on a few rows of its own.
std::vector<TemplateFile> ProjectTemplate(const std::string& name);

/// Writes the template into `folder`, which is made if it is missing, and returns the paths
/// written. kAlreadyExists, and nothing is written, if one of the files is there.
Result<std::vector<std::string>> WriteProject(const std::string& folder);

}  // namespace limno::cli
