// Names of a lake: namespaces, tables, views. The seam behind which later live branches and remote
// catalogs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "limno/result.h"
#include "table/table.h"

namespace limno::catalog {

struct TableName {
  std::string name_space;
  std::string name;

  bool operator==(const TableName& other) const = default;
  auto operator<=>(const TableName& other) const = default;
  /// "namespace.name".
  std::string ToString() const { return name_space + "." + name; }
};

struct View {
  TableName name;
  /// The defining query.
  std::string sql;
};

/// Thread safe. Names are compared without regard to ASCII case and kept as created; they consist
/// of letters, digits, '_', '-' and characters beyond ASCII, and do not begin with '_'.
class Catalog {
 public:
  virtual ~Catalog() = default;

  virtual Result<std::vector<std::string>> Namespaces() = 0;
  virtual Result<std::vector<std::string>> Tables(const std::string& name_space) = 0;
  virtual Result<std::vector<View>> Views(const std::string& name_space) = 0;

  /// A namespace exists as soon as it was created or a table is in it. Creating twice succeeds.
  virtual Result<void> CreateNamespace(const std::string& name) = 0;
  /// kRefused if it still holds tables or views.
  virtual Result<void> DropNamespace(const std::string& name) = 0;

  /// The one shared object for that table; kNotFound, with the nearest right name as hint.
  virtual Result<std::shared_ptr<table::Table>> OpenTable(const TableName& name) = 0;
  /// A table that need not exist yet, to commit its first version to. kUsage for a bad name.
  virtual Result<std::shared_ptr<table::Table>> PrepareTable(const TableName& name) = 0;
  /// Removes log and data. A crash leaves an older version or no table, never a broken one.
  virtual Result<void> DropTable(const TableName& name) = 0;

  virtual Result<void> PutView(const View& view, bool replace) = 0;
  virtual Result<void> DropView(const TableName& name) = 0;

  /// A table outside the lake by folder path; the same object while it is in use.
  virtual Result<std::shared_ptr<table::Table>> OpenPath(const std::string& path) = 0;
  /// Where the lake is, for messages and DESCRIBE DETAIL.
  virtual std::string Location() const = 0;
  virtual std::string LocationOf(const TableName& name) const = 0;
};

}  // namespace limno::catalog
