#include "ingest/text_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/testing/sample_files.h"

namespace limno::ingest {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;

/// Fed in pieces of `piece` bytes.
Result<Encoding> EncodingOf(const std::string& text, std::optional<Encoding> requested = {},
                            size_t piece = 7) {
  TextInspector inspector;
  for (size_t i = 0; i < text.size(); i += piece) {
    inspector.Add(std::string_view(text).substr(i, piece));
  }
  return inspector.Conclude(requested);
}

std::string Utf16(const std::u16string& text, bool little_endian) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xff);
    const char high = static_cast<char>(unit >> 8);
    bytes += little_endian ? low : high;
    bytes += little_endian ? high : low;
  }
  return bytes;
}

Result<std::string> Converted(const std::string& bytes, Encoding encoding) {
  const TemporaryFolder folder;
  std::string text;
  LIMNO_TRY(ConvertToUtf8(folder.Write("x", bytes), encoding,
                          [&text](std::string_view piece) -> Result<void> {
                            text += piece;
                            return {};
                          }));
  return text;
}

TEST(TextEncoding, Utf8IsFoundHoweverItIsCut) {
  const std::string text = "name\nZürich\n東京\n🚀\n";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    const auto encoding = EncodingOf(text, {}, piece);
    ASSERT_TRUE(encoding) << piece;
    EXPECT_EQ(*encoding, Encoding::kUtf8) << piece;
  }
}

TEST(TextEncoding, OtherBytesAreLatin1) {
  EXPECT_EQ(*EncodingOf("caf\xe9,1\n"), Encoding::kLatin1);
  EXPECT_EQ(*EncodingOf("a,caf\xe9"), Encoding::kLatin1);
}

TEST(TextEncoding, Utf16IsFoundByMarkAndWithout) {
  EXPECT_EQ(*EncodingOf(Utf16(u"\ufeffa,b\n", true)), Encoding::kUtf16LittleEndian);
  EXPECT_EQ(*EncodingOf(Utf16(u"\ufeffa,b\n", false)), Encoding::kUtf16BigEndian);
  EXPECT_EQ(*EncodingOf(Utf16(u"名前,b\n", true)), Encoding::kUtf16LittleEndian);
  EXPECT_EQ(*EncodingOf(Utf16(u"名前,b\n", false)), Encoding::kUtf16BigEndian);
}

TEST(TextEncoding, WrongUtf8NamesTheByte) {
  const auto encoding = EncodingOf("name\ncaf\xe9\n", Encoding::kUtf8);
  ASSERT_FALSE(encoding);
  EXPECT_EQ(encoding.error().kind, ErrorKind::kRefused);
  EXPECT_THAT(encoding.error().message, HasSubstr("byte 8"));
  EXPECT_THAT(EncodingOf("name\ncaf\xc3", Encoding::kUtf8).error().message, HasSubstr("byte 8"));
}

TEST(TextEncoding, WrongUtf16AndLatin1AreRefused) {
  EXPECT_FALSE(EncodingOf("a,b\n1,2\n", Encoding::kUtf16LittleEndian));
  EXPECT_FALSE(
      EncodingOf("\xef\xbb\xbf"
                 "a,b\n",
                 Encoding::kLatin1));
  EXPECT_FALSE(EncodingOf(Utf16(u"\ufeffa,b\n", true), Encoding::kLatin1));
}

TEST(TextEncoding, BinaryIsNoText) {
  std::string garbage(5000, 'x');
  garbage[3000] = '\x03';
  const auto encoding = EncodingOf(garbage, {}, 1000);
  ASSERT_FALSE(encoding);
  EXPECT_THAT(encoding.error().message, HasSubstr("byte 3000"));
}

TEST(TextEncoding, ConvertsSurrogatesAndDropsTheMark) {
  for (const bool little : {true, false}) {
    const auto text = Converted(Utf16(u"\ufeffé東🚀", little),
                                little ? Encoding::kUtf16LittleEndian : Encoding::kUtf16BigEndian);
    ASSERT_TRUE(text) << text.error().ToString();
    EXPECT_EQ(*text, "é東🚀");
  }
}

TEST(TextEncoding, BrokenUtf16NamesTheByte) {
  EXPECT_THAT(Converted(std::string("a\0b", 3), Encoding::kUtf16LittleEndian).error().message,
              HasSubstr("byte 2"));
  EXPECT_THAT(
      Converted(Utf16({u'a', 0xd800, u'b'}, true), Encoding::kUtf16LittleEndian).error().message,
      HasSubstr("byte 2"));
  EXPECT_THAT(Converted(Utf16({u'a', 0xdc00}, true), Encoding::kUtf16LittleEndian).error().message,
              HasSubstr("byte 2"));
  EXPECT_FALSE(Converted(Utf16({u'a', 0xd800}, true), Encoding::kUtf16LittleEndian));
}

TEST(TextEncoding, NamesAreForgiving) {
  EXPECT_EQ(*ParseEncoding("UTF8"), Encoding::kUtf8);
  EXPECT_EQ(*ParseEncoding("iso-8859-1"), Encoding::kLatin1);
  EXPECT_EQ(*ParseEncoding("utf-16"), Encoding::kUtf16LittleEndian);
  EXPECT_EQ(*ParseEncoding(""), std::nullopt);
  EXPECT_FALSE(ParseEncoding("ebcdic"));
}

}  // namespace
}  // namespace limno::ingest
