#include "cli/table_printer.h"

#include <algorithm>

#include "cli/text_width.h"

namespace limno::cli {

namespace {

constexpr size_t kNarrowest = 6;
constexpr const char* kDim = "\x1b[2m";
constexpr const char* kBold = "\x1b[1m";
constexpr const char* kPlain = "\x1b[0m";

/// The signs a frame is drawn with.
struct Frame {
  const char* horizontal;
  const char* vertical;
  const char* top[3];
  const char* middle[3];
  const char* bottom[3];
};

constexpr Frame kUnicodeFrame = {"─", "│", {"┌", "┬", "┐"}, {"├", "┼", "┤"}, {"└", "┴", "┘"}};
constexpr Frame kAsciiFrame = {"-", "|", {"+", "+", "+"}, {"+", "+", "+"}, {"+", "+", "+"}};

class Table {
 public:
  Table(const std::vector<Column>& columns, const TableStyle& style)
      : columns_(columns), style_(style), frame_(style.unicode ? kUnicodeFrame : kAsciiFrame) {
    for (const Column& column : columns) {
      widths_.push_back(DisplayWidth(Printable(column.name)));
    }
  }

  void Measure(const std::vector<std::vector<Cell>>& rows) {
    for (const std::vector<Cell>& row : rows) {
      for (size_t i = 0; i < widths_.size(); ++i) {
        widths_[i] = std::max(widths_[i], DisplayWidth(Text(row[i])));
      }
    }
    if (style_.width > 0) {
      Shrink();
    }
  }

  size_t Width() const {
    size_t width = 1;
    for (const size_t column : widths_) {
      width += column + 3;
    }
    return width;
  }

  std::string Line(const char* const ends[3]) const {
    std::string line = ends[0];
    for (size_t i = 0; i < widths_.size(); ++i) {
      line += i == 0 ? "" : ends[1];
      for (size_t j = 0; j < widths_[i] + 2; ++j) {
        line += frame_.horizontal;
      }
    }
    return line + ends[2] + "\n";
  }

  std::string Header() const {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      Append(line, i, Printable(columns_[i].name), kBold, columns_[i].numeric);
    }
    return line + frame_.vertical + "\n";
  }

  std::string Row(const std::vector<Cell>& row) const {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      Append(line, i, Text(row[i]), row[i].is_null ? kDim : "", columns_[i].numeric);
    }
    return line + frame_.vertical + "\n";
  }

  const Frame& frame() const { return frame_; }

 private:
  static std::string Text(const Cell& cell) { return cell.is_null ? "NULL" : Printable(cell.text); }

  void Append(std::string& line, size_t column, const std::string& text, const char* colour,
              bool right) const {
    const std::string shown = Truncate(text, widths_[column]);
    const std::string blanks(widths_[column] - DisplayWidth(shown), ' ');
    const bool coloured = style_.colour && *colour != '\0';
    line += frame_.vertical;
    line += " ";
    line += right ? blanks : "";
    line += coloured ? colour : "";
    line += shown;
    line += coloured ? kPlain : "";
    line += right ? " " : blanks + " ";
  }

  void Shrink() {
    size_t needed = Width();
    while (needed > style_.width) {
      const auto widest = std::max_element(widths_.begin(), widths_.end());
      if (widest == widths_.end() || *widest <= kNarrowest) {
        return;
      }
      --*widest;
      --needed;
    }
  }

  const std::vector<Column>& columns_;
  const TableStyle& style_;
  const Frame& frame_;
  std::vector<size_t> widths_;
};

}  // namespace

std::string FormatTable(const std::vector<Column>& columns,
                        const std::vector<std::vector<Cell>>& rows, const TableStyle& style) {
  if (columns.empty()) {
    return "";
  }
  Table table(columns, style);
  table.Measure(rows);
  std::string text = table.Line(table.frame().top) + table.Header();
  if (!rows.empty()) {
    text += table.Line(table.frame().middle);
  }
  for (const std::vector<Cell>& row : rows) {
    text += table.Row(row);
  }
  return text + table.Line(table.frame().bottom);
}

size_t TableWidth(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows) {
  const TableStyle style;
  Table table(columns, style);
  table.Measure(rows);
  return table.Width();
}

void DropColumn(std::vector<Column>& columns, std::vector<std::vector<Cell>>& rows, size_t index) {
  columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(index));
  for (std::vector<Cell>& row : rows) {
    row.erase(row.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

void DropEmptyColumns(std::vector<Column>& columns, std::vector<std::vector<Cell>>& rows) {
  for (size_t i = columns.size(); i-- > 0;) {
    const bool empty = std::all_of(rows.begin(), rows.end(), [i](const std::vector<Cell>& row) {
      return row[i].is_null || row[i].text.empty();
    });
    if (empty) {
      DropColumn(columns, rows, i);
    }
  }
}

std::string FormatRecord(const std::vector<Column>& columns, const std::vector<Cell>& row,
                         const TableStyle& style) {
  size_t widest = 0;
  for (const Column& column : columns) {
    widest = std::max(widest, DisplayWidth(Printable(column.name)));
  }
  std::string text;
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string name = Printable(columns[i].name);
    const std::string value = row[i].is_null ? "NULL" : Printable(row[i].text);
    text += (style.colour ? kBold : "") + name + (style.colour ? kPlain : "");
    text += std::string(widest + 2 - DisplayWidth(name), ' ');
    text += (row[i].is_null && style.colour) ? kDim + value + kPlain : value;
    text += "\n";
  }
  return text;
}

std::string GroupDigits(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t place = digits.size(); place > 3; place -= 3) {
    digits.insert(place - 3, ",");
  }
  return digits;
}

}  // namespace limno::cli
