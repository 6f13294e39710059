#include "engine/conflict_retry.h"

#include <algorithm>
#include <filesystem>

namespace limno::engine {
namespace {

/// Among n writers of the same rows one wins each time, so the last needs n - 1 attempts more.
constexpr int kRetryLimit = 64;
constexpr int64_t kFirstPauseMillis = 4;
constexpr int64_t kLongestPauseMillis = 1'000;

/// A pipe, terminal or socket: what was read of it is gone.
bool IsReadOnce(const std::string& text) {
  std::error_code error;
  const auto type = std::filesystem::status(text, error).type();
  using std::filesystem::file_type;
  return !error &&
         (type == file_type::fifo || type == file_type::character || type == file_type::socket);
}

bool MovesOn(const Token& token) {
  if (token.IsName()) {
    return token.IsWord("nextval");
  }
  return token.kind == TokenKind::kString && IsReadOnce(token.text);
}

}  // namespace

bool IsChange(duckdb::StatementType type) {
  switch (type) {
    case duckdb::StatementType::INSERT_STATEMENT:
    case duckdb::StatementType::UPDATE_STATEMENT:
    case duckdb::StatementType::DELETE_STATEMENT:
    case duckdb::StatementType::MERGE_INTO_STATEMENT:
    case duckdb::StatementType::ALTER_STATEMENT:
      return true;
    default:
      return false;
  }
}

bool IsRepeatable(const Statement& statement) {
  return std::none_of(statement.tokens.begin(), statement.tokens.end(), MovesOn);
}

bool IsRepeatable(const LakeStatement& statement) {
  return !std::holds_alternative<Restore>(statement);
}

bool ConflictRetry::Again(const Error& error) {
  if (error.kind != ErrorKind::kConflict || retries_ >= kRetryLimit) {
    return false;
  }
  const int64_t bound = std::min(kFirstPauseMillis << std::min(retries_, 20), kLongestPauseMillis);
  pacing_.clock->Sleep(
      static_cast<int64_t>(pacing_.random->Below(static_cast<uint64_t>(bound) + 1)));
  ++retries_;
  return true;
}

}  // namespace limno::engine
