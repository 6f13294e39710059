#include "engine/variant_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "duckdb/common/enum_util.hpp"
#include "duckdb/common/types/hugeint.hpp"
#include "duckdb/common/types/uuid.hpp"
#include "engine/variant_format.h"

namespace limno::engine {
namespace {

using duckdb::hugeint_t;
using duckdb::uhugeint_t;
using duckdb::VariantLogicalType;
using variant_format::BasicType;
using variant_format::PrimitiveType;

constexpr int64_t kThousand = 1000;
constexpr int64_t kMillion = 1000000;

template <typename T>
void AppendNumber(std::string& bytes, T number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(T));
}

void AppendUnsigned(std::string& bytes, uint64_t number, size_t width) {
  bytes.append(reinterpret_cast<const char*>(&number), width);
}

size_t WidthOf(uint64_t number) {
  return number < (1U << 8U) ? 1 : number < (1U << 16U) ? 2 : number < (1U << 24U) ? 3 : 4;
}

void AppendFirst(std::string& bytes, BasicType type, size_t header) {
  bytes += static_cast<char>(static_cast<size_t>(type) | header << 2U);
}

void AppendType(std::string& bytes, PrimitiveType type) {
  AppendFirst(bytes, BasicType::kPrimitive, static_cast<size_t>(type));
}

template <typename T>
void AppendPrimitive(std::string& bytes, PrimitiveType type, T value) {
  AppendType(bytes, type);
  AppendNumber(bytes, value);
}

void CollectNames(const VariantRef& value, std::vector<std::string_view>& names) {
  const bool is_object = value.type() == VariantLogicalType::OBJECT;
  if (!is_object && value.type() != VariantLogicalType::ARRAY) {
    return;
  }
  for (uint32_t child = 0; child < value.Size(); ++child) {
    if (is_object) {
      names.push_back(value.Name(child));
    }
    CollectNames(value.Child(child), names);
  }
}

class Encoder {
 public:
  explicit Encoder(const VariantRef& value) {
    CollectNames(value, names_);
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  }

  std::string Metadata() const {
    size_t size = 0;
    for (const std::string_view name : names_) {
      size += name.size();
    }
    const size_t width = WidthOf(std::max(size, names_.size()));
    std::string bytes;
    bytes += static_cast<char>(variant_format::kVersion | variant_format::kSortedNames |
                               (width - 1) << 6U);
    AppendUnsigned(bytes, names_.size(), width);
    size_t offset = 0;
    for (const std::string_view name : names_) {
      AppendUnsigned(bytes, offset, width);
      offset += name.size();
    }
    AppendUnsigned(bytes, offset, width);
    for (const std::string_view name : names_) {
      bytes += name;
    }
    return bytes;
  }

  Result<void> Append(const VariantRef& value, std::string& bytes) const {
    switch (value.type()) {
      case VariantLogicalType::OBJECT:
        return AppendObject(value, bytes);
      case VariantLogicalType::ARRAY:
        return AppendArray(value, bytes);
      case VariantLogicalType::VARCHAR:
      case VariantLogicalType::BLOB:
        return AppendBytes(value, bytes);
      case VariantLogicalType::DECIMAL:
        return AppendDecimal(value.Unscaled(), value.Scale(), value.Width(), bytes);
      case VariantLogicalType::VARIANT_NULL:
        AppendType(bytes, PrimitiveType::kNull);
        return {};
      case VariantLogicalType::BOOL_TRUE:
        AppendType(bytes, PrimitiveType::kTrue);
        return {};
      case VariantLogicalType::BOOL_FALSE:
        AppendType(bytes, PrimitiveType::kFalse);
        return {};
      case VariantLogicalType::FLOAT:
        AppendPrimitive(bytes, PrimitiveType::kFloat, value.Fixed<float>());
        return {};
      case VariantLogicalType::DOUBLE:
        AppendPrimitive(bytes, PrimitiveType::kDouble, value.Fixed<double>());
        return {};
      case VariantLogicalType::UUID: {
        AppendType(bytes, PrimitiveType::kUuid);
        duckdb::data_t blob[sizeof(hugeint_t)];
        duckdb::BaseUUID::ToBlob(value.Fixed<hugeint_t>(), blob);
        bytes.append(reinterpret_cast<const char*>(blob), sizeof(blob));
        return {};
      }
      default:
        return IsTime(value.type()) ? AppendTime(value, bytes) : AppendInteger(value, bytes);
    }
  }

 private:
  static tl::unexpected<Error> Refuse(const VariantRef& value) {
    return Fail(ErrorKind::kRefused,
                "a table cannot hold a variant of type " + duckdb::EnumUtil::ToString(value.type()),
                {}, "cast it, for example to VARCHAR, before it becomes a variant");
  }

  static bool IsTime(VariantLogicalType type) {
    return type >= VariantLogicalType::DATE && type <= VariantLogicalType::TIMESTAMP_MICROS_TZ;
  }

  static Result<void> AppendBytes(const VariantRef& value, std::string& bytes) {
    const std::string_view content = value.Bytes();
    const bool is_text = value.type() == VariantLogicalType::VARCHAR;
    if (is_text && content.size() < variant_format::kShortStringLimit) {
      AppendFirst(bytes, BasicType::kShortString, content.size());
    } else {
      AppendType(bytes, is_text ? PrimitiveType::kString : PrimitiveType::kBinary);
      AppendUnsigned(bytes, content.size(), sizeof(uint32_t));
    }
    bytes += content;
    return {};
  }

  static Result<void> AppendDecimal(hugeint_t unscaled, uint8_t scale, uint8_t width,
                                    std::string& bytes) {
    const bool is_small = width <= variant_format::kDecimal4Digits;
    if (is_small || width <= variant_format::kDecimal8Digits) {
      AppendType(bytes, is_small ? PrimitiveType::kDecimal4 : PrimitiveType::kDecimal8);
      bytes += static_cast<char>(scale);
      AppendUnsigned(bytes, unscaled.lower, is_small ? sizeof(int32_t) : sizeof(int64_t));
      return {};
    }
    AppendType(bytes, PrimitiveType::kDecimal16);
    bytes += static_cast<char>(scale);
    AppendNumber(bytes, unscaled.lower);
    AppendNumber(bytes, unscaled.upper);
    return {};
  }

  /// What 64 bits do not hold becomes a decimal without fraction.
  static Result<void> AppendWide(hugeint_t number, const VariantRef& value, std::string& bytes) {
    int64_t narrow = 0;
    if (duckdb::Hugeint::TryCast(number, narrow)) {
      AppendPrimitive(bytes, PrimitiveType::kInt64, narrow);
      return {};
    }
    const hugeint_t limit = duckdb::Hugeint::POWERS_OF_TEN[variant_format::kDecimal16Digits];
    if (number >= limit || number <= -limit) {
      return Refuse(value);
    }
    return AppendDecimal(number, 0, variant_format::kDecimal16Digits, bytes);
  }

  static Result<void> AppendInteger(const VariantRef& value, std::string& bytes) {
    switch (value.type()) {
      case VariantLogicalType::INT8:
        AppendPrimitive(bytes, PrimitiveType::kInt8, value.Fixed<int8_t>());
        return {};
      case VariantLogicalType::INT16:
        AppendPrimitive(bytes, PrimitiveType::kInt16, value.Fixed<int16_t>());
        return {};
      case VariantLogicalType::INT32:
        AppendPrimitive(bytes, PrimitiveType::kInt32, value.Fixed<int32_t>());
        return {};
      case VariantLogicalType::INT64:
        AppendPrimitive(bytes, PrimitiveType::kInt64, value.Fixed<int64_t>());
        return {};
      case VariantLogicalType::UINT8:
        AppendPrimitive<int16_t>(bytes, PrimitiveType::kInt16, value.Fixed<uint8_t>());
        return {};
      case VariantLogicalType::UINT16:
        AppendPrimitive<int32_t>(bytes, PrimitiveType::kInt32, value.Fixed<uint16_t>());
        return {};
      case VariantLogicalType::UINT32:
        AppendPrimitive<int64_t>(bytes, PrimitiveType::kInt64, value.Fixed<uint32_t>());
        return {};
      case VariantLogicalType::UINT64:
        return AppendWide(duckdb::Hugeint::Convert(value.Fixed<uint64_t>()), value, bytes);
      case VariantLogicalType::INT128:
        return AppendWide(value.Fixed<hugeint_t>(), value, bytes);
      case VariantLogicalType::UINT128: {
        hugeint_t number;
        return duckdb::Uhugeint::TryCast(value.Fixed<uhugeint_t>(), number)
                   ? AppendWide(number, value, bytes)
                   : Result<void>(Refuse(value));
      }
      default:
        return Refuse(value);
    }
  }

  /// Timestamps without a zone, in microseconds where those hold them.
  static Result<void> AppendTime(const VariantRef& value, std::string& bytes) {
    if (value.type() == VariantLogicalType::DATE) {
      AppendPrimitive(bytes, PrimitiveType::kDate, value.Fixed<int32_t>());
      return {};
    }
    const auto ticks = value.Fixed<int64_t>();
    switch (value.type()) {
      case VariantLogicalType::TIME_MICROS:
        AppendPrimitive(bytes, PrimitiveType::kTime, ticks);
        return {};
      case VariantLogicalType::TIMESTAMP_MICROS:
        AppendPrimitive(bytes, PrimitiveType::kTimestampNtz, ticks);
        return {};
      case VariantLogicalType::TIMESTAMP_MICROS_TZ:
        AppendPrimitive(bytes, PrimitiveType::kTimestamp, ticks);
        return {};
      case VariantLogicalType::TIMESTAMP_NANOS:
        if (ticks % kThousand == 0) {
          AppendPrimitive(bytes, PrimitiveType::kTimestampNtz, ticks / kThousand);
        } else {
          AppendPrimitive(bytes, PrimitiveType::kTimestampNtzNanos, ticks);
        }
        return {};
      case VariantLogicalType::TIMESTAMP_MILIS:
        return AppendScaled(value, ticks, kThousand, bytes);
      case VariantLogicalType::TIMESTAMP_SEC:
        return AppendScaled(value, ticks, kMillion, bytes);
      default:
        return Refuse(value);
    }
  }

  static Result<void> AppendScaled(const VariantRef& value, int64_t ticks, int64_t factor,
                                   std::string& bytes) {
    int64_t micros = 0;
    if (__builtin_mul_overflow(ticks, factor, &micros)) {
      return Refuse(value);
    }
    AppendPrimitive(bytes, PrimitiveType::kTimestampNtz, micros);
    return {};
  }

  Result<void> AppendArray(const VariantRef& array, std::string& bytes) const {
    std::string values;
    std::vector<size_t> offsets{0};
    for (uint32_t child = 0; child < array.Size(); ++child) {
      LIMNO_TRY(Append(array.Child(child), values));
      offsets.push_back(values.size());
    }
    LIMNO_TRY(CheckSize(values));
    const bool is_large = array.Size() > variant_format::kSmallCountLimit;
    const size_t width = WidthOf(values.size());
    AppendFirst(bytes, BasicType::kArray, (is_large ? 4U : 0U) | (width - 1));
    AppendUnsigned(bytes, array.Size(), is_large ? sizeof(uint32_t) : 1);
    for (const size_t offset : offsets) {
      AppendUnsigned(bytes, offset, width);
    }
    bytes += values;
    return {};
  }

  Result<void> AppendObject(const VariantRef& object, std::string& bytes) const {
    std::vector<std::pair<uint64_t, uint32_t>> fields;
    for (uint32_t child = 0; child < object.Size(); ++child) {
      const auto place = std::lower_bound(names_.begin(), names_.end(), object.Name(child));
      fields.emplace_back(place - names_.begin(), child);
    }
    std::sort(fields.begin(), fields.end());
    std::string values;
    std::vector<size_t> offsets{0};
    for (const auto& [id, child] : fields) {
      LIMNO_TRY(Append(object.Child(child), values));
      offsets.push_back(values.size());
    }
    LIMNO_TRY(CheckSize(values));
    const bool is_large = fields.size() > variant_format::kSmallCountLimit;
    const size_t id_width = fields.empty() ? 1 : WidthOf(fields.back().first);
    const size_t width = WidthOf(values.size());
    AppendFirst(bytes, BasicType::kObject,
                (is_large ? 16U : 0U) | (id_width - 1) << 2U | (width - 1));
    AppendUnsigned(bytes, fields.size(), is_large ? sizeof(uint32_t) : 1);
    for (const auto& [id, child] : fields) {
      AppendUnsigned(bytes, id, id_width);
    }
    for (const size_t offset : offsets) {
      AppendUnsigned(bytes, offset, width);
    }
    bytes += values;
    return {};
  }

  static Result<void> CheckSize(const std::string& values) {
    if (values.size() > std::numeric_limits<uint32_t>::max()) {
      return Fail(ErrorKind::kRefused, "a variant takes more than 4 GB");
    }
    return {};
  }

  /// Sorted by their bytes; a name's place is its id.
  std::vector<std::string_view> names_;
};

}  // namespace

Result<EncodedVariant> EncodeVariant(const VariantRows& rows, idx_t row) {
  const VariantRef value(rows, row);
  const Encoder encoder(value);
  EncodedVariant encoded{encoder.Metadata(), {}};
  LIMNO_TRY(encoder.Append(value, encoded.value));
  return encoded;
}

}  // namespace limno::engine
