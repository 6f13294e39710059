// Result<T>: a value or an Error. Functions that can fail return it; nothing inside Limno throws
// across a room's door.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "limno/error.h"

namespace limno {

template <typename T>
using Result = tl::expected<T, Error>;

/// Builds the failed side of any Result<T>: `return Fail(ErrorKind::kNotFound, "no table x");`
inline tl::unexpected<Error> Fail(ErrorKind kind, std::string message, std::string where = {},
                                  std::string hint = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(where), std::move(hint)});
}

inline tl::unexpected<Error> Fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace limno

#define LIMNO_CONCAT_INNER(a, b) a##b
#define LIMNO_CONCAT(a, b) LIMNO_CONCAT_INNER(a, b)

/// Returns the error of a Result from the enclosing function; goes on if it holds a value.
#define LIMNO_TRY(expression)                                    \
  do {                                                           \
    auto limno_try_result = (expression);                        \
    if (!limno_try_result) {                                     \
      return ::limno::Fail(std::move(limno_try_result).error()); \
    }                                                            \
  } while (false)

/// `LIMNO_ASSIGN(auto x, F());` binds the value of F() to x or returns its error.
#define LIMNO_ASSIGN(declaration, expression) \
  LIMNO_ASSIGN_NAMED(LIMNO_CONCAT(limno_result_, __LINE__), declaration, expression)
#define LIMNO_ASSIGN_NAMED(name, declaration, expression) \
  auto name = (expression);                               \
  if (!name) {                                            \
    return ::limno::Fail(std::move(name).error());        \
  }                                                       \
  declaration = std::move(*name)
