// A second file of the same bytes, as cheaply as the file system has it.
#pragma once

#include <string>

#include "limno/result.h"

namespace limno::engine {

enum class LinkKind {
  /// Shares blocks until one of them is written to.
  kClone,
  /// Shares everything: who writes into one writes into the other.
  kHardLink,
  kCopy,
};

struct LinkOptions {
  bool may_link = true;
  bool may_copy = true;
};

/// Makes `target`, which must not exist, of `source`. kUnsupported if it may not copy and cannot do
/// better; kUnavailable if the source is not of `bytes` bytes (any more). Nothing is left on
/// failure.
Result<LinkKind> LinkFile(const std::string& source, uint64_t bytes, const std::string& target,
                          const LinkOptions& options);

}  // namespace limno::engine
