// ObjectStore over a folder of the local file system.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "storage/object_store.h"

namespace limno::storage {

struct LocalStoreOptions {
  /// fsync data and folders before a write is acknowledged. Off (`--no-sync`) only for scratch
  /// lakes.
  bool sync = true;
  /// How long PutIfAbsent waits for a foreign writer that is about to rename over the new name.
  int64_t foreign_writer_wait_millis = 10'000;
};

/// `root` is an absolute path; it need not exist before the first write. Names are confined to it:
/// symbolic links are followed within the root, those that lead outside (absolute ones always) are
/// refused with kDenied. Folders behind links are neither listed nor descended into.
///
/// Writes go to "<folder>/.<name>.<uuid>.limno.tmp" first. Put renames it to its name. PutIfAbsent
/// link()s it (where the file system has no hard links: renames without replacing), which makes it
/// safe beside writers that stat and then rename over the name (Spark): after linking it waits for
/// their ".<name>.*.tmp" files to go and then looks whether the inode is still ours; if not, the
/// other writer has won and kAlreadyExists is returned. Files of a writer that died, not touched
/// for a minute, are not waited for. What a crashed Limno left behind is removed once it is a day
/// old: by the next PutIfAbsent, or a store's first Put, in the same folder.
std::unique_ptr<ObjectStore> MakeLocalStore(std::string root, LocalStoreOptions options);

}  // namespace limno::storage
