// Reading lines at a terminal with cursor keys and a history.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace limno::cli {

/// Not thread safe.
class LineEditor {
 public:
  /// `history_path` is read now and added to by Remember(); "" keeps none.
  explicit LineEditor(std::string history_path);

  /// nullopt at the end of input (Ctrl-D). Ctrl-C gives up the line and returns an empty one. Where
  /// the terminal cannot be set up, lines are read as they come.
  std::optional<std::string> ReadLine(const std::string& prompt);
  void Remember(const std::string& text);

 private:
  enum class Key { kNone, kEnter, kEnd, kGiveUp };

  std::optional<std::string> ReadPlain(const std::string& prompt);
  Key HandleByte(char byte);
  void HandleEscape();
  void Move(bool forward);
  void Recall(bool older);
  void Redraw(const std::string& prompt) const;

  const std::string history_path_;
  std::vector<std::string> history_;
  std::string line_;
  size_t cursor_ = 0;
  size_t recalled_ = 0;
};

}  // namespace limno::cli
