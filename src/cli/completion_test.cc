#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::cli {
namespace {

using testing::HasSubstr;

TEST(CompletionScript, KnowsCommandsOptionsAndTables) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = CompletionScript(shell);
    EXPECT_THAT(script, HasSubstr("optimize")) << shell;
    EXPECT_THAT(script, HasSubstr("zorder")) << shell;
    EXPECT_THAT(script, HasSubstr("limno tables")) << shell;
  }
  EXPECT_THAT(CompletionScript("zsh"), testing::StartsWith("#compdef limno\n"));
}

}  // namespace
}  // namespace limno::cli
