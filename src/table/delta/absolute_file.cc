#include "table/delta/absolute_file.h"

#include <optional>

#include "storage/local_store.h"
#include "table/delta/deletion_vector_codec.h"
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

std::string FileUri(std::string_view path) {
  return "file://" + PercentEncode(path, [](unsigned char byte) {
           constexpr std::string_view kPlain = "-_.~/=";
           return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                  (byte >= 'A' && byte <= 'Z') ||
                  kPlain.find(static_cast<char>(byte)) != kPlain.npos;
         });
}

Result<std::string> LocalPathOf(storage::ObjectStore& table, std::string_view path) {
  constexpr std::string_view kProbe = "_delta_log/_";
  LIMNO_ASSIGN(const std::optional<std::string> probe, table.LocalPath(kProbe));
  const std::optional<std::string> absolute =
      IsAbsolutePath(path) ? LocalFilePath(path) : std::nullopt;
  if (!probe || (IsAbsolutePath(path) && !absolute)) {
    return Fail(ErrorKind::kUnsupported, "'" + std::string(path) + "' is no file of a local disk",
                table.Describe());
  }
  return absolute ? *absolute : probe->substr(0, probe->size() - kProbe.size()) + std::string(path);
}

Result<DataFile> AbsoluteEntry(storage::ObjectStore& table, const DataFile& file) {
  DataFile entry = file;
  entry.base_row_id.reset();
  entry.default_row_commit_version.reset();
  LIMNO_ASSIGN(const std::string path, LocalPathOf(table, file.path));
  entry.path = FileUri(path);
  if (entry.deletion_vector && entry.deletion_vector->storage_type == 'u') {
    LIMNO_ASSIGN(const std::string key, VectorFileKey(*entry.deletion_vector));
    LIMNO_ASSIGN(const std::string vector_path, LocalPathOf(table, key));
    entry.deletion_vector->storage_type = 'p';
    entry.deletion_vector->path_or_inline = FileUri(vector_path);
  }
  return entry;
}

}  // namespace limno::table::delta
