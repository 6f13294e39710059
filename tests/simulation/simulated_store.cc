#include "simulation/simulated_store.h"

#include <fmt/format.h>

#include <exception>

#include "table/delta/log_path.h"

namespace limno::simulation {

using storage::ListOptions;
using storage::ListPage;
using storage::ObjectInfo;

void WatchedStore::Look(std::string_view key) {
  if (auditor_ != nullptr && key.rfind(table::delta::kLogFolder, 0) == 0) {
    auditor_->OnLookAtLog();
  }
}

Result<std::string> WatchedStore::Read(std::string_view key) {
  Look(key);
  return base().Read(key);
}

Result<ListPage> WatchedStore::List(std::string_view prefix, const ListOptions& options) {
  Look(prefix);
  return base().List(prefix, options);
}

Result<void> WatchedStore::Put(std::string_view key, std::string_view bytes) {
  if (auditor_ != nullptr) {
    auditor_->OnPut(std::string(key), bytes);
  }
  return base().Put(key, bytes);
}

Result<void> WatchedStore::PutIfAbsent(std::string_view key, std::string_view bytes) {
  if (auditor_ != nullptr && !base().Head(key)) {
    auditor_->OnPut(std::string(key), bytes);
  }
  return base().PutIfAbsent(key, bytes);
}

Result<void> WatchedStore::Delete(std::string_view key) {
  if (auditor_ != nullptr && base().Head(key)) {
    auditor_->OnDelete(std::string(key));
  }
  return base().Delete(key);
}

template <typename Call>
auto SteppingStore::Step(const char* name, std::string_view key, Call call) -> decltype(call()) {
  if (is_dead_ || std::uncaught_exceptions() > 0) {
    // Destructors of a dead process.
    return Fail(ErrorKind::kUnavailable, "the process is dead");
  }
  // Stays dead if the step does not return.
  is_dead_ = true;
  schedule_.Step();
  is_dead_ = false;
  schedule_.SetCall(std::string(key));
  auto outcome = call();
  schedule_.SetCall({});
  if (schedule_.trace().is_on()) {
    schedule_.Note(
        fmt::format("{} {}{}", name, key, outcome ? "" : ": " + outcome.error().message));
  }
  if (faults_.crashed()) {
    is_dead_ = true;
    schedule_.Note("CRASH");
    throw Crash{};
  }
  return outcome;
}

Result<std::string> SteppingStore::Read(std::string_view key) {
  return Step("Read", key, [&] { return base_->Read(key); });
}

Result<std::string> SteppingStore::ReadRange(std::string_view key, uint64_t offset,
                                             uint64_t length) {
  return Step("ReadRange", key, [&] { return base_->ReadRange(key, offset, length); });
}

Result<ObjectInfo> SteppingStore::Head(std::string_view key) {
  return Step("Head", key, [&] { return base_->Head(key); });
}

Result<void> SteppingStore::Put(std::string_view key, std::string_view bytes) {
  return Step("Put", key, [&] { return base_->Put(key, bytes); });
}

Result<void> SteppingStore::PutIfAbsent(std::string_view key, std::string_view bytes) {
  return Step("PutIfAbsent", key, [&] { return base_->PutIfAbsent(key, bytes); });
}

Result<ListPage> SteppingStore::List(std::string_view prefix, const ListOptions& options) {
  return Step("List", prefix, [&] { return base_->List(prefix, options); });
}

Result<std::vector<std::string>> SteppingStore::ListFolders(std::string_view prefix) {
  return Step("ListFolders", prefix, [&] { return base_->ListFolders(prefix); });
}

Result<void> SteppingStore::Delete(std::string_view key) {
  return Step("Delete", key, [&] { return base_->Delete(key); });
}

Result<std::optional<std::string>> SteppingStore::LocalPath(std::string_view key) {
  return base_->LocalPath(key);
}

Result<void> SteppingStore::Persist(const std::vector<std::string>& keys) {
  return Step("Persist", keys.empty() ? std::string_view() : keys.front(),
              [&] { return base_->Persist(keys); });
}

}  // namespace limno::simulation
