#include "engine/errors.h"

#include <algorithm>

namespace limno::engine {
namespace {

using duckdb::ExceptionType;

constexpr char kKindKey[] = "limno_kind";
constexpr char kWhereKey[] = "limno_where";
constexpr char kHintKey[] = "limno_hint";

ExceptionType TypeFor(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
    case ErrorKind::kNotFound:
    case ErrorKind::kAlreadyExists:
      return ExceptionType::BINDER;
    case ErrorKind::kRefused:
      return ExceptionType::CONSTRAINT;
    case ErrorKind::kUnsupported:
      return ExceptionType::NOT_IMPLEMENTED;
    case ErrorKind::kDenied:
      return ExceptionType::PERMISSION;
    case ErrorKind::kInterrupted:
      return ExceptionType::INTERRUPT;
    case ErrorKind::kConflict:
    case ErrorKind::kCorrupt:
    case ErrorKind::kUnavailable:
    case ErrorKind::kExhausted:
    case ErrorKind::kInternal:
      return ExceptionType::IO;
  }
  return ExceptionType::IO;
}

ErrorKind KindFor(ExceptionType type) {
  switch (type) {
    case ExceptionType::PARSER:
    case ExceptionType::SYNTAX:
    case ExceptionType::BINDER:
    case ExceptionType::CATALOG:
    case ExceptionType::INVALID_CONFIGURATION:
    case ExceptionType::PARAMETER_NOT_RESOLVED:
    case ExceptionType::PARAMETER_NOT_ALLOWED:
    case ExceptionType::EXPRESSION:
    case ExceptionType::DEPENDENCY:
    case ExceptionType::TRANSACTION:
      return ErrorKind::kUsage;
    case ExceptionType::CONVERSION:
    case ExceptionType::OUT_OF_RANGE:
    case ExceptionType::CONSTRAINT:
    case ExceptionType::INVALID_INPUT:
    case ExceptionType::MISMATCH_TYPE:
    case ExceptionType::DIVIDE_BY_ZERO:
    case ExceptionType::DECIMAL:
    case ExceptionType::SEQUENCE:
      return ErrorKind::kRefused;
    case ExceptionType::NOT_IMPLEMENTED:
      return ErrorKind::kUnsupported;
    case ExceptionType::PERMISSION:
      return ErrorKind::kDenied;
    case ExceptionType::INTERRUPT:
      return ErrorKind::kInterrupted;
    case ExceptionType::OUT_OF_MEMORY:
      return ErrorKind::kExhausted;
    case ExceptionType::IO:
    case ExceptionType::HTTP:
    case ExceptionType::NETWORK:
    case ExceptionType::CONNECTION:
      return ErrorKind::kUnavailable;
    default:
      return ErrorKind::kInternal;
  }
}

/// An I/O error whose text says that the disk is full, the file absent or access refused.
ErrorKind RefineIoKind(ErrorKind kind, const std::string& message) {
  if (kind != ErrorKind::kUnavailable) {
    return kind;
  }
  const auto says = [&](const char* text) { return message.find(text) != std::string::npos; };
  if (says("No space left") || says("Disk quota") || says("File too large")) {
    return ErrorKind::kExhausted;
  }
  if (says("No such file") || says("No files found") || says("does not exist")) {
    return ErrorKind::kNotFound;
  }
  if (says("Permission denied") || says("Read-only file system")) {
    return ErrorKind::kDenied;
  }
  return kind;
}

ErrorKind KindByName(const std::string& name) {
  for (int value = 0; value <= static_cast<int>(ErrorKind::kInternal); ++value) {
    const auto kind = static_cast<ErrorKind>(value);
    if (ErrorKindName(kind) == name) {
      return kind;
    }
  }
  return ErrorKind::kInternal;
}

/// DuckDB's own tables are seldom meant.
bool IsSystemName(const std::string& name) {
  return name.rfind("pg_", 0) == 0 || name.rfind("duckdb_", 0) == 0 ||
         name.rfind("sqlite_", 0) == 0 || name.rfind("pragma_", 0) == 0 ||
         name.rfind("information_schema", 0) == 0;
}

/// A suggestion becomes the hint, and is taken out of the message.
void MoveSuggestion(const std::string& name, const std::string& candidates, Error& error) {
  const size_t begin = error.message.find("\nDid you mean ");
  if (begin != std::string::npos) {
    const size_t end = std::min(error.message.find('\n', begin + 1), error.message.size());
    error.message.erase(begin, end - begin);
  }
  const bool is_signature = candidates.find('(') != std::string::npos;
  if (!candidates.empty() && !is_signature && (!IsSystemName(candidates) || IsSystemName(name))) {
    error.hint = "did you mean " + candidates + "?";
  }
}

}  // namespace

void ThrowError(const Error& error) {
  std::unordered_map<std::string, std::string> extra{
      {kKindKey, std::string(ErrorKindName(error.kind))},
      {kWhereKey, error.where},
      {kHintKey, error.hint}};
  throw duckdb::Exception(extra, TypeFor(error.kind), error.message);
}

Error FromDuck(const duckdb::ErrorData& data) {
  const auto& extra = data.ExtraInfo();
  Error error;
  error.message = data.RawMessage();
  if (const auto kind = extra.find(kKindKey); kind != extra.end()) {
    error.kind = KindByName(kind->second);
    const auto where = extra.find(kWhereKey);
    error.where = where == extra.end() ? "" : where->second;
    const auto hint = extra.find(kHintKey);
    error.hint = hint == extra.end() ? "" : hint->second;
    // DuckDB appends the line of SQL; our own errors say themselves where they happened.
    error.message.resize(std::min(error.message.size(), error.message.find("\n\nLINE ")));
    return error;
  }
  error.kind = RefineIoKind(KindFor(data.Type()), error.message);
  if (const auto name = extra.find("name"), candidates = extra.find("candidates");
      name != extra.end() && candidates != extra.end()) {
    MoveSuggestion(name->second, candidates->second, error);
  }
  return error;
}

}  // namespace limno::engine
