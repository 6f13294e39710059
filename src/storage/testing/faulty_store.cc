#include "storage/testing/faulty_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace limno::storage {
namespace {

constexpr uint64_t kLongestLateness = 20;
constexpr uint64_t kChanceSteps = 1'000'000;

tl::unexpected<Error> Unavailable(std::string_view what, std::string_view key) {
  return Fail(ErrorKind::kUnavailable, std::string(what), std::string(key));
}

}  // namespace

FaultyStore::FaultyStore(std::shared_ptr<ObjectStore> base, FaultOptions options,
                         base::Clock& clock)
    : base_(std::move(base)),
      options_(options),
      clock_(clock),
      random_(options.seed),
      crash_at_(options.crash_at_operation) {}

void FaultyStore::Revive(uint64_t crash_in_operations) {
  const std::lock_guard<std::mutex> lock(mutex_);
  crashed_ = false;
  crash_at_ = crash_in_operations == 0 ? 0 : counts_.operations + crash_in_operations;
  late_.clear();
}

void FaultyStore::LandLateWrites() { DeliverLateWrites(std::numeric_limits<uint64_t>::max()); }

bool FaultyStore::crashed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return crashed_;
}

FaultCounts FaultyStore::counts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

bool FaultyStore::Chance(double probability) {
  // Draws nothing for faults that are off, so that runs with and without them stay comparable.
  return probability > 0 && static_cast<double>(random_.Below(kChanceSteps)) <
                                probability * static_cast<double>(kChanceSteps);
}

Result<void> FaultyStore::Begin(std::string_view what, std::string_view key, bool handles_crash) {
  int64_t delay = 0;
  uint64_t operation = 0;
  bool fails = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (crashed_) {
      return Unavailable("the process has crashed", key);
    }
    operation = ++counts_.operations;
    if (crash_at_ != 0 && operation >= crash_at_) {
      crashed_ = true;
      return handles_crash ? Result<void>() : Unavailable("the process crashes now", key);
    }
    if (Chance(options_.slowness)) {
      delay = static_cast<int64_t>(
          random_.Below(static_cast<uint64_t>(options_.longest_delay_millis) + 1));
      ++counts_.delays;
    }
    fails = Chance(options_.error_before);
    counts_.errors_before += fails ? 1 : 0;
  }
  DeliverLateWrites(operation);
  if (delay > 0) {
    clock_.Sleep(delay);
  }
  return fails ? Unavailable(fmt::format("{} was not tried", what), key) : Result<void>();
}

void FaultyStore::DeliverLateWrites(uint64_t operation) {
  std::vector<LateWrite> due;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto first_due = std::stable_partition(
        late_.begin(), late_.end(),
        [&](const LateWrite& write) { return write.due_at_operation > operation; });
    std::move(first_due, late_.end(), std::back_inserter(due));
    late_.erase(first_due, late_.end());
  }
  for (const LateWrite& write : due) {
    // Nobody waits for the answer any more.
    static_cast<void>(Apply(write.change, write.key, write.bytes));
  }
}

Result<void> FaultyStore::Apply(Change change, std::string_view key, std::string_view bytes) {
  if (change == Change::kDelete) {
    return base_->Delete(key);
  }
  const bool replaces = change == Change::kPut && base_->Head(key).has_value();
  Result<void> done =
      change == Change::kPut ? base_->Put(key, bytes) : base_->PutIfAbsent(key, bytes);
  if (done && !replaces && options_.stale_list > 0) {
    const std::lock_guard<std::mutex> lock(mutex_);
    created_.insert_or_assign(std::string(key), clock_.Now());
  }
  return done;
}

FaultyStore::Fate FaultyStore::DecideFate(Change change) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool can_tear = change == Change::kPut && options_.torn_put > 0;
  if (crashed_) {
    if (can_tear && Chance(0.5)) {
      return Fate::kTorn;
    }
    return Chance(0.5) ? Fate::kCrashBefore : Fate::kCrashAfter;
  }
  if (Chance(options_.lost_acknowledgement)) {
    ++counts_.lost_acknowledgements;
    return Fate::kLostAcknowledgement;
  }
  if (Chance(options_.late_landing)) {
    ++counts_.late_landings;
    return Fate::kLate;
  }
  if (Chance(options_.duplicate_delivery)) {
    ++counts_.duplicates;
    return Fate::kTwice;
  }
  if (Chance(options_.refused_write)) {
    ++counts_.refused_writes;
    return Fate::kRefused;
  }
  return can_tear && Chance(options_.torn_put) ? Fate::kTorn : Fate::kDone;
}

Result<void> FaultyStore::ChangeObject(Change change, std::string_view key,
                                       std::string_view bytes) {
  LIMNO_TRY(CheckKey(key));
  LIMNO_TRY(Begin("the change", key, /*handles_crash=*/true));
  switch (DecideFate(change)) {
    case Fate::kDone:
      return Apply(change, key, bytes);
    case Fate::kLostAcknowledgement:
      LIMNO_TRY(Apply(change, key, bytes));
      return Unavailable("the acknowledgement was lost", key);
    case Fate::kLate: {
      const std::lock_guard<std::mutex> lock(mutex_);
      const uint64_t due = counts_.operations + 1 + random_.Below(kLongestLateness);
      late_.push_back({change, std::string(key), std::string(bytes), due});
      return Unavailable("the request timed out", key);
    }
    case Fate::kTwice:
      LIMNO_TRY(Apply(change, key, bytes));
      return Apply(change, key, bytes);
    case Fate::kTorn:
      return Tear(key, bytes);
    case Fate::kRefused:
      return Fail(ErrorKind::kExhausted, "no space is left", std::string(key));
    case Fate::kCrashAfter:
      LIMNO_TRY(Apply(change, key, bytes));
      [[fallthrough]];
    case Fate::kCrashBefore:
      return Unavailable("the process crashes now", key);
  }
  return {};
}

Result<void> FaultyStore::Tear(std::string_view key, std::string_view bytes) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++counts_.torn_puts;
  }
  const size_t kept = bytes.empty() ? 0 : random_.Below(bytes.size());
  LIMNO_TRY(Apply(Change::kPut, key, bytes.substr(0, kept)));
  return Unavailable("the transfer broke off", key);
}

Result<std::string> FaultyStore::Read(std::string_view key) {
  LIMNO_TRY(Begin("reading", key, false));
  return base_->Read(key);
}

Result<std::string> FaultyStore::ReadRange(std::string_view key, uint64_t offset, uint64_t length) {
  LIMNO_TRY(Begin("reading", key, false));
  return base_->ReadRange(key, offset, length);
}

Result<ObjectInfo> FaultyStore::Head(std::string_view key) {
  LIMNO_TRY(Begin("looking", key, false));
  return base_->Head(key);
}

Result<void> FaultyStore::Put(std::string_view key, std::string_view bytes) {
  return ChangeObject(Change::kPut, key, bytes);
}

Result<void> FaultyStore::PutIfAbsent(std::string_view key, std::string_view bytes) {
  return ChangeObject(Change::kPutIfAbsent, key, bytes);
}

Result<void> FaultyStore::Delete(std::string_view key) {
  return ChangeObject(Change::kDelete, key, {});
}

bool FaultyStore::IsListStale() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const base::UnixMillis oldest = clock_.Now() - options_.stale_window_millis;
  std::erase_if(created_, [&](const auto& creation) { return creation.second <= oldest; });
  const bool stale = Chance(options_.stale_list) && !created_.empty();
  counts_.stale_lists += stale ? 1 : 0;
  return stale;
}

bool FaultyStore::IsRecent(const std::string& key) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return created_.contains(key);
}

Result<ListPage> FaultyStore::List(std::string_view prefix, const ListOptions& options) {
  LIMNO_TRY(Begin("listing", prefix, false));
  const bool stale = IsListStale();
  LIMNO_ASSIGN(ListPage page, base_->List(prefix, options));
  if (stale) {
    // A truncated page keeps its last key: the caller goes on from there.
    const auto end = page.objects.end() - (page.truncated && !page.objects.empty() ? 1 : 0);
    page.objects.erase(
        std::remove_if(page.objects.begin(), end,
                       [&](const ObjectInfo& object) { return IsRecent(object.key); }),
        end);
  }
  return page;
}

Result<std::vector<std::string>> FaultyStore::ListFolders(std::string_view prefix) {
  LIMNO_TRY(Begin("listing", prefix, false));
  if (!IsListStale()) {
    return base_->ListFolders(prefix);
  }
  LIMNO_ASSIGN(std::vector<std::string> folders, base_->ListFolders(prefix));
  std::erase_if(folders, [&](const std::string& folder) {
    const Result<ListPage> inside = base_->List(fmt::format("{}{}/", prefix, folder));
    return inside && !inside->truncated &&
           std::all_of(inside->objects.begin(), inside->objects.end(),
                       [&](const ObjectInfo& object) { return IsRecent(object.key); });
  });
  return folders;
}

Result<std::optional<std::string>> FaultyStore::LocalPath(std::string_view key) {
  LIMNO_TRY(Begin("asking for the path", key, false));
  return base_->LocalPath(key);
}

Result<void> FaultyStore::Persist(const std::vector<std::string>& keys) {
  LIMNO_TRY(Begin("making durable", keys.empty() ? std::string() : keys.front(), false));
  return base_->Persist(keys);
}

std::string FaultyStore::Describe() const { return fmt::format("faulty {}", base_->Describe()); }

}  // namespace limno::storage
