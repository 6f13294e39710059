#include "engine/engine.h"

#include <fmt/format.h>

#include "engine/audit_functions.h"
#include "engine/curve_order.h"
#include "engine/describe_functions.h"
#include "engine/duck.h"
#include "engine/errors.h"
#include "engine/insertion.h"
#include "engine/lake_catalog.h"
#include "engine/lake_transaction.h"
#include "engine/layout_settings.h"
#include "engine/maintenance.h"
#include "engine/missing_tables.h"
#include "engine/parquet_port.h"
#include "engine/scan_functions.h"
#include "engine/session.h"
#include "engine/table_changes.h"
#include "engine/variant_functions.h"

namespace limno::engine {
namespace {

/// The headers this was compiled with: any other library has other class layouts.
constexpr char kDuckVersion[] = "v1.5.5";
constexpr char kStorageType[] = "limno";

struct LakeStorage final : duckdb::StorageExtensionInfo {
  std::shared_ptr<catalog::Catalog> lake;
};

duckdb::unique_ptr<duckdb::Catalog> AttachLake(optional_ptr<duckdb::StorageExtensionInfo> storage,
                                               ClientContext& /*context*/,
                                               duckdb::AttachedDatabase& database,
                                               const duckdb::string& /*name*/,
                                               duckdb::AttachInfo& /*info*/,
                                               duckdb::AttachOptions& /*options*/) {
  const auto& lake = dynamic_cast<LakeStorage&>(*storage).lake;
  if (lake == nullptr) {
    ThrowError({ErrorKind::kInternal, "no lake was given to attach", "", ""});
  }
  return duckdb::make_uniq<LakeCatalog>(database, lake);
}

duckdb::unique_ptr<duckdb::TransactionManager> CreateManager(
    optional_ptr<duckdb::StorageExtensionInfo> /*storage*/, duckdb::AttachedDatabase& database,
    duckdb::Catalog& catalog) {
  return duckdb::make_uniq<LakeTransactionManager>(database, catalog.Cast<LakeCatalog>());
}

class DuckEngine final : public Engine {
 public:
  Result<void> Start(const EngineOptions& options) {
    pacing_ = {options.clock != nullptr ? options.clock : &system_clock_,
               options.random != nullptr ? options.random : &system_random_};
    if (duckdb::DuckDB::LibraryVersion() != std::string(kDuckVersion)) {
      return Fail(ErrorKind::kInternal,
                  fmt::format("libduckdb is {}, built for {}", duckdb::DuckDB::LibraryVersion(),
                              kDuckVersion),
                  {}, "install Limno again, with the library that came with it");
    }
    return Fenced([&]() -> Result<void> {
      duckdb::DBConfig config;
      config.SetOptionByName("memory_limit",
                             Value(std::to_string(options.memory_limit_bytes >> 10) + "KiB"));
      if (options.threads > 0) {
        config.SetOptionByName("threads", Value::BIGINT(options.threads));
      }
      if (!options.temp_directory.empty()) {
        config.SetOptionByName("temp_directory", Value(options.temp_directory));
      }
      config.AddExtensionOption(kPartitionOverwriteMode,
                                "What INSERT OVERWRITE replaces: static or dynamic",
                                LogicalType::VARCHAR);
      config.SetOptionByName("autoload_known_extensions", Value::BOOLEAN(false));
      config.SetOptionByName("autoinstall_known_extensions", Value::BOOLEAN(false));
      auto storage = duckdb::make_shared_ptr<duckdb::StorageExtension>();
      storage_ = duckdb::make_shared_ptr<LakeStorage>();
      storage->storage_info = storage_;
      storage->attach = AttachLake;
      storage->create_transaction_manager = CreateManager;
      duckdb::StorageExtension::Register(config, kStorageType, storage);
      database_ = std::make_unique<duckdb::DuckDB>(nullptr, &config);
      RegisterScanFunctions(*database_->instance);
      RegisterDescribeFunctions(*database_->instance);
      RegisterTableChanges(*database_->instance);
      RegisterCurveFunctions(*database_->instance);
      RegisterLayoutSettings(*database_->instance);
      RegisterAuditFunctions(*database_->instance);
      RegisterMissingTables(*database_->instance);
      parquet_ = MakeParquetPort(*database_, *pacing_.random);
      RegisterVariantFunctions(*database_->instance);
      duckdb::Connection connection(*database_);
      // One answer everywhere: times are shown in UTC unless a session says otherwise.
      return RunSql(connection, "SET GLOBAL TimeZone='UTC'");
    });
  }

  void Attach(std::shared_ptr<catalog::Catalog> lake) override { storage_->lake = std::move(lake); }

  Result<std::unique_ptr<Session>> NewSession() override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!attached_) {
        LIMNO_TRY(Fenced([&]() -> Result<void> {
          duckdb::Connection connection(*database_);
          return RunSql(connection,
                        fmt::format("ATTACH 'lake' AS {} (TYPE {})", kLakeName, kStorageType));
        }));
        attached_ = true;
      }
    }
    return MakeSession(*database_, pacing_);
  }

  table::ParquetIo& parquet() override { return *parquet_; }

 private:
  base::SystemClock system_clock_;
  base::Random system_random_;
  Pacing pacing_;
  duckdb::shared_ptr<LakeStorage> storage_;
  std::unique_ptr<duckdb::DuckDB> database_;
  std::unique_ptr<table::ParquetIo> parquet_;
  std::mutex mutex_;
  bool attached_ = false;
};

}  // namespace

Result<std::unique_ptr<Engine>> StartEngine(const EngineOptions& options) {
  auto engine = std::make_unique<DuckEngine>();
  LIMNO_TRY(engine->Start(options));
  return engine;
}

}  // namespace limno::engine
