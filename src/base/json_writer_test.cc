#include "base/json_writer.h"

#include <gtest/gtest.h>

namespace limno::base {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(JsonWriter, PlacesCommas) {
  JsonWriter json;
  json.BeginObject().Key("a").Int(1).Key("b").BeginArray().Bool(true).Null().EndArray();
  json.Key("c").BeginObject().EndObject().Key("d").Double(0.1).EndObject();
  EXPECT_EQ(json.text(), R"({"a":1,"b":[true,null],"c":{},"d":0.1})");
}

TEST(JsonWriter, EscapesWhatRfc8259Asks) {
  EXPECT_EQ(Quoted("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(Quoted("é€😀"), "\"é€😀\"");
}

TEST(JsonWriter, ReplacesInvalidUtf8) {
  EXPECT_EQ(Quoted("\xff"), "\"\xef\xbf\xbd\"");
  EXPECT_EQ(Quoted("\xc0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(Quoted("\xed\xa0\x80").size(), 2 + 3 * 3);
  EXPECT_EQ(Quoted("x\xe2\x82"), "\"x\xef\xbf\xbd\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace limno::base
