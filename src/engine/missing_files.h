// What reading says when a file of a table is no longer there.
#pragma once

#include <string>

#include "engine/errors.h"

namespace limno::engine {

/// Throws kNotFound that says who takes files away, if `error` is about one that is not there.
void ThrowIfFileIsMissing(const Error& error, const std::string& table);

/// Runs `body`, which opens files of `table`.
template <typename Body>
auto WhileReadingFilesOf(const std::string& table, Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& exception) {
    ThrowIfFileIsMissing(FromDuck(duckdb::ErrorData(exception)), table);
    throw;
  }
}

}  // namespace limno::engine
