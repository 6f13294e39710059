// GoogleTest matchers for Result<T>.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "limno/result.h"

namespace limno::storage {

/// EXPECT_THAT(store->Put("a", "b"), IsOk());
MATCHER(IsOk, "succeeds") {
  if (arg) {
    return true;
  }
  *result_listener << ErrorKindName(arg.error().kind) << ": " << arg.error().ToString();
  return false;
}

/// EXPECT_THAT(store->Read("none"), Fails(ErrorKind::kNotFound));
MATCHER_P(Fails, kind, "fails with " + std::string(ErrorKindName(kind))) {
  if (arg) {
    *result_listener << "which succeeded";
    return false;
  }
  *result_listener << ErrorKindName(arg.error().kind) << ": " << arg.error().ToString();
  return arg.error().kind == kind;
}

/// EXPECT_THAT(store->Read("a"), Holds("b"));
MATCHER_P(Holds, value, "holds " + testing::PrintToString(value)) {
  if (!arg) {
    *result_listener << ErrorKindName(arg.error().kind) << ": " << arg.error().ToString();
    return false;
  }
  *result_listener << "which holds " << testing::PrintToString(*arg);
  return *arg == value;
}

}  // namespace limno::storage
