// ObjectStore over a folder of the local file system.
#pragma once

#include <memory>
#include <string>

#include "storage/object_store.h"

namespace limno::storage {

struct LocalStoreOptions {
  /// fsync data and folders before a write is acknowledged. Off (`--no-sync`) only for scratch lakes.
  bool sync = true;
};

/// `root` is an absolute path; it need not exist before the first write. Names are confined to it:
/// "..", absolute keys and symbolic links that lead outside are refused with kDenied.
///
/// PutIfAbsent writes "<folder>/.<name>.<uuid>.tmp", fsyncs it, link()s it to its name and fsyncs the
/// folder. It is safe beside writers that stat and then rename over the name (Spark): after linking
/// it waits for their ".<name>.*.tmp" files to go and then looks whether the inode is still ours;
/// if not, the other writer has won and kAlreadyExists is returned.
/// Names that begin with '.' and end in ".tmp" are never listed.
std::unique_ptr<ObjectStore> MakeLocalStore(std::string root, LocalStoreOptions options);

}  // namespace limno::storage
