#include "cli/fsck_report.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "cli/table_printer.h"
#include "cli/text_width.h"

namespace limno::cli {

namespace {

/// Places of one problem that are listed; the JSON lines have all.
constexpr size_t kPlacesListed = 10;

enum FindingColumn { kProblem, kSeverity, kPath, kDetail, kRepair };

struct SeverityGroup {
  const char* severity;
  const char* title;
};

constexpr SeverityGroup kGroups[] = {
    {"error", "Errors: rows are missing, doubled, unreadable, or left out by queries"},
    {"warning", "Warnings: old versions or other engines are affected"},
    {"note", "Notes: nothing is wrong"}};

using Row = std::vector<Cell>;

/// "missing_file" -> "missing file".
std::string Words(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string Counted(size_t count, const std::string& noun) {
  return GroupDigits(count) + " " + noun + (count == 1 ? "" : "s");
}

/// Findings of one problem, in which all have the same to say of the repair.
std::string FormatProblem(const std::vector<const Row*>& rows) {
  std::string text = "  " + Words((*rows.front())[kProblem].text) + "\n";
  for (size_t index = 0; index < std::min(rows.size(), kPlacesListed); ++index) {
    const Row& row = *rows[index];
    text += "    " + Printable(row[kPath].text) + "\n      " + Printable(row[kDetail].text) + "\n";
  }
  if (rows.size() > kPlacesListed) {
    text += "    and " + GroupDigits(rows.size() - kPlacesListed) + " more\n";
  }
  return text + "    -> " + Printable((*rows.front())[kRepair].text) + "\n";
}

}  // namespace

std::string FormatFindings(const std::vector<Row>& rows) {
  if (rows.empty()) {
    return "nothing is wrong\n";
  }
  std::string counts;
  std::string text;
  for (const auto& [severity, title] : kGroups) {
    /// In the order of the rows, which are sorted by problem.
    std::vector<std::vector<const Row*>> problems;
    size_t count = 0;
    for (const Row& row : rows) {
      if (row[kSeverity].text != severity) {
        continue;
      }
      ++count;
      const bool same = !problems.empty() &&
                        (*problems.back().front())[kProblem].text == row[kProblem].text &&
                        (*problems.back().front())[kRepair].text == row[kRepair].text;
      if (!same) {
        problems.emplace_back();
      }
      problems.back().push_back(&row);
    }
    if (count == 0) {
      continue;
    }
    counts += (counts.empty() ? "" : ", ") + Counted(count, severity);
    text += std::string("\n") + title + "\n";
    for (const auto& problem : problems) {
      text += FormatProblem(problem);
    }
  }
  return counts + "\n" + text;
}

size_t CountUnrepaired(const std::vector<Row>& rows) {
  return static_cast<size_t>(std::count_if(rows.begin(), rows.end(), [](const Row& row) {
    return row[kSeverity].text != "note" && !row[kRepair].text.starts_with("repaired: ");
  }));
}

}  // namespace limno::cli
