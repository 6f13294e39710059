#include "cli/fsck_report.h"

#include <gtest/gtest.h>

namespace limno::cli {
namespace {

std::vector<Cell> Finding(const char* problem, const char* severity, const char* path,
                          const char* repair) {
  return {{problem, false}, {severity, false}, {path, false}, {"it is so", false}, {repair, false}};
}

TEST(FsckReportTest, SaysWhenNothingIsWrong) {
  EXPECT_EQ(FormatFindings({}), "nothing is wrong\n");
  EXPECT_EQ(CountUnrepaired({}), 0U);
}

TEST(FsckReportTest, GroupsBySeverityAndProblem) {
  EXPECT_EQ(FormatFindings({Finding("missing_file", "error", "a", "it goes"),
                            Finding("missing_file", "error", "b\n", "it goes"),
                            Finding("orphan_file", "note", "c", "VACUUM")}),
            "2 errors, 1 note\n"
            "\nErrors: rows are missing, doubled, unreadable, or left out by queries\n"
            "  missing file\n    a\n      it is so\n    b\\n\n      it is so\n    -> it goes\n"
            "\nNotes: nothing is wrong\n"
            "  orphan file\n    c\n      it is so\n    -> VACUUM\n");
}

TEST(FsckReportTest, ListsTheFirstOfMany) {
  const std::vector<std::vector<Cell>> rows(25, Finding("orphan_file", "note", "c", "VACUUM"));
  EXPECT_NE(FormatFindings(rows).find("    and 15 more\n"), std::string::npos);
}

TEST(FsckReportTest, CountsWhatIsLeftToDo) {
  EXPECT_EQ(CountUnrepaired({Finding("a", "error", "", "repaired: it goes"),
                             Finding("b", "error", "", "not repaired: no"),
                             Finding("c", "warning", "", "would repair: yes"),
                             Finding("d", "note", "", "VACUUM")}),
            2U);
}

}  // namespace
}  // namespace limno::cli
