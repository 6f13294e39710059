#include "ingest/line_ends.h"

#include <gtest/gtest.h>

namespace limno::ingest {
namespace {

bool IsMixed(const std::string& text, size_t piece) {
  LineEndInspector inspector;
  for (size_t i = 0; i < text.size(); i += piece) {
    inspector.Add(std::string_view(text).substr(i, piece));
  }
  return inspector.mixed();
}

std::string Unified(const std::string& text, size_t piece) {
  LineEndUnifier unifier;
  std::string out;
  for (size_t i = 0; i < text.size(); i += piece) {
    unifier.Add(std::string_view(text).substr(i, piece), out);
  }
  return out;
}

TEST(LineEndInspector, NoticesMoreThanOneKindHoweverTheTextIsCut) {
  for (size_t piece = 1; piece < 12; ++piece) {
    for (const char* text : {"", "a", "a\nb\n", "a\r\nb\r\n", "a\rb\r", "\r\n\r\n"}) {
      EXPECT_FALSE(IsMixed(text, piece)) << text << " in pieces of " << piece;
    }
    for (const char* text : {"a\r\nb\n", "a\nb\r\n", "a\nb\r", "a\rb\n", "a\r\r\n", "a\r\nb\r"}) {
      EXPECT_TRUE(IsMixed(text, piece)) << text << " in pieces of " << piece;
    }
  }
}

TEST(LineSkipper, TakesAnyLineEnds) {
  for (size_t piece = 1; piece < 12; ++piece) {
    for (const auto& [lines, rest] :
         {std::pair(0, "a\r\n\n\"b\rc\n"), std::pair(1, "\n\"b\rc\n"), std::pair(2, "\"b\rc\n"),
          std::pair(3, "c\n"), std::pair(4, ""), std::pair(9, "")}) {
      const std::string_view text = "a\r\n\n\"b\rc\n";
      LineSkipper skipper(lines);
      std::string out;
      for (size_t i = 0; i < text.size(); i += piece) {
        out += skipper.Rest(text.substr(i, piece));
      }
      EXPECT_EQ(out, rest) << lines << " lines in pieces of " << piece;
    }
  }
}

TEST(LineEndUnifier, ChangesOnlyWhatStandsOutsideOfQuotes) {
  for (size_t piece = 1; piece < 12; ++piece) {
    EXPECT_EQ(Unified("a,b\r\n1,2\n3,4\r5,6\r\n", piece), "a,b\n1,2\n3,4\n5,6\n");
    EXPECT_EQ(Unified("a,b\r\n\"x\r\ny\",\"p\rq\"\r\n", piece), "a,b\n\"x\r\ny\",\"p\rq\"\n");
    EXPECT_EQ(Unified("\"a\"\"\r\n\"\"b\"\r\n", piece), "\"a\"\"\r\n\"\"b\"\n");
    EXPECT_EQ(Unified("\"a\\\"\r\nb\"\r\n", piece), "\"a\\\"\r\nb\"\n");
  }
}

TEST(LineEndUnifier, AQuoteInsideAFieldOpensNothing) {
  EXPECT_EQ(Unified("5\" pipe\r\n6\" pipe;\"x\r\n\"\r\n", 3), "5\" pipe\n6\" pipe;\"x\r\n\"\n");
}

}  // namespace
}  // namespace limno::ingest
