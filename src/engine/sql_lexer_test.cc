#include "engine/sql_lexer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::engine {
namespace {

using testing::ElementsAre;

std::vector<std::string> Texts(std::string_view sql) {
  std::vector<std::string> texts;
  for (const Token& token : Tokenize(sql)) {
    texts.push_back(token.text);
  }
  return texts;
}

TEST(Tokenize, KnowsWordsNamesStringsNumbersAndSymbols) {
  EXPECT_THAT(Texts(R"(SELECT "A b", `c``d`, 'e''f', 1.5e3 <= x$1)"),
              ElementsAre("select", "A b", ",", "c`d", ",", "e'f", ",", "1.5e3", "<", "=", "x$1"));
}

TEST(Tokenize, LooksIntoNoCommentAndNoDollarQuote) {
  EXPECT_THAT(Texts("a -- b; c\n/* d /* e */ f */ g $x$ h; $y$ i $x$ j"),
              ElementsAre("a", "g", " h; $y$ i ", "j"));
}

TEST(Tokenize, EndsWithTheTextWhateverIsOpen) {
  EXPECT_THAT(Texts("'a"), ElementsAre("a"));
  EXPECT_THAT(Texts("\"a"), ElementsAre("a"));
  EXPECT_THAT(Texts("x /* y"), ElementsAre("x"));
  EXPECT_THAT(Texts("$q$ z"), ElementsAre(" z"));
}

TEST(SplitStatements, CutsOnlyAtSemicolonsOfTheirOwn) {
  const auto statements = SplitStatements("select ';' ; ;\n insert into t values ($$;$$) -- ;\n");
  ASSERT_EQ(statements.size(), 2U);
  EXPECT_EQ(statements[0].text, "select ';' ");
  EXPECT_EQ(statements[1].offset, 14U);
  EXPECT_EQ(statements[1].tokens.front().text, "insert");
}

}  // namespace
}  // namespace limno::engine
