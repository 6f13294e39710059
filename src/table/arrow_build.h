// Builds Arrow arrays of the few types that table formats write about themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "table/arrow_c_data.h"
#include "table/data_type.h"

namespace limno::table {

/// Not of ISO C++.
__extension__ using WideInteger = __int128;

/// One column under construction, possibly with columns inside. Values are appended in row order;
/// what does not fit the column's type is a bug. Not thread safe.
class ArrowColumn {
 public:
  static ArrowColumn Utf8(std::string name);
  static ArrowColumn Int32(std::string name);
  static ArrowColumn Int64(std::string name);
  static ArrowColumn Bool(std::string name);
  /// A column of a scalar type as Arrow has it; nullopt for nested types, variant and void.
  static std::optional<ArrowColumn> OfType(std::string name, const DataType& type);
  static ArrowColumn Struct(std::string name, std::vector<ArrowColumn> children);
  /// Map of strings to nullable strings.
  static ArrowColumn StringMap(std::string name);
  static ArrowColumn StringList(std::string name);

  ArrowColumn(ArrowColumn&&) noexcept;
  ArrowColumn& operator=(ArrowColumn&&) noexcept;
  ~ArrowColumn();

  /// One null row; in a struct also one in every child.
  void AppendNull();
  void Append(std::string_view value);
  /// Integers of any width, dates (days) and timestamps (microseconds).
  void Append(int64_t value);
  void AppendBool(bool value);
  void AppendDouble(double value);
  /// A decimal without its point.
  void AppendDecimal(WideInteger unscaled);
  void AppendOptional(const std::optional<std::string>& value);
  void AppendOptional(const std::optional<int64_t>& value);
  /// One row of a map or list is entries followed by EndRow().
  void AppendEntry(std::string_view key, const std::optional<std::string>& value);
  void AppendElement(std::string_view value);
  void EndRow();
  /// One struct row; every child must be given exactly one row as well.
  void AppendStruct();

  ArrowColumn& child(size_t index);
  int64_t length() const;
  /// Bytes gathered so far, roughly.
  size_t size_bytes() const;

  /// Describes the column; the caller releases it.
  void ExportSchema(ArrowSchema* out) const;
  /// Hands over the rows, which the caller releases, and starts anew.
  void ExportArray(ArrowArray* out);

 private:
  struct Data;
  explicit ArrowColumn(std::unique_ptr<Data> data);

  std::unique_ptr<Data> data_;
};

/// Appends rows to the root (a struct) until a batch is full; false if there were none left.
using ArrowBatchFiller = std::function<Result<bool>(ArrowColumn& root)>;

/// A stream of the batches that `fill` makes. `fill` and what it borrows must outlive the stream.
void MakeArrowStream(ArrowColumn root, ArrowBatchFiller fill, ArrowArrayStream* out);

}  // namespace limno::table
