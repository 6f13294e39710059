// The fence between DuckDB's exceptions and Result. Errors of other rooms cross DuckDB as
// exceptions that carry kind, place and hint in their extra info, so that nothing of them is lost.
#pragma once

#include "engine/duck.h"
#include "limno/result.h"

namespace limno::engine {

/// Throws `error` as a DuckDB exception of the matching type; never as one that would invalidate
/// the whole instance.
[[noreturn]] void ThrowError(const Error& error);

/// The Error that an exception stands for, whoever threw it.
Error FromDuck(const duckdb::ErrorData& data);

/// Unwraps a Result inside a DuckDB callback.
template <typename T>
T Unwrap(Result<T> result) {
  if (!result) {
    ThrowError(result.error());
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

/// Runs `body` (which returns a Result) and turns whatever it throws into an Error.
template <typename Body>
auto Fenced(Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& exception) {
    return Fail(FromDuck(duckdb::ErrorData(exception)));
  }
}

}  // namespace limno::engine
