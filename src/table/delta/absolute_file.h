// Files that a log names by an absolute path (shallow clones, vectors of storage type 'p').
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/data_file.h"

namespace limno::table::delta {

/// "/x" or "scheme:...".
bool IsAbsolutePath(std::string_view path);

struct LocatedFile {
  std::shared_ptr<storage::ObjectStore> store;
  std::string key;
};

/// Where a file lies that the log of the table in `table` calls `path`, "/x", "file:/x" or
/// "file:///x". kUnsupported for other URIs, and unless the table itself is on the local disk: one
/// that came over a network must not make us open files of this machine.
Result<LocatedFile> LocateAbsolute(storage::ObjectStore& table, std::string_view path);

/// The path of a local file as an absolute URI, "file:///x%20y".
std::string FileUri(std::string_view path);

/// The local path of a file that the log of the table in `table` calls `path`. kUnsupported where
/// LocateAbsolute fails with it, and unless the table is on the local disk.
Result<std::string> LocalPathOf(storage::ObjectStore& table, std::string_view path);

/// CloneSource::EntryElsewhere for the table in `table`.
Result<DataFile> AbsoluteEntry(storage::ObjectStore& table, const DataFile& file);

}  // namespace limno::table::delta
