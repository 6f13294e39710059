#include "cli/line_editor.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "cli/text_width.h"

namespace limno::cli {

namespace {

constexpr size_t kHistoryKept = 1000;
constexpr char kEscape = '\x1b';

constexpr char Control(char letter) { return static_cast<char>(letter - 'A' + 1); }

/// The terminal gives bytes as they are typed while this lives.
class RawTerminal {
 public:
  RawTerminal() {
    active_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (active_) {
      termios raw = before_;
      raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
      raw.c_cc[VMIN] = 1;
      raw.c_cc[VTIME] = 0;
      active_ = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
    }
  }
  ~RawTerminal() {
    if (active_) {
      tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
    }
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  bool active() const { return active_; }

 private:
  termios before_{};
  bool active_ = false;
};

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::optional<char> ReadByte() {
  char byte = 0;
  return read(STDIN_FILENO, &byte, 1) == 1 ? std::optional<char>(byte) : std::nullopt;
}

}  // namespace

LineEditor::LineEditor(std::string history_path) : history_path_(std::move(history_path)) {
  std::ifstream stream(history_path_);
  for (std::string line; std::getline(stream, line);) {
    history_.push_back(line);
  }
  if (history_.size() > kHistoryKept) {
    history_.erase(history_.begin(), history_.end() - kHistoryKept);
  }
}

void LineEditor::Remember(const std::string& text) {
  const std::string line = OneLine(text);
  if (!history_.empty() && history_.back() == line) {
    return;
  }
  history_.push_back(line);
  if (!history_path_.empty()) {
    std::ofstream(history_path_, std::ios::app) << line << "\n";
  }
}

std::optional<std::string> LineEditor::ReadPlain(const std::string& prompt) {
  std::fputs(prompt.c_str(), stderr);
  std::fflush(stderr);
  std::string line;
  return std::getline(std::cin, line) ? std::optional<std::string>(line) : std::nullopt;
}

std::optional<std::string> LineEditor::ReadLine(const std::string& prompt) {
  const RawTerminal raw;
  if (!raw.active()) {
    return ReadPlain(prompt);
  }
  line_.clear();
  cursor_ = 0;
  recalled_ = history_.size();
  for (;;) {
    Redraw(prompt);
    const auto byte = ReadByte();
    const Key key = byte ? HandleByte(*byte) : Key::kEnd;
    if (key == Key::kNone) {
      continue;
    }
    std::fputs(key == Key::kGiveUp ? "^C\n" : "\n", stderr);
    if (key == Key::kEnd) {
      return std::nullopt;
    }
    return key == Key::kGiveUp ? std::string() : line_;
  }
}

LineEditor::Key LineEditor::HandleByte(char byte) {
  if (byte == '\r' || byte == '\n') {
    return Key::kEnter;
  }
  if (byte == Control('C')) {
    return Key::kGiveUp;
  }
  if (byte == Control('D') && line_.empty()) {
    return Key::kEnd;
  }
  if (byte == kEscape) {
    HandleEscape();
  } else if (byte == Control('A')) {
    cursor_ = 0;
  } else if (byte == Control('E')) {
    cursor_ = line_.size();
  } else if (byte == Control('K')) {
    line_.erase(cursor_);
  } else if (byte == Control('U')) {
    line_.erase(0, cursor_);
    cursor_ = 0;
  } else if (byte == '\x7f' || byte == Control('H')) {
    const size_t end = cursor_;
    Move(/*forward=*/false);
    line_.erase(cursor_, end - cursor_);
  } else if (static_cast<unsigned char>(byte) >= 0x20) {
    line_.insert(cursor_++, 1, byte);
  }
  return Key::kNone;
}

void LineEditor::HandleEscape() {
  const auto bracket = ReadByte();
  const auto code = ReadByte();
  if (!bracket || !code || (*bracket != '[' && *bracket != 'O')) {
    return;
  }
  switch (*code) {
    case 'A':
      return Recall(/*older=*/true);
    case 'B':
      return Recall(/*older=*/false);
    case 'C':
      return Move(/*forward=*/true);
    case 'D':
      return Move(/*forward=*/false);
    case 'H':
      cursor_ = 0;
      return;
    case 'F':
      cursor_ = line_.size();
      return;
    case '3':
      ReadByte();
      if (cursor_ < line_.size()) {
        const size_t begin = cursor_;
        Move(/*forward=*/true);
        line_.erase(begin, cursor_ - begin);
        cursor_ = begin;
      }
      return;
    default:
      return;
  }
}

void LineEditor::Move(bool forward) {
  if (forward ? cursor_ == line_.size() : cursor_ == 0) {
    return;
  }
  do {
    cursor_ += forward ? 1 : -1;
  } while (cursor_ > 0 && cursor_ < line_.size() && IsContinuation(line_[cursor_]));
}

void LineEditor::Recall(bool older) {
  if (older ? recalled_ == 0 : recalled_ >= history_.size()) {
    return;
  }
  recalled_ += older ? -1 : 1;
  line_ = recalled_ < history_.size() ? history_[recalled_] : "";
  cursor_ = line_.size();
}

void LineEditor::Redraw(const std::string& prompt) const {
  const size_t back = DisplayWidth(std::string_view(line_).substr(cursor_));
  std::fprintf(stderr, "\r\x1b[K%s%s", prompt.c_str(), line_.c_str());
  if (back > 0) {
    std::fprintf(stderr, "\x1b[%zuD", back);
  }
  std::fflush(stderr);
}

}  // namespace limno::cli
