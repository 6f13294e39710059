#include "ingest/ledger.h"

namespace limno::ingest {
namespace {

std::string Prefix(const std::string& source) { return "limno:load:" + source + ":"; }

}  // namespace

Result<Ledger> Ledger::Read(catalog::Catalog& lake, const catalog::TableName& table,
                            const std::string& source) {
  Ledger ledger;
  ledger.source_ = source;
  Result<std::shared_ptr<table::Table>> opened = lake.OpenTable(table);
  if (!opened) {
    if (opened.error().kind == ErrorKind::kNotFound) {
      return ledger;
    }
    return Fail(std::move(opened).error());
  }
  Result<table::SnapshotPtr> snapshot = (*opened)->Latest();
  if (!snapshot) {
    if (snapshot.error().kind == ErrorKind::kNotFound) {
      return ledger;
    }
    return Fail(std::move(snapshot).error());
  }
  ledger.table_version_ = (*snapshot)->version;
  const std::string prefix = Prefix(source);
  const std::map<std::string, int64_t>& all = (*snapshot)->app_transactions;
  for (auto entry = all.lower_bound(prefix); entry != all.end() && entry->first.starts_with(prefix);
       ++entry) {
    ledger.entries_.insert(*entry);
  }
  return ledger;
}

bool Ledger::Has(const std::string& uri, const Fingerprint& fingerprint) const {
  return LastVersion(uri) == fingerprint.Version();
}

std::optional<int64_t> Ledger::LastVersion(const std::string& uri) const {
  const auto entry = entries_.find(ApplicationId(uri));
  return entry == entries_.end() ? std::nullopt : std::optional(entry->second);
}

std::string Ledger::ApplicationId(const std::string& uri) const { return Prefix(source_) + uri; }

}  // namespace limno::ingest
