#include "table/arrow_view.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace limno::table {
namespace {

struct Layout {
  ArrowKind kind = ArrowKind::kOther;
  int bytes = 0;
  int scale = 0;
  int64_t units = 0;
  bool has_time_zone = false;
};

Layout OneLetterLayout(char letter) {
  switch (letter) {
    case 'n':
      return {ArrowKind::kNull};
    case 'b':
      return {ArrowKind::kBoolean};
    case 'c':
    case 'C':
      return {ArrowKind::kInteger, 1};
    case 's':
    case 'S':
      return {ArrowKind::kInteger, 2};
    case 'i':
    case 'I':
      return {ArrowKind::kInteger, 4};
    case 'l':
    case 'L':
      return {ArrowKind::kInteger, 8};
    case 'f':
      return {ArrowKind::kFloating, 4};
    case 'g':
      return {ArrowKind::kFloating, 8};
    case 'u':
    case 'U':
      return {ArrowKind::kText};
    case 'z':
    case 'Z':
      return {ArrowKind::kBinary};
    default:
      return {};
  }
}

/// "d:19,10" or "d:19,10,128".
Layout DecimalLayout(std::string_view format) {
  Layout layout{ArrowKind::kDecimal, 16};
  const size_t comma = format.find(',');
  if (comma == std::string_view::npos) {
    return {};
  }
  const size_t second = format.find(',', comma + 1);
  const std::string_view scale = format.substr(comma + 1, second - comma - 1);
  std::from_chars(scale.data(), scale.data() + scale.size(), layout.scale);
  if (second != std::string_view::npos) {
    int bits = 0;
    const std::string_view width = format.substr(second + 1);
    std::from_chars(width.data(), width.data() + width.size(), bits);
    layout.bytes = bits / 8;
  }
  return layout.bytes > 0 && layout.bytes <= 16 ? layout : Layout{};
}

/// "tss:UTC", "tsm:", "tsu:", "tsn:".
Layout TimestampLayout(std::string_view format) {
  Layout layout{ArrowKind::kTimestamp, 8};
  constexpr int64_t kMillion = 1'000'000;
  switch (format.size() > 2 ? format[2] : ' ') {
    case 's':
      layout.units = 1;
      break;
    case 'm':
      layout.units = 1000;
      break;
    case 'u':
      layout.units = kMillion;
      break;
    case 'n':
      layout.units = 1000 * kMillion;
      break;
    default:
      return {};
  }
  layout.has_time_zone = format.size() > 4;
  return layout;
}

Layout LayoutOf(std::string_view format) {
  if (format.size() == 1) {
    return OneLetterLayout(format[0]);
  }
  if (format.substr(0, 2) == "d:") {
    return DecimalLayout(format);
  }
  if (format.substr(0, 2) == "ts") {
    return TimestampLayout(format);
  }
  if (format == "tdD") {
    return {ArrowKind::kDate, 4};
  }
  if (format == "+s") {
    return {ArrowKind::kStruct};
  }
  if (format == "+l" || format == "+L") {
    return {ArrowKind::kList};
  }
  if (format == "+m") {
    return {ArrowKind::kMap};
  }
  return {};
}

template <typename T>
T Load(const void* buffer, int64_t position) {
  T value;
  std::memcpy(&value, static_cast<const char*>(buffer) + position * static_cast<int64_t>(sizeof(T)),
              sizeof(T));
  return value;
}

__extension__ using Int128 = __int128;
__extension__ using UnsignedInt128 = unsigned __int128;

std::string DigitsOf(UnsignedInt128 magnitude) {
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
  } while (magnitude != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace

ArrowView::ArrowView(const ArrowSchema& schema, const ArrowArray& array, int64_t shift)
    : schema_(&schema), array_(&array), shift_(shift) {
  const Layout layout = LayoutOf(schema.format);
  kind_ = layout.kind;
  bytes_ = layout.bytes;
  scale_ = layout.scale;
  units_ = layout.units;
  has_time_zone_ = layout.has_time_zone;
}

bool ArrowView::IsNull(int64_t row) const {
  if (array_ == nullptr || kind_ == ArrowKind::kNull) {
    return true;
  }
  if (array_->null_count == 0 || array_->n_buffers == 0 || array_->buffers[0] == nullptr) {
    return false;
  }
  const int64_t position = Position(row);
  return (Buffer<uint8_t>(0)[position / 8] >> (position % 8) & 1) == 0;
}

bool ArrowView::Bool(int64_t row) const {
  const int64_t position = Position(row);
  return (Buffer<uint8_t>(1)[position / 8] >> (position % 8) & 1) != 0;
}

int64_t ArrowView::Int(int64_t row) const {
  const int64_t position = Position(row);
  const void* values = array_->buffers[1];
  switch (schema_->format[0]) {
    case 'c':
      return Load<int8_t>(values, position);
    case 'C':
      return Load<uint8_t>(values, position);
    case 's':
      return Load<int16_t>(values, position);
    case 'S':
      return Load<uint16_t>(values, position);
    case 'I':
      return Load<uint32_t>(values, position);
    case 'l':
    case 'L':
      return Load<int64_t>(values, position);
    default:
      return Load<int32_t>(values, position);
  }
}

double ArrowView::Double(int64_t row) const {
  const int64_t position = Position(row);
  return bytes_ == 4 ? static_cast<double>(Load<float>(array_->buffers[1], position))
                     : Load<double>(array_->buffers[1], position);
}

bool ArrowView::IsLarge() const {
  const char last = schema_->format[0] == '+' ? schema_->format[1] : schema_->format[0];
  return last == 'U' || last == 'Z' || last == 'L';
}

std::string_view ArrowView::Text(int64_t row) const {
  const int64_t position = Position(row);
  const char* bytes = Buffer<char>(2);
  if (IsLarge()) {
    const int64_t begin = Load<int64_t>(array_->buffers[1], position);
    return {bytes + begin,
            static_cast<size_t>(Load<int64_t>(array_->buffers[1], position + 1) - begin)};
  }
  const int32_t begin = Load<int32_t>(array_->buffers[1], position);
  return {bytes + begin,
          static_cast<size_t>(Load<int32_t>(array_->buffers[1], position + 1) - begin)};
}

std::string ArrowView::Decimal(int64_t row) const {
  const int64_t position = Position(row);
  Int128 value = 0;
  if (bytes_ == 16) {
    value = Load<Int128>(array_->buffers[1], position);
  } else if (bytes_ == 8) {
    value = Load<int64_t>(array_->buffers[1], position);
  } else if (bytes_ == 4) {
    value = Load<int32_t>(array_->buffers[1], position);
  } else {
    value = Load<int16_t>(array_->buffers[1], position);
  }
  const bool negative = value < 0;
  const auto magnitude =
      negative ? -static_cast<UnsignedInt128>(value) : static_cast<UnsignedInt128>(value);
  std::string digits = DigitsOf(magnitude);
  const auto scale = static_cast<size_t>(scale_);
  if (digits.size() <= scale) {
    digits.insert(digits.begin(), scale + 1 - digits.size(), '0');
  }
  std::string text;
  if (negative) {
    text += '-';
  }
  text.append(digits, 0, digits.size() - scale);
  if (scale > 0) {
    text += '.';
    text.append(digits, digits.size() - scale);
  }
  return text;
}

int64_t ArrowView::TimestampMicros(int64_t row) const {
  constexpr int64_t kMicrosPerSecond = 1'000'000;
  const int64_t value = Load<int64_t>(array_->buffers[1], Position(row));
  if (units_ <= kMicrosPerSecond) {
    return value * (kMicrosPerSecond / units_);
  }
  const int64_t divisor = units_ / kMicrosPerSecond;
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

size_t ArrowView::child_count() const { return static_cast<size_t>(array_->n_children); }

ArrowView ArrowView::Child(size_t index) const {
  return {*schema_->children[index], *array_->children[index], shift_ + array_->offset};
}

ArrowView ArrowView::Child(std::string_view name) const {
  if (array_ == nullptr || kind_ != ArrowKind::kStruct) {
    return {};
  }
  for (size_t index = 0; index < child_count(); ++index) {
    const char* child_name = schema_->children[index]->name;
    if (child_name != nullptr && name == child_name) {
      return Child(index);
    }
  }
  return {};
}

ArrowView ArrowView::Item() const {
  if (array_ == nullptr || (kind_ != ArrowKind::kList && kind_ != ArrowKind::kMap)) {
    return {};
  }
  return {*schema_->children[0], *array_->children[0], 0};
}

ArrowView::Range ArrowView::ItemRange(int64_t row) const {
  const int64_t position = Position(row);
  const void* offsets = array_->buffers[1];
  if (IsLarge()) {
    return {Load<int64_t>(offsets, position), Load<int64_t>(offsets, position + 1)};
  }
  return {Load<int32_t>(offsets, position), Load<int32_t>(offsets, position + 1)};
}

std::optional<std::string> TextOrNull(const ArrowView& column, int64_t row) {
  if (column.kind() != ArrowKind::kText || column.IsNull(row)) {
    return std::nullopt;
  }
  return std::string(column.Text(row));
}

std::optional<int64_t> IntOrNull(const ArrowView& column, int64_t row) {
  if (column.kind() != ArrowKind::kInteger || column.IsNull(row)) {
    return std::nullopt;
  }
  return column.Int(row);
}

}  // namespace limno::table
