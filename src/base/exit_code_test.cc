#include "base/exit_code.h"

#include <gtest/gtest.h>

namespace limno::base {
namespace {

TEST(ExitCode, TellsWhatToDo) {
  EXPECT_EQ(ExitCode(ErrorKind::kRefused), 1);
  EXPECT_EQ(ExitCode(ErrorKind::kUsage), 2);
  EXPECT_EQ(ExitCode(ErrorKind::kExhausted), 2);
  EXPECT_EQ(ExitCode(ErrorKind::kUnavailable), 75);
  EXPECT_EQ(ExitCode(ErrorKind::kConflict), 75);
  EXPECT_EQ(ExitCode(ErrorKind::kInterrupted), 130);
}

TEST(WorseExitCode, IsTheOneThatAsksForMore) {
  EXPECT_EQ(WorseExitCode(0, 0), 0);
  EXPECT_EQ(WorseExitCode(0, 1), 1);
  EXPECT_EQ(WorseExitCode(75, 1), 75);
  EXPECT_EQ(WorseExitCode(75, 2), 2);
  EXPECT_EQ(WorseExitCode(130, 2), 130);
}

}  // namespace
}  // namespace limno::base
