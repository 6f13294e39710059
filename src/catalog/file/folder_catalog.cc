#include "catalog/file/folder_catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "base/name_match.h"
#include "catalog/file/lake_layout.h"
#include "catalog/file/lake_listing.h"

namespace limno::catalog {

namespace {

using storage::ObjectInfo;
using storage::ObjectStore;
using table::Table;

Result<void> CheckTableName(const TableName& name, const std::string& what) {
  LIMNO_TRY(CheckName(name.name_space, "namespace"));
  return CheckName(name.name, what);
}

class FolderCatalog final : public Catalog {
 public:
  explicit FolderCatalog(FolderCatalogParts parts)
      : parts_(std::move(parts)), listing_(parts_.store) {}

  Result<std::vector<std::string>> Namespaces() override {
    LIMNO_TRY(CheckLakeOnce());
    return listing_.Namespaces();
  }
  Result<std::vector<std::string>> Tables(const std::string& name_space) override;
  Result<std::vector<View>> Views(const std::string& name_space) override;
  Result<void> CreateNamespace(const std::string& name) override;
  Result<void> DropNamespace(const std::string& name) override;
  Result<std::shared_ptr<Table>> OpenTable(const TableName& name) override;
  Result<std::shared_ptr<Table>> PrepareTable(const TableName& name) override;
  Result<void> DropTable(const TableName& name) override;
  Result<void> PutView(const View& view, bool replace) override;
  Result<void> DropView(const TableName& name) override;
  Result<std::shared_ptr<Table>> OpenPath(const std::string& path) override;
  std::string Location() const override { return parts_.location; }
  std::string LocationOf(const TableName& name) const override {
    return parts_.location + "/" + name.name_space + "/" + name.name;
  }

 private:
  struct OpenedTable {
    TableName name;
    std::shared_ptr<Table> table;
    /// False while it was only prepared and nobody has seen its log.
    bool seen = false;
  };

  Result<void> CheckLakeOnce();
  Result<void> BeginWrite();
  Result<std::shared_ptr<Table>> OpenFolder(const TableName& name, bool seen);
  Error NoSuchTable(const TableName& name);

  static std::string CacheKey(const TableName& name) { return base::FoldCase(name.ToString()); }

  const FolderCatalogParts parts_;
  LakeListing listing_;

  std::mutex mutex_;
  // Guarded by mutex_.
  bool lake_checked_ = false;
  bool lake_exists_ = false;
  std::map<std::string, OpenedTable> tables_;
  std::map<std::string, std::weak_ptr<Table>> paths_;
};

Result<void> FolderCatalog::CheckLakeOnce() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (lake_checked_) {
      return {};
    }
  }
  const auto text = parts_.store->Read(kLakeDocument);
  if (!text && text.error().kind != ErrorKind::kNotFound) {
    return Fail(text.error());
  }
  if (text) {
    LIMNO_TRY(CheckLake(*text, parts_.location + "/" + std::string(kLakeDocument)));
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  lake_checked_ = true;
  lake_exists_ = text.has_value();
  return {};
}

Result<void> FolderCatalog::BeginWrite() {
  LIMNO_TRY(CheckLakeOnce());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (lake_exists_) {
      return {};
    }
  }
  const std::string id = base::FormatUuid(parts_.random->Uuid());
  const auto written = parts_.store->PutIfAbsent(kLakeDocument, EncodeLake(id));
  if (!written && written.error().kind != ErrorKind::kAlreadyExists) {
    return Fail(written.error());
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  lake_exists_ = true;
  return {};
}

Result<std::vector<std::string>> FolderCatalog::Tables(const std::string& name_space) {
  LIMNO_ASSIGN(const auto found, listing_.FindNamespace(name_space));
  if (!found) {
    LIMNO_ASSIGN(const std::vector<std::string> names, Namespaces());
    return Fail(ErrorKind::kNotFound, fmt::format("there is no namespace '{}'", name_space),
                parts_.location, base::NearestNameHint(name_space, names));
  }
  return listing_.Tables(*found);
}

Result<std::vector<View>> FolderCatalog::Views(const std::string& name_space) {
  LIMNO_ASSIGN(const auto found, listing_.FindNamespace(name_space));
  if (!found) {
    return std::vector<View>();
  }
  LIMNO_ASSIGN(const std::vector<std::string> names, listing_.DocumentsIn(ViewFolder(*found)));
  std::vector<View> views;
  for (const std::string& name : names) {
    const std::string key = ViewDocument({*found, name});
    const auto text = parts_.store->Read(key);
    if (!text && text.error().kind == ErrorKind::kNotFound) {
      continue;  // dropped since it was listed
    }
    if (!text) {
      return Fail(text.error());
    }
    LIMNO_ASSIGN(View view, DecodeView(*text, parts_.location + "/" + key));
    views.push_back(std::move(view));
  }
  return views;
}

Result<void> FolderCatalog::CreateNamespace(const std::string& name) {
  LIMNO_TRY(CheckName(name, "namespace"));
  LIMNO_TRY(BeginWrite());
  LIMNO_ASSIGN(const std::vector<std::string> created,
               listing_.DocumentsIn(std::string(kNamespacesFolder)));
  if (FindName(created, name)) {
    return {};
  }
  LIMNO_ASSIGN(const auto existing, listing_.FindNamespace(name));
  const std::string kept = existing.value_or(name);
  const auto written = parts_.store->PutIfAbsent(NamespaceDocument(kept), EncodeNamespace(kept));
  if (!written && written.error().kind != ErrorKind::kAlreadyExists) {
    return Fail(written.error());
  }
  return {};
}

Result<void> FolderCatalog::DropNamespace(const std::string& name) {
  LIMNO_ASSIGN(const std::vector<std::string> tables, Tables(name));
  LIMNO_ASSIGN(const std::vector<View> views, Views(name));
  if (!tables.empty() || !views.empty()) {
    const std::string first = tables.empty() ? views.front().name.name : tables.front();
    return Fail(ErrorKind::kRefused,
                fmt::format("namespace '{}' still holds {} tables and {} views, '{}' among them",
                            name, tables.size(), views.size(), first),
                parts_.location, "drop them first");
  }
  LIMNO_ASSIGN(const auto found, listing_.FindNamespace(name));
  return parts_.store->Delete(NamespaceDocument(found.value_or(name)));
}

Error FolderCatalog::NoSuchTable(const TableName& name) {
  Error error{ErrorKind::kNotFound, fmt::format("there is no table '{}'", name.ToString()),
              parts_.location, ""};
  if (const auto view = listing_.FindView(name); view && *view) {
    error.hint = fmt::format("'{}' is a view", (*view)->ToString());
    return error;
  }
  std::vector<std::string> candidates;
  const auto name_spaces = Namespaces().value_or(std::vector<std::string>());
  if (!name_spaces.empty() && !FindName(name_spaces, name.name_space)) {
    error.message += fmt::format(": there is no namespace '{}', only {}", name.name_space,
                                 fmt::join(name_spaces, ", "));
  }
  for (const std::string& name_space : name_spaces) {
    const auto tables = Tables(name_space);
    for (const std::string& table : tables ? *tables : std::vector<std::string>()) {
      candidates.push_back(name_space + "." + table);
    }
  }
  error.hint = base::NearestNameHint(name.ToString(), candidates);
  if (error.hint.empty()) {
    // The right name in another namespace is further away than typing errors explain.
    const auto same = std::find_if(candidates.begin(), candidates.end(), [&](const auto& other) {
      return base::FoldCase(other).ends_with("." + base::FoldCase(name.name));
    });
    error.hint = same != candidates.end() ? "did you mean '" + *same + "'?"
                                          : "`limno tables` lists what there is";
  }
  return error;
}

Result<std::shared_ptr<Table>> FolderCatalog::OpenFolder(const TableName& name, bool seen) {
  LIMNO_ASSIGN(std::shared_ptr<ObjectStore> store, parts_.open_store(LocationOf(name)));
  std::shared_ptr<Table> table = parts_.open_table(std::move(store));
  const std::lock_guard<std::mutex> lock(mutex_);
  OpenedTable& entry =
      tables_.try_emplace(CacheKey(name), OpenedTable{name, std::move(table), false}).first->second;
  entry.seen = entry.seen || seen;
  return entry.table;
}

Result<std::shared_ptr<Table>> FolderCatalog::OpenTable(const TableName& name) {
  LIMNO_TRY(CheckLakeOnce());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto cached = tables_.find(CacheKey(name));
    if (cached != tables_.end() && cached->second.seen) {
      return cached->second.table;
    }
  }
  LIMNO_ASSIGN(const auto found, listing_.FindTable(name));
  if (!found) {
    return Fail(NoSuchTable(name));
  }
  return OpenFolder(*found, /*seen=*/true);
}

Result<std::shared_ptr<Table>> FolderCatalog::PrepareTable(const TableName& name) {
  LIMNO_TRY(CheckTableName(name, "table"));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto cached = tables_.find(CacheKey(name));
    if (cached != tables_.end()) {
      return cached->second.table;
    }
  }
  LIMNO_TRY(BeginWrite());
  LIMNO_ASSIGN(const auto existing, listing_.FindTable(name));
  if (existing) {
    return OpenFolder(*existing, /*seen=*/true);
  }
  LIMNO_ASSIGN(const auto view, listing_.FindView(name));
  if (view) {
    return Fail(ErrorKind::kAlreadyExists,
                fmt::format("there is a view named '{}'", view->ToString()), parts_.location,
                "drop the view, or take another name for the table");
  }
  LIMNO_ASSIGN(const auto name_space, listing_.FindNamespace(name.name_space));
  return OpenFolder({name_space.value_or(name.name_space), name.name}, /*seen=*/false);
}

Result<void> FolderCatalog::DropTable(const TableName& name) {
  LIMNO_TRY(CheckLakeOnce());
  LIMNO_ASSIGN(const auto found, listing_.FindTable(name));
  if (!found) {
    return Fail(NoSuchTable(name));
  }
  LIMNO_ASSIGN(const std::vector<ObjectInfo> objects, listing_.ListAll(TableFolder(*found)));
  const std::string log = LogFolder(*found);
  std::vector<std::string> log_keys;
  std::vector<std::string> data_keys;
  for (const ObjectInfo& object : objects) {
    (object.key.starts_with(log) ? log_keys : data_keys).push_back(object.key);
  }
  // From the newest entry to the oldest, so that a crash in between leaves an older version whole;
  // data goes when nothing refers to it any more. '_' sorts after the digits of versions.
  for (auto key = log_keys.rbegin(); key != log_keys.rend(); ++key) {
    LIMNO_TRY(parts_.store->Delete(*key));
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tables_.erase(CacheKey(*found));
  }
  return parts_.store->DeleteBatch(data_keys);
}

Result<void> FolderCatalog::PutView(const View& view, bool replace) {
  LIMNO_TRY(CheckTableName(view.name, "view"));
  LIMNO_TRY(BeginWrite());
  LIMNO_ASSIGN(const auto table, listing_.FindTable(view.name));
  if (table) {
    return Fail(ErrorKind::kAlreadyExists,
                fmt::format("there is a table named '{}'", table->ToString()), parts_.location,
                "drop the table, or take another name for the view");
  }
  LIMNO_ASSIGN(const auto existing, listing_.FindView(view.name));
  if (existing && !replace) {
    return Fail(ErrorKind::kAlreadyExists,
                fmt::format("there is a view named '{}' already", existing->ToString()),
                parts_.location, "CREATE OR REPLACE VIEW replaces it");
  }
  View kept = view;
  if (existing) {
    kept.name = *existing;
  } else {
    LIMNO_ASSIGN(const auto name_space, listing_.FindNamespace(view.name.name_space));
    kept.name.name_space = name_space.value_or(view.name.name_space);
  }
  const std::string key = ViewDocument(kept.name);
  return replace ? parts_.store->Put(key, EncodeView(kept))
                 : parts_.store->PutIfAbsent(key, EncodeView(kept));
}

Result<void> FolderCatalog::DropView(const TableName& name) {
  LIMNO_TRY(CheckLakeOnce());
  LIMNO_ASSIGN(const auto found, listing_.FindView(name));
  if (found) {
    return parts_.store->Delete(ViewDocument(*found));
  }
  std::vector<std::string> names;
  LIMNO_ASSIGN(const std::vector<View> views, Views(name.name_space));
  for (const View& view : views) {
    names.push_back(view.name.ToString());
  }
  return Fail(ErrorKind::kNotFound, fmt::format("there is no view '{}'", name.ToString()),
              parts_.location, base::NearestNameHint(name.ToString(), names));
}

Result<std::shared_ptr<Table>> FolderCatalog::OpenPath(const std::string& path) {
  std::string folder = path;
  while (folder.size() > 1 && folder.ends_with('/')) {
    folder.pop_back();
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (auto table = paths_[folder].lock()) {
      return table;
    }
  }
  LIMNO_ASSIGN(std::shared_ptr<ObjectStore> store, parts_.open_store(folder));
  std::shared_ptr<Table> table = parts_.open_table(std::move(store));
  const std::lock_guard<std::mutex> lock(mutex_);
  std::weak_ptr<Table>& entry = paths_[folder];
  if (auto other = entry.lock()) {
    return other;
  }
  entry = table;
  return table;
}

}  // namespace

std::unique_ptr<Catalog> MakeFolderCatalog(FolderCatalogParts parts) {
  return std::make_unique<FolderCatalog>(std::move(parts));
}

Result<void> CheckName(const std::string& name, const std::string& what) {
  if (IsName(name)) {
    return {};
  }
  return Fail(ErrorKind::kUsage, fmt::format("'{}' cannot name a {}", name, what), "",
              "names consist of letters, digits, '_' and '-' and do not begin with '_'");
}

}  // namespace limno::catalog
