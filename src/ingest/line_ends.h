// Text whose lines end in different ways: a CSV reader takes one way per file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace limno::ingest {

/// Looks at a text as it passes. Not thread safe.
class LineEndInspector {
 public:
  void Add(std::string_view piece);

  /// After the last piece: lines end in more than one of LF, CR LF and CR. Ends inside quotes count
  /// as well, so there may be nothing to do about it.
  bool mixed() const;

 private:
  bool line_feed_ = false;
  bool both_ = false;
  bool carriage_return_ = false;
  bool pending_return_ = false;
};

/// Leaves out the first lines of a text. Not thread safe.
class LineSkipper {
 public:
  explicit LineSkipper(uint64_t lines) : lines_(lines) {}
  /// What of the next piece is behind those lines.
  std::string_view Rest(std::string_view piece);

 private:
  uint64_t lines_;
  bool pending_return_ = false;
};

/// Makes every line of a delimited text end in LF; what stands in quotes stays as it is. A quote
/// opens at the beginning of a field, whichever of the usual delimiters there is, and may be
/// escaped by another one or by a backslash. Not thread safe.
class LineEndUnifier {
 public:
  /// Appends the next piece of the text to `out`.
  void Add(std::string_view piece, std::string& out);

 private:
  enum class State { kFieldBegin, kField, kReturn, kQuoted, kQuotedBackslash, kQuoteInQuoted };

  State Outside(char letter, std::string& out) const;

  State state_ = State::kFieldBegin;
};

}  // namespace limno::ingest
