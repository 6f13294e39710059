// The schema of many files: every column that one of them has, of the one type that it has in all.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "limno/result.h"
#include "table/data_type.h"

namespace limno::engine {

class SchemaMerge {
 public:
  /// kRefused, naming both files, for a column that an earlier file has under another type or
  /// another case of its name. `file`: for messages. Returns whether there was anything new.
  Result<bool> Add(const std::vector<table::Field>& fields, const std::string& file);

  /// In the order of their first appearance.
  const std::vector<table::Field>& fields() const { return fields_; }

 private:
  Result<bool> AddFields(const std::vector<table::Field>& wanted, const std::string& parent,
                         const std::string& file, std::vector<table::Field>& fields);
  Result<bool> AddType(const table::DataType& wanted, const std::string& path,
                       const std::string& file, table::DataType& type);

  std::vector<table::Field> fields_;
  /// Column -> the file that brought it.
  std::map<std::string, std::string> origins_;
};

}  // namespace limno::engine
