#include "table/delta/absolute_file.h"

#include <optional>

#include "storage/local_store.h"
#include "table/percent_coding.h"

namespace limno::table::delta {
namespace {

/// The path of "file:/x", "file:///x" or "/x"; nullopt for other URIs. Only a URI is still encoded.
std::optional<std::string> LocalFilePath(std::string_view path) {
  constexpr std::string_view kScheme = "file:";
  if (path.substr(0, 1) == "/") {
    return std::string(path);
  }
  if (path.substr(0, kScheme.size()) != kScheme) {
    return std::nullopt;
  }
  path.remove_prefix(kScheme.size());
  while (path.substr(0, 2) == "//") {
    path.remove_prefix(1);
  }
  return path.substr(0, 1) == "/" ? PercentDecode(path) : std::nullopt;
}

}  // namespace

bool IsAbsolutePath(std::string_view path) {
  const size_t colon = path.find(":/");
  return path.substr(0, 1) == "/" ||
         (colon != std::string_view::npos && path.substr(0, colon).find('/') == path.npos);
}

Result<LocatedFile> LocateAbsolute(storage::ObjectStore& table, std::string_view path) {
  LIMNO_ASSIGN(const std::optional<std::string> sibling, table.LocalPath("_delta_log/x"));
  const std::optional<std::string> local = LocalFilePath(path);
  if (!sibling || !local) {
    return Fail(ErrorKind::kUnsupported, "'" + std::string(path) + "' cannot be reached from here",
                table.Describe());
  }
  const size_t slash = local->rfind('/');
  return LocatedFile{storage::MakeLocalStore(slash == 0 ? "/" : local->substr(0, slash), {}),
                     local->substr(slash + 1)};
}

}  // namespace limno::table::delta
