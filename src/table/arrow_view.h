// Reading values out of Arrow C Data arrays of any layout, by name and row. Borrowed: a view is
// valid as long as the structures it was made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "table/arrow_c_data.h"

namespace limno::table {

enum class ArrowKind {
  kNull,
  kBoolean,
  /// Signed and unsigned integers of any width.
  kInteger,
  kFloating,
  kDecimal,
  kText,
  kBinary,
  kDate,
  kTimestamp,
  kStruct,
  kList,
  kMap,
  kOther,
};

/// A column. Values may only be asked for where neither the row nor a struct around it is null.
class ArrowView {
 public:
  ArrowView() = default;
  ArrowView(const ArrowSchema& schema, const ArrowArray& array, int64_t shift = 0);

  /// False for a default-constructed view: the column does not exist.
  bool exists() const { return array_ != nullptr; }
  ArrowKind kind() const { return kind_; }
  std::string_view name() const { return schema_->name == nullptr ? "" : schema_->name; }
  int64_t length() const { return array_->length; }
  /// True also where the column does not exist.
  bool IsNull(int64_t row) const;

  bool Bool(int64_t row) const;
  /// Integers and dates (days).
  int64_t Int(int64_t row) const;
  double Double(int64_t row) const;
  /// Text and binary.
  std::string_view Text(int64_t row) const;
  /// Plain digits with exactly as many after the point as the scale says.
  std::string Decimal(int64_t row) const;
  /// Microseconds since the epoch, whatever the unit; rounded down.
  int64_t TimestampMicros(int64_t row) const;
  bool has_time_zone() const { return has_time_zone_; }

  size_t child_count() const;
  /// Members of a struct; `Item` of lists and maps (its rows are counted from the start of all).
  ArrowView Child(size_t index) const;
  /// A view that does not exist if there is no such member.
  ArrowView Child(std::string_view name) const;
  ArrowView Item() const;
  /// The rows of Item() that make up the list or map at `row`.
  struct Range {
    int64_t begin = 0;
    int64_t end = 0;
  };
  Range ItemRange(int64_t row) const;

 private:
  int64_t Position(int64_t row) const { return row + shift_ + array_->offset; }
  template <typename T>
  const T* Buffer(int64_t index) const {
    return static_cast<const T*>(array_->buffers[index]);
  }
  bool IsLarge() const;

  const ArrowSchema* schema_ = nullptr;
  const ArrowArray* array_ = nullptr;
  /// Rows by which the structs around this column are offset.
  int64_t shift_ = 0;
  ArrowKind kind_ = ArrowKind::kOther;
  bool has_time_zone_ = false;
  int scale_ = 0;
  int bytes_ = 0;
  /// Timestamps: units per second.
  int64_t units_ = 1'000'000;
};

/// Nullable text of a row.
std::optional<std::string> TextOrNull(const ArrowView& column, int64_t row);
std::optional<int64_t> IntOrNull(const ArrowView& column, int64_t row);

}  // namespace limno::table
