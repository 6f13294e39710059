#include "engine/variant_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/variant_column.h"

namespace limno::engine {
namespace {

using duckdb::Vector;
using testing::ElementsAre;
using testing::HasSubstr;

using Texts = std::vector<std::string>;

/// No names; and "a", "b", "c".
constexpr const char* kNoNames = "'\\x01\\x00\\x00'::blob";
constexpr const char* kNames = "'\\x01\\x03\\x00\\x01\\x02\\x03abc'::blob";

class VariantGroupTest : public testing::Test {
 protected:
  /// JSON of the groups that a query's only column holds, "NULL" for SQL's; the error if there is.
  Texts Read(const std::string& sql) {
    auto result = connection_.Query(sql);
    if (result->HasError()) {
      return {result->GetError()};
    }
    const auto chunk = result->Fetch();
    Vector variants(LogicalType::VARIANT());
    const Result<void> decoded = DecodeVariantGroup(chunk->data[0], chunk->size(), variants);
    if (!decoded) {
      return {decoded.error().message};
    }
    Vector json(LogicalType::JSON());
    VariantsToJson(variants, json, chunk->size());
    Texts texts;
    for (idx_t row = 0; row < chunk->size(); ++row) {
      texts.push_back(json.GetValue(row).IsNull() ? "NULL"
                                                  : json.GetValue(row).GetValue<std::string>());
    }
    return texts;
  }

  /// Rows (value, typed_value), as a group with these names.
  Texts ReadRows(const std::string& names, const std::string& rows) {
    return Read("select {'metadata': " + names +
                ", 'value': v::blob, 'typed_value': t} from (values " + rows + ") r(v, t)");
  }

  duckdb::DuckDB database_{nullptr};
  duckdb::Connection connection_{database_};
};

TEST_F(VariantGroupTest, NullVariantNullAndNothingAreThree) {
  EXPECT_THAT(Read("select case when i > 0 then {'metadata': " + std::string(kNoNames) +
                   ", 'value': case when i = 1 then '\\x00'::blob when i = 2 then null else "
                   "'\\x0C\\x07'::blob end} end from range(4) r(i)"),
              ElementsAre("NULL", "null", "null", "7"));
}

TEST_F(VariantGroupTest, Primitives) {
  EXPECT_THAT(ReadRows(kNoNames, "(null, 34), ('\\x00', null), ('\\x0Dn/a', null), (null, 100)"),
              ElementsAre("34", "null", "\"n/a\"", "100"));
  EXPECT_THAT(ReadRows(kNoNames, "(null, 0.05::decimal(9,2)), (null, 12.30::decimal(9,2))"),
              ElementsAre("0.05", "12.3"));
  EXPECT_THAT(ReadRows(kNoNames, "(null, timestamptz '2024-02-29 01:02:03+00')"),
              ElementsAre("\"2024-02-29 01:02:03+00:00\""));
  EXPECT_THAT(ReadRows(kNoNames, "(null, null), ('\\x04', 1)"),
              ElementsAre(HasSubstr("it has two values")));
  EXPECT_THAT(ReadRows(kNoNames, "(null, 1::uinteger)"), ElementsAre(HasSubstr("UINTEGER")));
}

TEST_F(VariantGroupTest, Arrays) {
  const std::string element = "struct(value blob, typed_value varchar)[]";
  EXPECT_THAT(ReadRows(kNoNames,
                       "(null, [{'value': null, 'typed_value': 'comedy'}, {'value': '\\x00'::blob, "
                       "'typed_value': null}]::" +
                           element +
                           "), (null, []), ('\\x00', null), (null, "
                           "[{'value': null, 'typed_value': null}])"),
              ElementsAre("[\"comedy\",null]", "[]", "null", "[null]"));
  // Elements without values of their own.
  EXPECT_THAT(ReadRows(kNoNames, "(null, [{'typed_value': 1}, {'typed_value': 2}])"),
              ElementsAre("[1,2]"));
}

TEST_F(VariantGroupTest, Objects) {
  const std::string fields =
      "struct(a struct(value blob, typed_value varchar), b struct(value blob, typed_value "
      "integer))";
  const auto object = [&](const std::string& a, const std::string& b) {
    return "{'a': " + a + ", 'b': " + b + "}::" + fields;
  };
  const std::string absent = "{'value': null, 'typed_value': null}";
  EXPECT_THAT(
      ReadRows(kNames, "(null, " +
                           object("{'value': null, 'typed_value': 'x'}",
                                  "{'value': null, 'typed_value': 5}") +
                           "), ('\\x02\\x01\\x02\\x00\\x01\\x04', " +
                           object("{'value': '\\x00', 'typed_value': null}", absent) +
                           "), (null, " + object(absent, absent) + "), ('\\x05z', null), (null, " +
                           object(absent, "{'value': '\\x05y', 'typed_value': null}") + ")"),
      ElementsAre("{\"a\":\"x\",\"b\":5}", "{\"a\":null,\"c\":true}", "{}", "\"z\"",
                  "{\"b\":\"y\"}"));
  EXPECT_THAT(ReadRows(kNames, "('\\x04', " + object(absent, absent) + ")"),
              ElementsAre(HasSubstr("it is no object")));
  // A field that is shredded and is in the value, too.
  EXPECT_THAT(ReadRows(kNames, "('\\x02\\x01\\x01\\x00\\x01\\x04', " +
                                   object(absent, "{'value': null, 'typed_value': 9}") + ")"),
              ElementsAre("{\"b\":9}"));
  EXPECT_THAT(
      ReadRows(kNames, "('\\x02\\x01\\x01\\x00\\x01\\x04', " + object(absent, absent) + ")"),
      ElementsAre("{}"));
}

TEST_F(VariantGroupTest, GroupsThatAreNone) {
  EXPECT_THAT(Read("select {'value': '\\x04'::blob}"), ElementsAre(HasSubstr("no metadata")));
  EXPECT_THAT(Read("select {'metadata': null::blob, 'value': '\\x04'::blob}"),
              ElementsAre(HasSubstr("no metadata")));
  EXPECT_THAT(Read(std::string("select {'metadata': ") + kNoNames + ", 'value': 'text'}"),
              ElementsAre(HasSubstr("not binary")));
}

}  // namespace
}  // namespace limno::engine
