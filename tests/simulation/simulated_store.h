// The two ends of a simulated process's way to its objects: at the bottom the memory that all share
// and the auditor watches, at the top the door where a process steps, and may die.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "simulation/auditor.h"
#include "simulation/schedule.h"
#include "storage/object_store.h"
#include "storage/testing/faulty_store.h"

namespace limno::simulation {

/// Passes everything on; for those that change a few things.
class StoreWrapper : public storage::ObjectStore {
 public:
  explicit StoreWrapper(std::shared_ptr<storage::ObjectStore> base) : base_(std::move(base)) {}

  Result<std::string> Read(std::string_view key) override { return base_->Read(key); }
  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override {
    return base_->ReadRange(key, offset, length);
  }
  Result<storage::ObjectInfo> Head(std::string_view key) override { return base_->Head(key); }
  Result<void> Put(std::string_view key, std::string_view bytes) override {
    return base_->Put(key, bytes);
  }
  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override {
    return base_->PutIfAbsent(key, bytes);
  }
  using ObjectStore::List;
  Result<storage::ListPage> List(std::string_view prefix,
                                 const storage::ListOptions& options) override {
    return base_->List(prefix, options);
  }
  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override {
    return base_->ListFolders(prefix);
  }
  Result<void> Delete(std::string_view key) override { return base_->Delete(key); }
  Result<std::optional<std::string>> LocalPath(std::string_view key) override {
    return base_->LocalPath(key);
  }
  Result<void> Persist(const std::vector<std::string>& keys) override {
    return base_->Persist(keys);
  }
  std::string Describe() const override { return base_->Describe(); }

 protected:
  storage::ObjectStore& base() { return *base_; }

 private:
  const std::shared_ptr<storage::ObjectStore> base_;
};

/// Tells the auditor of every change that gets through to the objects.
class WatchedStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  void Watch(Auditor* auditor) { auditor_ = auditor; }

  Result<std::string> Read(std::string_view key) override;
  using ObjectStore::List;
  Result<storage::ListPage> List(std::string_view prefix,
                                 const storage::ListOptions& options) override;
  Result<void> Put(std::string_view key, std::string_view bytes) override;
  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override;
  Result<void> Delete(std::string_view key) override;

 private:
  void Look(std::string_view key);

  Auditor* auditor_ = nullptr;
};

/// Every call is a step of the schedule and a line of the trace. Once the store below has crashed
/// the call does not return: it throws Crash.
class SteppingStore final : public storage::ObjectStore {
 public:
  SteppingStore(std::shared_ptr<storage::ObjectStore> base, storage::FaultyStore& faults,
                Schedule& schedule)
      : base_(std::move(base)), faults_(faults), schedule_(schedule) {}

  Result<std::string> Read(std::string_view key) override;
  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override;
  Result<storage::ObjectInfo> Head(std::string_view key) override;
  Result<void> Put(std::string_view key, std::string_view bytes) override;
  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override;
  using ObjectStore::List;
  Result<storage::ListPage> List(std::string_view prefix,
                                 const storage::ListOptions& options) override;
  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override;
  Result<void> Delete(std::string_view key) override;
  Result<std::optional<std::string>> LocalPath(std::string_view key) override;
  Result<void> Persist(const std::vector<std::string>& keys) override;
  std::string Describe() const override { return base_->Describe(); }

 private:
  template <typename Call>
  auto Step(const char* name, std::string_view key, Call call) -> decltype(call());

  const std::shared_ptr<storage::ObjectStore> base_;
  storage::FaultyStore& faults_;
  Schedule& schedule_;
  bool is_dead_ = false;
};

}  // namespace limno::simulation
