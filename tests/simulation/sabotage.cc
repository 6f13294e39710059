#include "simulation/sabotage.h"

#include <map>

#include "simulation/simulated_store.h"
#include "table/delta/log_path.h"

namespace limno::simulation {
namespace {

bool IsCommit(std::string_view key) {
  const auto name = table::delta::ParseLogKey(key);
  return name && name->kind == table::delta::LogFileKind::kCommit;
}

class ForgetfulStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  Result<std::string> Read(std::string_view key) override {
    Result<std::string> text = StoreWrapper::Read(key);
    if (text && IsCommit(key)) {
      const size_t found = text->find("\"txnId\"");
      if (found != std::string::npos) {
        text->replace(found, 7, "\"other\"");
      }
    }
    return text;
  }
};

class ReplacingStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override {
    return StoreWrapper::Put(key, bytes);
  }
};

class HastyStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override {
    // The eleventh commit of a process gets lost; the twelfth would be too obvious.
    return ++calls_ % 11 == 0 ? Result<void>() : StoreWrapper::PutIfAbsent(key, bytes);
  }

 private:
  int calls_ = 0;
};

class StaleStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  Result<std::string> Read(std::string_view key) override {
    if (IsCommit(key) && ++calls_ % 7 == 0) {
      return Fail(ErrorKind::kNotFound, "no such object", std::string(key));
    }
    return StoreWrapper::Read(key);
  }

 private:
  int calls_ = 0;
};

/// Writes the second and every later checkpoint with the bytes of the one before.
class StaleParquet final : public table::ParquetIo {
 public:
  explicit StaleParquet(table::ParquetIo& base) : base_(base) {}

  Result<void> Read(storage::ObjectStore& store, const std::string& key,
                    const std::vector<std::string>& columns, const BatchVisitor& visit) override {
    return base_.Read(store, key, columns, visit);
  }

  Result<uint64_t> Write(storage::ObjectStore& store, const std::string& key,
                         ArrowArrayStream* stream) override {
    LIMNO_ASSIGN(const uint64_t size, base_.Write(store, key, stream));
    if (!last_bytes_.empty()) {
      LIMNO_TRY(store.Put(key, last_bytes_));
      return size;
    }
    LIMNO_ASSIGN(last_bytes_, store.Read(key));
    return size;
  }

 private:
  table::ParquetIo& base_;
  std::string last_bytes_;
};

const std::map<std::string, Sabotage>& ByName() {
  static const std::map<std::string, Sabotage> kByName = {
      {"forgotten-commits", Sabotage::kForgottenCommits},
      {"unchecked-reads", Sabotage::kUncheckedReads},
      {"hasty-vacuum", Sabotage::kHastyVacuum},
      {"replacing-commits", Sabotage::kReplacingCommits},
      {"early-acknowledgements", Sabotage::kEarlyAcknowledgements},
      {"lost-batch-numbers", Sabotage::kLostBatchNumbers},
      {"forgotten-deletions", Sabotage::kForgottenDeletions},
      {"stale-checkpoints", Sabotage::kStaleCheckpoints},
      {"stale-reads", Sabotage::kStaleReads},
  };
  return kByName;
}

}  // namespace

const char* NameOf(Sabotage sabotage) {
  for (const auto& [name, known] : ByName()) {
    if (known == sabotage) {
      return name.c_str();
    }
  }
  return "none";
}

std::optional<Sabotage> SabotageOf(const std::string& name) {
  const auto found = ByName().find(name);
  return found == ByName().end() ? std::nullopt : std::optional(found->second);
}

std::shared_ptr<storage::ObjectStore> Spoil(Sabotage sabotage,
                                            std::shared_ptr<storage::ObjectStore> store) {
  switch (sabotage) {
    case Sabotage::kForgottenCommits:
      return std::make_shared<ForgetfulStore>(std::move(store));
    case Sabotage::kReplacingCommits:
      return std::make_shared<ReplacingStore>(std::move(store));
    case Sabotage::kEarlyAcknowledgements:
      return std::make_shared<HastyStore>(std::move(store));
    case Sabotage::kStaleReads:
      return std::make_shared<StaleStore>(std::move(store));
    default:
      return store;
  }
}

void Spoil(Sabotage sabotage, table::Change& change) {
  if (sabotage == Sabotage::kUncheckedReads) {
    change.reads.might_match = nullptr;
    change.reads.file_keys.clear();
  } else if (sabotage == Sabotage::kLostBatchNumbers) {
    change.app_transactions.clear();
    change.reads.app_ids.clear();
  }
}

void Spoil(Sabotage sabotage, table::VacuumOptions& options) {
  if (sabotage == Sabotage::kHastyVacuum) {
    options.retention_millis = 0;
    options.allow_short_retention = true;
  }
}

void Spoil(Sabotage sabotage, std::vector<std::pair<table::DataFilePtr, table::RowSet>>& deletes) {
  if (sabotage == Sabotage::kForgottenDeletions) {
    for (auto& [file, rows] : deletes) {
      table::DataFile without = *file;
      without.deletion_vector.reset();
      file = std::make_shared<const table::DataFile>(std::move(without));
    }
  }
}

std::unique_ptr<table::ParquetIo> Spoil(Sabotage sabotage, table::ParquetIo& parquet) {
  return sabotage == Sabotage::kStaleCheckpoints ? std::make_unique<StaleParquet>(parquet)
                                                 : nullptr;
}

}  // namespace limno::simulation
