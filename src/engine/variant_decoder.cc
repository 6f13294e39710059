#include "engine/variant_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "duckdb/common/types/hugeint.hpp"
#include "duckdb/common/types/uuid.hpp"
#include "engine/variant_format.h"

namespace limno::engine {
namespace {

using duckdb::hugeint_t;
using duckdb::VariantValue;
using duckdb::VariantValueType;
using variant_format::BasicType;
using variant_format::PrimitiveType;

constexpr size_t kMaxWidth = 4;

tl::unexpected<Error> Damaged(const std::string& what) {
  return Fail(ErrorKind::kCorrupt, "a variant value is damaged: " + what);
}

/// `width` bytes at `offset`, least significant first; nullopt beyond the end.
std::optional<uint64_t> Unsigned(std::string_view bytes, size_t offset, size_t width) {
  if (offset > bytes.size() || bytes.size() - offset < width) {
    return std::nullopt;
  }
  uint64_t number = 0;
  for (size_t index = 0; index < width; ++index) {
    number |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[offset + index])) << (8 * index);
  }
  return number;
}

/// The first bytes of what remains as a number; the caller has checked that they are there.
template <typename T>
T Load(std::string_view bytes) {
  T number;
  std::memcpy(&number, bytes.data(), sizeof(T));
  return number;
}

struct Decoded {
  VariantValue value;
  size_t size = 0;
};

/// 39 for more than a decimal can have.
uint8_t DigitsOf(hugeint_t magnitude) {
  uint8_t digits = 1;
  while (digits <= variant_format::kDecimal16Digits &&
         magnitude >= duckdb::Hugeint::POWERS_OF_TEN[digits]) {
    ++digits;
  }
  return digits;
}

/// Wide enough for the digits, the scale, and the class of width it was written in.
Result<Value> MakeDecimal(hugeint_t unscaled, uint8_t scale, uint8_t class_digits) {
  const uint8_t digits = DigitsOf(unscaled < hugeint_t(0) ? -unscaled : unscaled);
  const uint8_t needed = std::max({digits, scale, class_digits});
  if (needed > variant_format::kDecimal16Digits) {
    return Damaged(fmt::format("a decimal of {} digits with scale {}", digits, scale));
  }
  if (needed <= variant_format::kDecimal4Digits) {
    return Value::DECIMAL(duckdb::Hugeint::Cast<int32_t>(unscaled), variant_format::kDecimal4Digits,
                          scale);
  }
  if (needed <= variant_format::kDecimal8Digits) {
    return Value::DECIMAL(duckdb::Hugeint::Cast<int64_t>(unscaled), variant_format::kDecimal8Digits,
                          scale);
  }
  return Value::DECIMAL(unscaled, variant_format::kDecimal16Digits, scale);
}

Result<Value> TextOf(std::string_view bytes) {
  if (!Value::StringIsValid(bytes.data(), bytes.size())) {
    return Damaged("a string is not UTF-8");
  }
  return Value(std::string(bytes));
}

class Decoder {
 public:
  explicit Decoder(const VariantNames& names) : names_(names) {}

  Result<Decoded> Take(std::string_view bytes, int depth) const {
    if (bytes.empty()) {
      return Damaged("it ends too early");
    }
    if (depth > variant_format::kMaxDepth) {
      return Damaged("it is nested too deeply");
    }
    const auto first = static_cast<uint8_t>(bytes[0]);
    const uint8_t header = first >> 2;
    switch (static_cast<BasicType>(first & 3)) {
      case BasicType::kShortString:
        return TakeString(bytes, 1, header);
      case BasicType::kObject:
        return TakeObject(bytes, header, depth);
      case BasicType::kArray:
        return TakeArray(bytes, header, depth);
      case BasicType::kPrimitive:
        break;
    }
    return TakePrimitive(bytes, header);
  }

 private:
  static Result<Decoded> TakeString(std::string_view bytes, size_t start, uint64_t length) {
    if (bytes.size() - start < length) {
      return Damaged("it ends within a string");
    }
    LIMNO_ASSIGN(Value text, TextOf(bytes.substr(start, length)));
    return Decoded{VariantValue(std::move(text)), start + length};
  }

  /// Where the parts of an object or an array begin.
  struct Layout {
    uint64_t count = 0;
    size_t ids = 0;
    size_t id_width = 0;
    size_t offsets = 0;
    size_t offset_width = 0;
    size_t values = 0;
    uint64_t values_size = 0;
  };

  static Result<Layout> LayoutOf(std::string_view bytes, bool is_large, size_t id_width,
                                 size_t offset_width) {
    const size_t count_width = is_large ? kMaxWidth : 1;
    const auto count = Unsigned(bytes, 1, count_width);
    if (!count) {
      return Damaged("it ends before its elements");
    }
    Layout layout;
    layout.count = *count;
    layout.ids = 1 + count_width;
    layout.id_width = id_width;
    layout.offset_width = offset_width;
    layout.offsets = layout.ids + layout.count * id_width;
    layout.values = layout.offsets + (layout.count + 1) * offset_width;
    const auto size = Unsigned(bytes, layout.offsets + layout.count * offset_width, offset_width);
    if (!size || layout.values > bytes.size() || bytes.size() - layout.values < *size) {
      return Damaged("it ends within its elements");
    }
    layout.values_size = *size;
    return layout;
  }

  /// The element at `index`; `left` is what elements may still take.
  Result<VariantValue> TakeElement(std::string_view bytes, const Layout& layout, uint64_t index,
                                   uint64_t& left, int depth) const {
    const uint64_t offset =
        *Unsigned(bytes, layout.offsets + index * layout.offset_width, layout.offset_width);
    if (offset >= layout.values_size) {
      return Damaged("an element lies outside");
    }
    LIMNO_ASSIGN(
        Decoded element,
        Take(bytes.substr(layout.values + offset, layout.values_size - offset), depth + 1));
    if (element.size > left) {
      return Damaged("elements overlap");
    }
    left -= element.size;
    return std::move(element.value);
  }

  Result<Decoded> TakeObject(std::string_view bytes, uint8_t header, int depth) const {
    LIMNO_ASSIGN(const Layout layout,
                 LayoutOf(bytes, (header >> 4 & 1) != 0, (header >> 2 & 3) + 1, (header & 3) + 1));
    VariantValue object(VariantValueType::OBJECT);
    uint64_t left = layout.values_size;
    for (uint64_t index = 0; index < layout.count; ++index) {
      const uint64_t id = *Unsigned(bytes, layout.ids + index * layout.id_width, layout.id_width);
      const std::string_view* name = names_.Find(id);
      if (name == nullptr) {
        return Damaged("a field has no name");
      }
      LIMNO_ASSIGN(VariantValue field, TakeElement(bytes, layout, index, left, depth));
      object.AddChild(std::string(*name), std::move(field));
    }
    if (object.ObjectChildren().size() != layout.count) {
      return Damaged("two fields have one name");
    }
    return Decoded{std::move(object), layout.values + layout.values_size};
  }

  Result<Decoded> TakeArray(std::string_view bytes, uint8_t header, int depth) const {
    LIMNO_ASSIGN(const Layout layout, LayoutOf(bytes, (header >> 2 & 1) != 0, 0, (header & 3) + 1));
    VariantValue array(VariantValueType::ARRAY);
    uint64_t left = layout.values_size;
    for (uint64_t index = 0; index < layout.count; ++index) {
      LIMNO_ASSIGN(VariantValue element, TakeElement(bytes, layout, index, left, depth));
      array.AddItem(std::move(element));
    }
    return Decoded{std::move(array), layout.values + layout.values_size};
  }

  static Result<Decoded> TakePrimitive(std::string_view bytes, uint8_t header) {
    const auto type = static_cast<PrimitiveType>(header);
    if (type == PrimitiveType::kBinary || type == PrimitiveType::kString) {
      const auto length = Unsigned(bytes, 1, sizeof(uint32_t));
      if (!length) {
        return Damaged("it ends before a string");
      }
      const size_t start = 1 + sizeof(uint32_t);
      if (type == PrimitiveType::kString) {
        return TakeString(bytes, start, *length);
      }
      if (bytes.size() - start < *length) {
        return Damaged("it ends within binary data");
      }
      const auto* data = reinterpret_cast<duckdb::const_data_ptr_t>(bytes.data() + start);
      return Decoded{VariantValue(Value::BLOB(data, *length)), start + *length};
    }
    const std::optional<size_t> size = SizeOf(type);
    if (!size) {
      return Damaged(fmt::format("it is of the unknown type {}", header));
    }
    if (bytes.size() - 1 < *size) {
      return Damaged("it ends within a value");
    }
    LIMNO_ASSIGN(Value value, FixedValue(type, bytes.substr(1, *size)));
    return Decoded{VariantValue(std::move(value)), 1 + *size};
  }

  static std::optional<size_t> SizeOf(PrimitiveType type) {
    switch (type) {
      case PrimitiveType::kNull:
      case PrimitiveType::kTrue:
      case PrimitiveType::kFalse:
        return 0;
      case PrimitiveType::kInt8:
        return 1;
      case PrimitiveType::kInt16:
        return 2;
      case PrimitiveType::kInt32:
      case PrimitiveType::kDate:
      case PrimitiveType::kFloat:
        return 4;
      case PrimitiveType::kDecimal4:
        return 5;
      case PrimitiveType::kInt64:
      case PrimitiveType::kDouble:
      case PrimitiveType::kTimestamp:
      case PrimitiveType::kTimestampNtz:
      case PrimitiveType::kTime:
      case PrimitiveType::kTimestampNanos:
      case PrimitiveType::kTimestampNtzNanos:
        return 8;
      case PrimitiveType::kDecimal8:
        return 9;
      case PrimitiveType::kUuid:
        return 16;
      case PrimitiveType::kDecimal16:
        return 17;
      default:
        return std::nullopt;
    }
  }

  /// `bytes` are as many as SizeOf() says.
  static Result<Value> FixedValue(PrimitiveType type, std::string_view bytes) {
    switch (type) {
      case PrimitiveType::kTrue:
      case PrimitiveType::kFalse:
        return Value::BOOLEAN(type == PrimitiveType::kTrue);
      case PrimitiveType::kInt8:
        return Value::TINYINT(Load<int8_t>(bytes));
      case PrimitiveType::kInt16:
        return Value::SMALLINT(Load<int16_t>(bytes));
      case PrimitiveType::kInt32:
        return Value::INTEGER(Load<int32_t>(bytes));
      case PrimitiveType::kInt64:
        return Value::BIGINT(Load<int64_t>(bytes));
      case PrimitiveType::kFloat:
        return Value::FLOAT(Load<float>(bytes));
      case PrimitiveType::kDouble:
        return Value::DOUBLE(Load<double>(bytes));
      case PrimitiveType::kDecimal4:
      case PrimitiveType::kDecimal8:
      case PrimitiveType::kDecimal16:
        return DecimalValue(type, bytes);
      case PrimitiveType::kUuid:
        return Value::UUID(
            duckdb::BaseUUID::FromBlob(reinterpret_cast<duckdb::const_data_ptr_t>(bytes.data())));
      case PrimitiveType::kNull:
        return Value();
      default:
        return TimeValue(type, bytes);
    }
  }

  static Result<Value> DecimalValue(PrimitiveType type, std::string_view bytes) {
    const auto scale = static_cast<uint8_t>(bytes[0]);
    const std::string_view digits = bytes.substr(1);
    if (type == PrimitiveType::kDecimal4) {
      return MakeDecimal(hugeint_t(Load<int32_t>(digits)), scale, variant_format::kDecimal4Digits);
    }
    if (type == PrimitiveType::kDecimal8) {
      return MakeDecimal(hugeint_t(Load<int64_t>(digits)), scale, variant_format::kDecimal8Digits);
    }
    hugeint_t unscaled;
    unscaled.lower = Load<uint64_t>(digits);
    unscaled.upper = Load<int64_t>(digits.substr(sizeof(uint64_t)));
    if (unscaled == duckdb::NumericLimits<hugeint_t>::Minimum()) {
      return Damaged("a decimal has too many digits");
    }
    return MakeDecimal(unscaled, scale, variant_format::kDecimal16Digits);
  }

  static Result<Value> TimeValue(PrimitiveType type, std::string_view bytes) {
    if (type == PrimitiveType::kDate) {
      return Value::DATE(duckdb::date_t(Load<int32_t>(bytes)));
    }
    const auto ticks = Load<int64_t>(bytes);
    switch (type) {
      case PrimitiveType::kTimestamp:
        return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(ticks));
      case PrimitiveType::kTimestampNtz:
        return Value::TIMESTAMP(duckdb::timestamp_t(ticks));
      case PrimitiveType::kTime:
        return Value::TIME(duckdb::dtime_t(ticks));
      case PrimitiveType::kTimestampNtzNanos: {
        duckdb::timestamp_ns_t nanos;
        nanos.value = ticks;
        return Value::TIMESTAMPNS(nanos);
      }
      default:
        break;
    }
    constexpr int64_t kNanosPerMicro = 1000;
    if (ticks % kNanosPerMicro != 0) {
      return Fail(
          ErrorKind::kUnsupported,
          "a variant holds a timestamp with nanoseconds and a zone, which is not supported");
    }
    return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(ticks / kNanosPerMicro));
  }

  const VariantNames& names_;
};

}  // namespace

Result<VariantNames> VariantNames::Parse(std::string_view metadata) {
  if (metadata.empty()) {
    return Damaged("it has no metadata");
  }
  const auto header = static_cast<uint8_t>(metadata[0]);
  if ((header & 0xF) != variant_format::kVersion) {
    return Fail(ErrorKind::kUnsupported,
                fmt::format("a variant is of the unknown version {}", header & 0xF));
  }
  const size_t width = (header >> 6) + 1;
  const auto count = Unsigned(metadata, 1, width);
  if (!count || *count > metadata.size()) {
    return Damaged("its metadata ends too early");
  }
  const size_t offsets = 1 + width;
  const size_t texts = offsets + (*count + 1) * width;
  if (texts > metadata.size()) {
    return Damaged("its metadata ends within its offsets");
  }
  VariantNames names;
  names.names_.reserve(*count);
  uint64_t start = *Unsigned(metadata, offsets, width);
  for (uint64_t index = 1; index <= *count; ++index) {
    const uint64_t end = *Unsigned(metadata, offsets + index * width, width);
    if (end < start || end > metadata.size() - texts) {
      return Damaged("a name lies outside its metadata");
    }
    const std::string_view name = metadata.substr(texts + start, end - start);
    if (!Value::StringIsValid(name.data(), name.size())) {
      return Damaged("the name of a field is not UTF-8");
    }
    names.names_.push_back(name);
    start = end;
  }
  return names;
}

Result<VariantValue> DecodeVariant(const VariantNames& names, std::string_view value) {
  LIMNO_ASSIGN(Decoded decoded, Decoder(names).Take(value, 0));
  return std::move(decoded.value);
}

}  // namespace limno::engine
