// Which files are already in a table, as the table's own log says: a Delta `txn` action per file,
// committed together with its rows. So rows and their ledger entry appear together or not at all.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "catalog/catalog.h"
#include "ingest/fingerprint.h"
#include "limno/result.h"

namespace limno::ingest {

/// A value: the ledger of one source in one table at one version.
class Ledger {
 public:
  /// Reads the newest snapshot; a table that is missing has an empty ledger.
  static Result<Ledger> Read(catalog::Catalog& lake, const catalog::TableName& table,
                             const std::string& source);

  /// The file was loaded last with exactly this content.
  bool Has(const std::string& uri, const Fingerprint& fingerprint) const;

  /// The version of the file's entry; nullopt if it never was loaded.
  std::optional<int64_t> LastVersion(const std::string& uri) const;

  /// "limno:load:<source>:<uri>"; the version of its entry is the first 63 bits of the content's
  /// SHA-256.
  std::string ApplicationId(const std::string& uri) const;

  /// -1: there is no table.
  int64_t table_version() const { return table_version_; }

 private:
  std::string source_;
  int64_t table_version_ = -1;
  std::map<std::string, int64_t> entries_;
};

}  // namespace limno::ingest
