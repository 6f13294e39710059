// The seam to whatever keeps bytes: a local folder, memory, HTTP, later S3, Azure and GCS.
//
// Keys are '/'-separated paths relative to the store's root, without a leading '/', without empty,
// "." or ".." segments, no segment longer than 255 bytes, no key longer than 1024; any byte but NUL
// may occur (spaces, '%', UTF-8). A key cannot be both an object and the folder of another one.
// Objects whose last segment begins with '.' and ends in ".tmp" belong to writers at work and are
// never listed. Every implementation passes storage/testing/store_conformance.h and is safe to call
// from several threads.
//
// Failure kinds, the same for all stores: kNotFound (no such object), kAlreadyExists (only
// PutIfAbsent), kUsage (bad key, range beyond the end), kDenied, kExhausted (disk or quota full),
// kUnsupported (the store cannot do this, e.g. writing over HTTP), kUnavailable (anything that may
// pass: time-outs, 5xx; the outcome of a write is then UNKNOWN and the caller must look).
// Implementations retry reads themselves; they never retry PutIfAbsent after an ambiguous answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "limno/result.h"

namespace limno::storage {

struct ObjectInfo {
  std::string key;
  uint64_t size_bytes = 0;
  base::UnixMillis modified_millis = 0;
  /// Names the version of the bytes where the store has such a name (HTTP ETag), else empty.
  std::string etag = {};
};

struct ListPage {
  /// Ascending by key, compared as bytes.
  std::vector<ObjectInfo> objects;
  /// More keys may follow the last one: ask again with start_after = objects.back().key.
  bool truncated = false;
};

struct ListOptions {
  /// Only keys that are greater than this one, compared as bytes.
  std::string start_after;
  /// At most this many objects in a page; at least 1.
  size_t limit = 10'000;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// The whole object.
  virtual Result<std::string> Read(std::string_view key) = 0;
  /// Bytes [offset, offset + length), fewer where the object ends; kUsage if offset > size.
  virtual Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) = 0;
  virtual Result<ObjectInfo> Head(std::string_view key) = 0;

  /// Creates or replaces; readers see the old object or the new one, never a mixture.
  virtual Result<void> Put(std::string_view key, std::string_view bytes) = 0;
  /// Creates, or fails with kAlreadyExists and changes nothing. Durable when it returns (unless the
  /// store was told not to sync). The one primitive on which every commit rests.
  virtual Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) = 0;
  /// As PutIfAbsent, for what can be done without: after a power failure the object may be gone, or
  /// there with other bytes. Costs less where durability costs anything.
  virtual Result<void> PutIfAbsentUnsynced(std::string_view key, std::string_view bytes) {
    return PutIfAbsent(key, bytes);
  }

  /// All keys that begin with `prefix` (a plain string prefix, not a folder), any depth.
  virtual Result<ListPage> List(std::string_view prefix, const ListOptions& options) = 0;
  Result<ListPage> List(std::string_view prefix) { return List(prefix, ListOptions{}); }
  /// The distinct next segments under folder `prefix` ("" or ending in '/') that are folders
  /// themselves (some listed object lies below them), ascending, without the trailing '/'.
  virtual Result<std::vector<std::string>> ListFolders(std::string_view prefix) = 0;

  /// Deleting what is not there succeeds. A power failure may undo a deletion.
  virtual Result<void> Delete(std::string_view key) = 0;
  /// Deletes all it can; the first failure is returned after the others were tried.
  virtual Result<void> DeleteBatch(const std::vector<std::string>& keys);

  /// Where the engine may read and write this key directly; nullopt if it must go through the
  /// store. Parent folders of the returned path exist.
  virtual Result<std::optional<std::string>> LocalPath(std::string_view key) = 0;
  /// Makes objects that were written through LocalPath() durable: their data and their names.
  virtual Result<void> Persist(const std::vector<std::string>& keys) = 0;

  /// For messages: "/data/lake", "memory:", "https://host/path".
  virtual std::string Describe() const = 0;
};

/// kUsage unless `key` obeys the rules at the top of this file.
Result<void> CheckKey(std::string_view key);

/// Whether listings hide `key` (see the top of this file).
bool IsTemporaryKey(std::string_view key);

/// The folder of `key` with its trailing '/', "" at the root: "a/b/c" -> "a/b/".
std::string_view FolderOf(std::string_view key);

}  // namespace limno::storage
