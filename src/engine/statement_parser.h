// Walks over the tokens of one statement, for the statements and clauses that DuckDB's parser does
// not know.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sql_lexer.h"
#include "limno/result.h"

namespace limno::engine {

/// `namespace.name`, or a path: delta.`/path`, delta('/path'), '/path'.
struct TableTarget {
  std::string name_space;
  std::string name;
  /// Not empty: the table at that path.
  std::string path;

  /// As a table in SQL text.
  std::string ToSql() const;
};

/// Reads a text as SQL reads the name of a table; a text that is no name is a path.
TableTarget ParseTableTarget(const std::string& text);

/// "line:column" (from 1) of a byte offset.
std::string LineAndColumn(std::string_view text, size_t offset);

/// Take... steps over what it is asked for, and says whether it was there; what returns a Result
/// fails with kUsage "expected ..., found ..." at line:column. `statement` must outlive the parser.
class StatementParser {
 public:
  explicit StatementParser(const Statement& statement, size_t position = 0)
      : statement_(statement), position_(position) {}

  /// In tokens.
  size_t position() const { return position_; }
  void SkipTo(size_t position) { position_ = position; }
  bool AtEnd() const { return position_ >= statement_.tokens.size(); }
  /// Beyond the end: an empty symbol.
  const Token& Peek(size_t ahead = 0) const;
  const Token& Take() { return statement_.tokens[position_++]; }
  bool TakeWord(std::string_view word);
  /// All of the words, or none.
  bool TakeWords(std::initializer_list<std::string_view> words);
  bool TakeSymbol(char symbol);

  tl::unexpected<Error> Wrong(const std::string& expected) const;
  Result<void> ExpectWord(std::string_view word);
  Result<void> ExpectSymbol(char symbol);
  Result<void> ExpectEnd() const;

  Result<TableTarget> Table();
  /// A bare or quoted name, as it is written.
  Result<std::string> Name(const std::string& what);
  /// Names with dots between them.
  Result<std::vector<std::string>> DottedName(const std::string& what);
  Result<int64_t> Integer(const std::string& what);
  Result<std::string> String(const std::string& what);
  /// The text between the parenthesis that stands here and the one that closes it.
  Result<std::string> Parenthesised(const std::string& what);
  /// The text from here up to one of the words or symbols, outside parentheses, or to the end.
  std::string TextUntil(std::initializer_list<std::string_view> stops,
                        std::string_view symbols = {});

 private:
  Result<TableTarget> FromParts(std::vector<std::string> parts) const;

  const Statement& statement_;
  size_t position_;
};

}  // namespace limno::engine
