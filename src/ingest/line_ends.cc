#include "ingest/line_ends.h"

namespace limno::ingest {
namespace {

bool IsDelimiter(char letter) {
  return letter == ',' || letter == ';' || letter == '\t' || letter == '|';
}

}  // namespace

void LineEndInspector::Add(std::string_view piece) {
  if (piece.empty()) {
    return;
  }
  if (pending_return_) {
    (piece.front() == '\n' ? both_ : carriage_return_) = true;
  }
  // Most files have no CR at all, and the search for one passes over them at the speed of memory.
  if (!pending_return_ && piece.find('\r') == std::string_view::npos) {
    line_feed_ = line_feed_ || piece.find('\n') != std::string_view::npos;
    return;
  }
  char before = pending_return_ ? '\r' : '\0';
  bool line_feed = false;
  bool both = false;
  bool carriage_return = false;
  for (const char letter : piece) {
    line_feed |= letter == '\n' && before != '\r';
    both |= letter == '\n' && before == '\r';
    carriage_return |= letter != '\n' && before == '\r';
    before = letter;
  }
  line_feed_ = line_feed_ || line_feed;
  both_ = both_ || both;
  carriage_return_ = carriage_return_ || carriage_return;
  pending_return_ = before == '\r';
}

bool LineEndInspector::mixed() const {
  const bool carriage_return = carriage_return_ || pending_return_;
  return static_cast<int>(line_feed_) + static_cast<int>(both_) +
             static_cast<int>(carriage_return) >
         1;
}

std::string_view LineSkipper::Rest(std::string_view piece) {
  while ((lines_ > 0 || pending_return_) && !piece.empty()) {
    if (pending_return_) {
      piece.remove_prefix(piece.front() == '\n' ? 1 : 0);
      pending_return_ = false;
      continue;
    }
    const size_t end = piece.find_first_of("\r\n");
    if (end == std::string_view::npos) {
      return {};
    }
    pending_return_ = piece[end] == '\r';
    piece.remove_prefix(end + 1);
    --lines_;
  }
  return piece;
}

LineEndUnifier::State LineEndUnifier::Outside(char letter, std::string& out) const {
  if (letter == '\n' && state_ == State::kReturn) {
    return State::kFieldBegin;  // the CR was written as LF already
  }
  const bool begins = state_ == State::kFieldBegin || state_ == State::kReturn;
  out += letter == '\r' ? '\n' : letter;
  if (letter == '\r') {
    return State::kReturn;
  }
  if (letter == '\n' || IsDelimiter(letter)) {
    return State::kFieldBegin;
  }
  return letter == '"' && begins ? State::kQuoted : State::kField;
}

void LineEndUnifier::Add(std::string_view piece, std::string& out) {
  for (const char letter : piece) {
    switch (state_) {
      case State::kQuoted:
        out += letter;
        state_ = letter == '"'    ? State::kQuoteInQuoted
                 : letter == '\\' ? State::kQuotedBackslash
                                  : State::kQuoted;
        break;
      case State::kQuotedBackslash:
        out += letter;
        state_ = letter == '\\' ? State::kQuotedBackslash : State::kQuoted;
        break;
      case State::kQuoteInQuoted:
        if (letter == '"') {
          out += letter;
          state_ = State::kQuoted;
        } else {
          state_ = State::kField;
          state_ = Outside(letter, out);
        }
        break;
      default:
        state_ = Outside(letter, out);
    }
  }
}

}  // namespace limno::ingest
