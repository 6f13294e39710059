// A store that fails as networks, disks and processes do, on a seed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "storage/object_store.h"

namespace limno::storage {

/// Probabilities from 0 (never, the default) to 1 (always), decided anew for each operation.
struct FaultOptions {
  uint64_t seed = 1;
  /// Any operation fails with kUnavailable and has done nothing.
  double error_before = 0;
  /// A write or deletion is done, yet answered with kUnavailable.
  double lost_acknowledgement = 0;
  /// A write is answered with kUnavailable, is not there, and lands 1 to 20 operations later.
  double late_landing = 0;
  /// A write or deletion is carried out twice and the second answer is given: PutIfAbsent says
  /// kAlreadyExists although the caller's own bytes are there.
  double duplicate_delivery = 0;
  /// Put leaves the first part of the bytes under its key and answers kUnavailable; a crash during
  /// Put does so half of the time when this is above 0. Never PutIfAbsent.
  double torn_put = 0;
  /// A write or deletion fails with kExhausted and has done nothing: a full disk, a quota.
  double refused_write = 0;
  /// List and ListFolders miss objects created less than `stale_window_millis` ago.
  double stale_list = 0;
  int64_t stale_window_millis = 5'000;
  /// An operation first sleeps up to `longest_delay_millis` on the clock.
  double slowness = 0;
  int64_t longest_delay_millis = 2'000;
  /// From the operation of this number (1 is the first) on everything fails; 0: never. The
  /// crashing operation itself is done or not, as the seed decides.
  uint64_t crash_at_operation = 0;
};

/// What has been done to the caller so far.
struct FaultCounts {
  uint64_t operations = 0;
  uint64_t errors_before = 0;
  uint64_t lost_acknowledgements = 0;
  uint64_t late_landings = 0;
  uint64_t duplicates = 0;
  uint64_t torn_puts = 0;
  uint64_t refused_writes = 0;
  uint64_t stale_lists = 0;
  uint64_t delays = 0;
};

/// Thread safe; one seed reproduces a run of a single thread. LocalPath and Persist count as
/// operations; what is written through a local path cannot be torn from here.
class FaultyStore final : public ObjectStore {
 public:
  /// `clock` must outlive the store.
  FaultyStore(std::shared_ptr<ObjectStore> base, FaultOptions options, base::Clock& clock);

  /// Works again after a crash, on what is in the base store. Writes still on their way get lost.
  /// `crash_in_operations`: crash again at that many operations from now; 0: not again.
  void Revive(uint64_t crash_in_operations = 0);
  /// What is still on its way arrives now, also after a crash: a request outlives who sent it.
  void LandLateWrites();
  bool crashed() const;
  FaultCounts counts() const;

  Result<std::string> Read(std::string_view key) override;
  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override;
  Result<ObjectInfo> Head(std::string_view key) override;
  Result<void> Put(std::string_view key, std::string_view bytes) override;
  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override;
  using ObjectStore::List;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override;
  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override;
  Result<void> Delete(std::string_view key) override;
  Result<std::optional<std::string>> LocalPath(std::string_view key) override;
  Result<void> Persist(const std::vector<std::string>& keys) override;
  std::string Describe() const override;

 private:
  enum class Change { kPut, kPutIfAbsent, kDelete };
  /// What becomes of one changing operation.
  enum class Fate {
    kDone,
    kLostAcknowledgement,
    kLate,
    kTwice,
    kTorn,
    kRefused,
    kCrashBefore,
    kCrashAfter
  };
  struct LateWrite {
    Change change;
    std::string key;
    std::string bytes;
    uint64_t due_at_operation;
  };

  /// Counts the operation, delivers what is due, sleeps, and fails if it is to fail right away.
  /// A crash that is due now is left to the caller if it `handles_crash`.
  Result<void> Begin(std::string_view what, std::string_view key, bool handles_crash);
  Result<void> Apply(Change change, std::string_view key, std::string_view bytes);
  Result<void> ChangeObject(Change change, std::string_view key, std::string_view bytes);
  Result<void> Tear(std::string_view key, std::string_view bytes);
  Fate DecideFate(Change change);
  /// Forgets creations that are no longer recent; whether this listing is stale.
  bool IsListStale();
  bool IsRecent(const std::string& key) const;
  void DeliverLateWrites(uint64_t operation);
  bool Chance(double probability);

  const std::shared_ptr<ObjectStore> base_;
  const FaultOptions options_;
  base::Clock& clock_;
  base::Random random_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  FaultCounts counts_;
  bool crashed_ = false;
  uint64_t crash_at_;
  std::vector<LateWrite> late_;
  std::map<std::string, base::UnixMillis, std::less<>> created_;
};

}  // namespace limno::storage
