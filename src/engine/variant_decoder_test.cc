#include "engine/variant_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/variant_column.h"
#include "engine/variant_encoder.h"

namespace limno::engine {
namespace {

using duckdb::VariantValue;
using duckdb::Vector;
using testing::HasSubstr;

std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) {
    text += static_cast<char>(byte);
  }
  return text;
}

/// Two names: "a" and "bc".
std::string TwoNames() { return Bytes({0x01, 2, 0, 1, 3}) + "abc"; }

std::string JsonOf(Vector& variants, idx_t count = 1) {
  Vector json(LogicalType::JSON());
  VariantsToJson(variants, json, count);
  return json.GetValue(0).IsNull() ? "NULL" : json.GetValue(0).GetValue<std::string>();
}

std::string Decoded(const std::string& metadata, const std::string& value) {
  const Result<VariantNames> names = VariantNames::Parse(metadata);
  if (!names) {
    return names.error().message;
  }
  Result<VariantValue> decoded = DecodeVariant(*names, value);
  if (!decoded) {
    return decoded.error().message;
  }
  duckdb::vector<VariantValue> values;
  values.push_back(std::move(*decoded));
  Vector vector(LogicalType::VARIANT());
  VariantValue::ToVARIANT(values, vector);
  return JsonOf(vector);
}

std::string DecodedValue(const std::string& value) { return Decoded(TwoNames(), value); }

TEST(VariantDecoder, Primitives) {
  EXPECT_EQ(DecodedValue(Bytes({0x04})), "true");
  EXPECT_EQ(DecodedValue(Bytes({0x08})), "false");
  EXPECT_EQ(DecodedValue(Bytes({0x0C, 0xFE})), "-2");
  EXPECT_EQ(DecodedValue(Bytes({0x10, 0x2E, 0xFB})), "-1234");
  EXPECT_EQ(DecodedValue(Bytes({0x14, 0, 0, 1, 0})), "65536");
  EXPECT_EQ(DecodedValue(Bytes({0x18, 0, 0, 0, 0, 1, 0, 0, 0})), "4294967296");
  EXPECT_EQ(DecodedValue(Bytes({0x1C, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F})), "1.5");
  EXPECT_EQ(DecodedValue(Bytes({0x38, 0xCD, 0xCC, 0xCC, 0x3D})), "0.1");
  EXPECT_EQ(DecodedValue(Bytes({0x2C, 0x46, 0x4D, 0, 0})), "\"2024-02-29\"");
  EXPECT_EQ(DecodedValue(Bytes({0x0D}) + "abc"), "\"abc\"");
  EXPECT_EQ(DecodedValue(Bytes({0x40, 3, 0, 0, 0}) + "abc"), "\"abc\"");
  EXPECT_EQ(DecodedValue(Bytes({0x3C, 2, 0, 0, 0, 0x0A, 0x0B})), "\"Cgs=\"");
  EXPECT_EQ(DecodedValue(Bytes({0x34, 0x40, 0x42, 0x0F, 0, 0, 0, 0, 0})),
            "\"1970-01-01 00:00:01\"");
  EXPECT_EQ(DecodedValue(Bytes({0x30, 0x40, 0x42, 0x0F, 0, 0, 0, 0, 0})),
            "\"1970-01-01 00:00:01+00:00\"");
}

TEST(VariantDecoder, DecimalsOfEveryWidth) {
  EXPECT_EQ(DecodedValue(Bytes({0x20, 2, 5, 0, 0, 0})), "0.05");
  EXPECT_EQ(DecodedValue(Bytes({0x20, 2, 0, 0, 0, 0})), "0");
  EXPECT_EQ(DecodedValue(Bytes({0x20, 2, 0x9C, 0xFF, 0xFF, 0xFF})), "-1");
  EXPECT_EQ(DecodedValue(Bytes({0x20, 20, 1, 0, 0, 0})), "0.00000000000000000001");
  EXPECT_EQ(DecodedValue(Bytes({0x24, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0})), "429496729.5");
  EXPECT_EQ(DecodedValue(Bytes({0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})),
            "18446744073709551616");
  EXPECT_THAT(DecodedValue(Bytes({0x28, 0}) + std::string(15, '\xFF') + '\x7F'),
              HasSubstr("a decimal of 39 digits"));
  EXPECT_THAT(DecodedValue(Bytes({0x20, 39, 1, 0, 0, 0})), HasSubstr("with scale 39"));
}

TEST(VariantDecoder, ObjectsAndArrays) {
  EXPECT_EQ(DecodedValue(Bytes({0x02, 0, 0})), "{}");
  EXPECT_EQ(DecodedValue(Bytes({0x03, 0, 0})), "[]");
  EXPECT_EQ(DecodedValue(Bytes({0x02, 2, 0, 1, 0, 1, 3, 0x04, 0x0C, 7})), "{\"a\":true,\"bc\":7}");
  // Values may lie in another order than their fields.
  EXPECT_EQ(DecodedValue(Bytes({0x02, 2, 0, 1, 2, 0, 3, 0x0C, 7, 0x04})), "{\"a\":true,\"bc\":7}");
  EXPECT_EQ(DecodedValue(Bytes({0x03, 2, 0, 1, 4, 0x00, 0x03, 0, 0})), "[null,[]]");
  // Four bytes for the number of elements, two for each offset.
  EXPECT_EQ(DecodedValue(Bytes({0x17, 1, 0, 0, 0, 0, 0, 1, 0, 0x04})), "[true]");
}

TEST(VariantDecoder, DamageIsNamed) {
  EXPECT_THAT(DecodedValue(""), HasSubstr("ends too early"));
  EXPECT_THAT(DecodedValue(Bytes({0x14, 1, 2})), HasSubstr("ends within a value"));
  EXPECT_THAT(DecodedValue(Bytes({0x15}) + "abc"), HasSubstr("ends within a string"));
  EXPECT_THAT(DecodedValue(Bytes({0x40, 0xFF, 0xFF, 0xFF, 0xFF})), HasSubstr("within a string"));
  EXPECT_THAT(DecodedValue(Bytes({0x05, 0xFF})), HasSubstr("not UTF-8"));
  EXPECT_THAT(DecodedValue(Bytes({0xFC})), HasSubstr("unknown type 63"));
  EXPECT_THAT(DecodedValue(Bytes({0x02, 1, 2, 0, 1, 0x04})), HasSubstr("has no name"));
  EXPECT_THAT(DecodedValue(Bytes({0x02, 2, 0, 0, 0, 1, 2, 4, 4})), HasSubstr("have one name"));
  EXPECT_THAT(DecodedValue(Bytes({0x13, 0xFF, 0xFF, 0xFF, 0xFF})), HasSubstr("ends"));
  EXPECT_THAT(DecodedValue(Bytes({0x03, 1, 0, 9, 0x04})), HasSubstr("ends within its elements"));
  EXPECT_THAT(DecodedValue(Bytes({0x03, 1, 1, 1, 0x04})), HasSubstr("lies outside"));
  // Two elements that are one would make much of few bytes.
  EXPECT_THAT(DecodedValue(Bytes({0x03, 2, 0, 0, 2, 0x0C, 7})), HasSubstr("overlap"));
}

TEST(VariantDecoder, DepthIsLimited) {
  std::string value = Bytes({0x04});
  for (int depth = 0; depth < 400; ++depth) {
    const auto size = static_cast<int>(value.size());
    value = Bytes({0x0F, 1, 0, 0, 0, size & 0xFF, size >> 8 & 0xFF, size >> 16}) + value;
    value[0] = 0x0B;
  }
  EXPECT_THAT(DecodedValue(value), HasSubstr("[[[true]]]"));
  for (int depth = 0; depth < 200; ++depth) {
    const auto size = static_cast<int>(value.size());
    value = Bytes({0x0B, 1, 0, 0, 0, size & 0xFF, size >> 8 & 0xFF, size >> 16}) + value;
  }
  EXPECT_THAT(DecodedValue(value), HasSubstr("nested too deeply"));
}

TEST(VariantDecoder, DamagedNames) {
  EXPECT_THAT(Decoded("", Bytes({4})), HasSubstr("no metadata"));
  EXPECT_THAT(Decoded(Bytes({0x02, 0, 0}), Bytes({4})), HasSubstr("unknown version 2"));
  EXPECT_THAT(Decoded(Bytes({0x01}), Bytes({4})), HasSubstr("ends too early"));
  EXPECT_THAT(Decoded(Bytes({0x01, 3, 0, 1}), Bytes({4})), HasSubstr("within its offsets"));
  EXPECT_THAT(Decoded(Bytes({0x01, 1, 0, 9, 'a'}), Bytes({4})), HasSubstr("outside its metadata"));
  EXPECT_THAT(Decoded(Bytes({0x01, 1, 0, 1, 0xFF}), Bytes({4})), HasSubstr("not UTF-8"));
}

class VariantEncoderTest : public testing::Test {
 protected:
  /// The variants of a query's only column, written and read again.
  std::string WrittenAndRead(const std::string& sql) {
    auto result = connection_.Query(sql);
    if (result->HasError()) {
      return result->GetError();
    }
    const auto chunk = result->Fetch();
    const VariantRows rows(chunk->data[0], chunk->size());
    const Result<EncodedVariant> encoded = EncodeVariant(rows, 0);
    if (!encoded) {
      return encoded.error().message;
    }
    return Decoded(encoded->metadata, encoded->value);
  }

  duckdb::DuckDB database_{nullptr};
  duckdb::Connection connection_{database_};
};

TEST_F(VariantEncoderTest, WhatIsWrittenIsRead) {
  EXPECT_EQ(WrittenAndRead("select {'b': [1, null, 2], 'a': {'é': 'x', 'b': true}}::variant"),
            "{\"a\":{\"b\":true,\"é\":\"x\"},\"b\":[1,null,2]}");
  EXPECT_EQ(WrittenAndRead("select repeat('x', 63)::variant"), "\"" + std::string(63, 'x') + "\"");
  EXPECT_EQ(WrittenAndRead("select repeat('x', 64)::variant"), "\"" + std::string(64, 'x') + "\"");
  EXPECT_EQ(WrittenAndRead("select 18446744073709551615::ubigint::variant"),
            "18446744073709551615");
  EXPECT_EQ(WrittenAndRead("select 200::utinyint::variant"), "200");
  EXPECT_EQ(WrittenAndRead("select (-12.340)::decimal(18,3)::variant"), "-12.34");
  EXPECT_EQ(WrittenAndRead("select 12345678901234567890.5::decimal(38,1)::variant"),
            "12345678901234567890.5");
  EXPECT_EQ(WrittenAndRead("select uuid '00112233-4455-6677-8899-aabbccddeeff'::variant"),
            "\"00112233-4455-6677-8899-aabbccddeeff\"");
  EXPECT_EQ(WrittenAndRead("select timestamp_s '2024-02-29 01:02:03'::variant"),
            "\"2024-02-29 01:02:03\"");
  EXPECT_EQ(WrittenAndRead("select timestamp_ns '2024-02-29 01:02:03.000000001'::variant"),
            "\"2024-02-29 01:02:03.000000001\"");
  EXPECT_EQ(WrittenAndRead("select '\\x0A\\x0B'::blob::variant"), "\"Cgs=\"");
  EXPECT_EQ(WrittenAndRead("select 'nan'::double::variant"), "\"NaN\"");
}

TEST_F(VariantEncoderTest, ManyElementsAndLongNames) {
  EXPECT_EQ(WrittenAndRead("select range(300)::variant").size(), 300 + 1 + 10 + 180 + 600);
  const std::string object = WrittenAndRead(
      "select map_from_entries(list({'k': repeat('n', 300) || i, 'v': "
      "i})).to_json()::json::variant "
      "from range(300) r(i)");
  EXPECT_THAT(object, HasSubstr("nnn299\":299"));
}

TEST_F(VariantEncoderTest, RefusesWhatTheEncodingLacks) {
  EXPECT_THAT(WrittenAndRead("select interval 1 day::variant"), HasSubstr("INTERVAL"));
  EXPECT_THAT(WrittenAndRead("select ['1010'::bit]::variant"), HasSubstr("BITSTRING"));
  EXPECT_THAT(WrittenAndRead("select 170141183460469231731687303715884105727::hugeint::variant"),
              HasSubstr("INT128"));
}

}  // namespace
}  // namespace limno::engine
