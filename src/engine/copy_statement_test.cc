#include "engine/copy_statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Result<std::optional<CopyInto>> Parse(const std::string& sql) {
  return ParseCopyInto(SplitStatements(sql).at(0));
}

CopyInto Parsed(const std::string& sql) {
  auto parsed = Parse(sql);
  EXPECT_TRUE(parsed && *parsed) << sql;
  return parsed && *parsed ? **parsed : CopyInto();
}

TEST(ParseCopyInto, LeavesDuckDbsCopyAlone) {
  for (const char* sql :
       {"copy t from 'x.csv'", "copy (select 1) to 'x'", "copy from database a"}) {
    const auto parsed = Parse(sql);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_FALSE(parsed->has_value()) << sql;
  }
}

TEST(ParseCopyInto, ReadsAllClauses) {
  const CopyInto copy = Parsed(
      "COPY INTO delta.`/t` FROM '/data' FILEFORMAT = CSV PATTERN = '*.csv' "
      "FORMAT_OPTIONS ('header' = 'true', sep = ';') COPY_OPTIONS ('force' = 'true', "
      "mergeSchema = true, 'link' = 'false')");
  EXPECT_EQ(copy.table.path, "/t");
  EXPECT_EQ(copy.source, "/data");
  EXPECT_EQ(copy.format, SourceFormat::kCsv);
  EXPECT_EQ(copy.pattern, "*.csv");
  EXPECT_THAT(copy.format_options, ElementsAre(Pair("header", "true"), Pair("sep", ";")));
  EXPECT_TRUE(copy.force && copy.merge_schema && !copy.link);
  EXPECT_FALSE(copy.by_position);
  EXPECT_THAT(Parsed("copy into t from 'x' fileformat=json files=('a', 'b')").files,
              ElementsAre("a", "b"));
}

TEST(ParseCopyInto, ReadsASelection) {
  const CopyInto copy = Parsed(
      "copy into t from (select a is distinct from b as c, trim(both from d) e from '/x' as f "
      "where g > (1)) fileformat = parquet");
  EXPECT_EQ(copy.selection, "a is distinct from b as c, trim(both from d) e ");
  EXPECT_EQ(copy.source, "/x");
  EXPECT_EQ(copy.rest, "as f where g > (1)");
}

TEST(ParseCopyInto, ReadsColumnsByPosition) {
  EXPECT_TRUE(Parsed("copy into t by position from 'x' fileformat = csv").by_position);
  const CopyInto copy = Parsed("copy into t (a, `b c`) from 'x' fileformat = csv");
  EXPECT_TRUE(copy.by_position);
  EXPECT_THAT(copy.columns, ElementsAre("a", "b c"));
}

TEST(ParseCopyInto, SaysWhatIsWrongAndWhere) {
  const auto error = [](const std::string& sql) { return Parse(sql).error(); };
  EXPECT_THAT(error("copy into t from 'x'").message, HasSubstr("expected FILEFORMAT"));
  EXPECT_EQ(error("copy into t\nfrom x fileformat = csv").where, "2:6");
  EXPECT_THAT(error("copy into t from (select from 'x') fileformat = csv").message,
              HasSubstr("expected columns between SELECT and FROM"));
  EXPECT_THAT(error("copy into t from (select a) fileformat = csv").message,
              HasSubstr("expected FROM 'path'"));
  EXPECT_EQ(error("copy into t from 'x' fileformat = orc").kind, ErrorKind::kUnsupported);
  EXPECT_EQ(error("copy into t from 'x' fileformat = csv validate 5 rows").kind,
            ErrorKind::kUnsupported);
  EXPECT_EQ(error("copy into t from 'x' with (credential c) fileformat = csv").kind,
            ErrorKind::kUnsupported);
  EXPECT_EQ(error("copy into t from 'x' fileformat = csv copy_options ('force' = 'perhaps')").kind,
            ErrorKind::kUsage);
}

}  // namespace
}  // namespace limno::engine
