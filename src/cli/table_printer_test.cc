#include "cli/table_printer.h"

#include <gtest/gtest.h>

namespace limno::cli {
namespace {

const std::vector<Column> kColumns = {{"name", "VARCHAR", false}, {"n", "BIGINT", true}};
const std::vector<std::vector<Cell>> kRows = {{{"größe", false}, {"7", false}},
                                              {{"", true}, {"1234", false}}};

TEST(FormatTable, DrawsBoxesWithNumbersFlushRight) {
  EXPECT_EQ(FormatTable(kColumns, kRows, {}),
            "┌───────┬──────┐\n"
            "│ name  │    n │\n"
            "├───────┼──────┤\n"
            "│ größe │    7 │\n"
            "│ NULL  │ 1234 │\n"
            "└───────┴──────┘\n");
}

TEST(FormatTable, DrawsPlainLinesWhereTheLocaleHasNoOthers) {
  EXPECT_EQ(FormatTable(kColumns, {}, {.width = 0, .colour = false, .unicode = false}),
            "+------+---+\n| name | n |\n+------+---+\n");
}

TEST(FormatTable, DimsNull) {
  const std::string text = FormatTable(kColumns, kRows, {.width = 0, .colour = true});
  EXPECT_NE(text.find("\x1b[2mNULL\x1b[0m "), std::string::npos);
}

TEST(FormatTable, ShrinksTheWidestColumn) {
  const std::vector<Column> columns = {{"a", "VARCHAR", false}, {"b", "VARCHAR", false}};
  const std::string text =
      FormatTable(columns, {{{std::string(50, 'x'), false}, {"short", false}}}, {.width = 30});
  EXPECT_NE(text.find("│ xxxxxxxxxxxxxxxxx… │ short │"), std::string::npos) << text;
}

TEST(FormatRecord, AlignsNames) {
  EXPECT_EQ(FormatRecord(kColumns, {{"x", false}, {"", true}}, {}), "name  x\nn     NULL\n");
}

TEST(GroupDigits, PutsCommas) {
  EXPECT_EQ(GroupDigits(0), "0");
  EXPECT_EQ(GroupDigits(999), "999");
  EXPECT_EQ(GroupDigits(336776), "336,776");
  EXPECT_EQ(GroupDigits(1234567890), "1,234,567,890");
}

}  // namespace
}  // namespace limno::cli
