#include "engine/reader_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::engine {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StrptimeFormat, TranslatesJavaPatterns) {
  EXPECT_EQ(*StrptimeFormat("dd.MM.yyyy"), "%d.%m.%Y");
  EXPECT_EQ(*StrptimeFormat("yyyy-MM-dd'T'HH:mm:ss.SSSXXX"), "%Y-%m-%dT%H:%M:%S.%g%z");
  EXPECT_EQ(*StrptimeFormat("h:mm a, d MMM yy"), "%I:%M %p, %d %b %y");
  EXPECT_EQ(*StrptimeFormat("yyyy'%'''MM"), "%Y%%'%m");
  EXPECT_EQ(StrptimeFormat("yyyy[-MM]").error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(StrptimeFormat("QQ yyyy").error().kind, ErrorKind::kUnsupported);
}

TEST(ParseReaderOptions, HasSparksDefaultsForCsv) {
  const auto options = ParseReaderOptions(SourceFormat::kCsv, {});
  ASSERT_TRUE(options.has_value());
  EXPECT_FALSE(options->header);
  EXPECT_FALSE(options->infer_schema);
  EXPECT_THAT(options->arguments, HasSubstr("delim = ','"));
  EXPECT_THAT(options->arguments, HasSubstr("header = false"));
}

TEST(ParseReaderOptions, TakesNamesInAnyCase) {
  const auto options = ParseReaderOptions(
      SourceFormat::kCsv, {{"HEADER", "TRUE"}, {"Sep", "\\t"}, {"nullvalue", "it's"}});
  ASSERT_TRUE(options.has_value());
  EXPECT_TRUE(options->header);
  EXPECT_THAT(options->arguments, HasSubstr("delim = '\t'"));
  EXPECT_THAT(options->arguments, HasSubstr("nullstr = 'it''s'"));
  EXPECT_THAT(options->arguments, Not(HasSubstr("delim = ','")));
}

TEST(ParseReaderOptions, RefusesWhatIsNoneOfTheFormat) {
  const auto typing_error = ParseReaderOptions(SourceFormat::kCsv, {{"headr", "true"}});
  EXPECT_EQ(typing_error.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(typing_error.error().hint, HasSubstr("header"));
  EXPECT_FALSE(ParseReaderOptions(SourceFormat::kJson, {{"header", "true"}}).has_value());
  EXPECT_FALSE(ParseReaderOptions(SourceFormat::kParquet, {{"sep", ","}}).has_value());
  EXPECT_FALSE(ParseReaderOptions(SourceFormat::kCsv, {{"header", "maybe"}}).has_value());
  EXPECT_FALSE(ParseReaderOptions(SourceFormat::kCsv, {{"skipRows", "1; drop"}}).has_value());
  EXPECT_FALSE(ParseReaderOptions(SourceFormat::kJson, {{"mode", "PERMISSIVE"}}).has_value());
}

}  // namespace
}  // namespace limno::engine
