#include "engine/missing_files.h"

#include <fmt/format.h>

#include <string_view>

namespace limno::engine {
namespace {

/// The path in DuckDB's `Cannot open file "/a/b": No such file or directory`, else the error's own.
std::string PlaceOf(const Error& error) {
  constexpr std::string_view kBegin = "Cannot open file \"";
  const size_t begin = error.message.find(kBegin);
  if (begin == std::string::npos) {
    return error.where;
  }
  const size_t path = begin + kBegin.size();
  return error.message.substr(path, error.message.find('"', path) - path);
}

}  // namespace

void ThrowIfFileIsMissing(const Error& error, const std::string& table) {
  if (error.kind == ErrorKind::kNotFound && error.hint.empty()) {
    ThrowError({ErrorKind::kNotFound,
                fmt::format("a file of this version of {} is no longer there: VACUUM, or another "
                            "program, has removed it",
                            table),
                PlaceOf(error),
                "read the newest version; if that lacks files too, FSCK TABLE names them"});
  }
}

}  // namespace limno::engine
