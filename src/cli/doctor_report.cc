#include "cli/doctor_report.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/name_match.h"

namespace limno::cli {

namespace {

enum CompatibilityColumn {
  kEngine,
  kVersion,
  kReads,
  kWrites,
  kObstacle,
  kWayOf,
  kWhy,
  kSilent,
  kRemark
};
enum DowngradeColumn { kOfObstacle, kStatement, kCost };

using Row = std::vector<Cell>;

bool IsTrue(const Cell& cell) { return !cell.is_null && cell.text == "true"; }

/// Names of the obstacles that some engine has, in order of appearance.
std::vector<std::string> Obstacles(const TextRows& compatibility) {
  std::vector<std::string> names;
  for (const Row& row : compatibility) {
    if (!row[kObstacle].is_null &&
        std::find(names.begin(), names.end(), row[kObstacle].text) == names.end()) {
      names.push_back(row[kObstacle].text);
    }
  }
  return names;
}

std::string FormatEngines(const TextRows& compatibility, const TableStyle& style) {
  const std::vector<Column> columns = {{"engine", "VARCHAR", false},
                                       {"version", "VARCHAR", false},
                                       {"reads", "VARCHAR", false},
                                       {"writes", "VARCHAR", false},
                                       {"because of", "VARCHAR", false}};
  TextRows engines;
  for (const Row& row : compatibility) {
    if (engines.empty() || engines.back()[0].text != row[kEngine].text) {
      engines.push_back({row[kEngine],
                         row[kVersion],
                         {IsTrue(row[kReads]) ? "yes" : "no", false},
                         {IsTrue(row[kWrites]) ? "yes" : "no", false},
                         {"", false}});
    }
    if (!row[kObstacle].is_null) {
      std::string& because = engines.back()[4].text;
      because += (because.empty() ? "" : ", ") + row[kObstacle].text;
    }
  }
  return FormatTable(columns, engines, style);
}

/// "polars, duckdb: why" for each thing that is said of an obstacle.
std::string FormatObstacle(const TextRows& compatibility, const std::string& obstacle) {
  std::vector<std::pair<std::string, std::string>> reasons;
  for (const Row& row : compatibility) {
    if (row[kObstacle].is_null || row[kObstacle].text != obstacle) {
      continue;
    }
    const std::string why = row[kWhy].text + (IsTrue(row[kSilent]) ? " without a word" : "");
    const auto known = std::find_if(reasons.begin(), reasons.end(),
                                    [&](const auto& reason) { return reason.second == why; });
    if (known == reasons.end()) {
      reasons.emplace_back(row[kEngine].text, why);
    } else {
      known->first += ", " + row[kEngine].text;
    }
  }
  std::string text = obstacle + "\n";
  for (const auto& [engines, why] : reasons) {
    text += "  " + engines + ": " + why + "\n";
  }
  return text;
}

std::string FormatSteps(const std::vector<std::string>& obstacles, const TextRows& steps) {
  std::string text;
  std::set<std::string> helped;
  for (const Row& step : steps) {
    helped.insert(step[kOfObstacle].text);
    text += "  " + step[kStatement].text + ";" +
            (step[kCost].is_null ? "" : "  -- " + step[kCost].text) + "\n";
  }
  if (!text.empty()) {
    text = "\nWhat helps, in this order (limno doctor TABLE --fix --yes runs it):\n" + text;
  }
  std::string stays;
  for (const std::string& obstacle : obstacles) {
    if (helped.count(obstacle) == 0) {
      stays += (stays.empty() ? "" : ", ") + obstacle;
    }
  }
  return stays.empty() ? text
                       : text + "\nA table keeps for good: " + stays +
                             "\n  a copy without it helps: CREATE TABLE ... AS SELECT\n";
}

}  // namespace

Result<TextRows> ChooseEngines(TextRows compatibility, const std::vector<std::string>& wanted) {
  std::vector<std::string> known;
  for (const Row& row : compatibility) {
    if (known.empty() || known.back() != row[kEngine].text) {
      known.push_back(row[kEngine].text);
    }
  }
  for (const std::string& name : wanted) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string hint = base::NearestNameHint(name, known);
      std::string names;
      for (const std::string& engine : known) {
        names += (names.empty() ? "" : ", ") + engine;
      }
      return Fail(ErrorKind::kUsage, "there are no facts about the engine '" + name + "'", "--for",
                  hint.empty() ? "known are " + names : hint);
    }
  }
  if (!wanted.empty()) {
    compatibility.erase(std::remove_if(compatibility.begin(), compatibility.end(),
                                       [&](const Row& row) {
                                         return std::find(wanted.begin(), wanted.end(),
                                                          row[kEngine].text) == wanted.end();
                                       }),
                        compatibility.end());
  }
  return compatibility;
}

TextRows ChooseSteps(const TextRows& compatibility, const TextRows& downgrades) {
  const std::vector<std::string> obstacles = Obstacles(compatibility);
  TextRows steps;
  for (const Row& row : downgrades) {
    if (std::find(obstacles.begin(), obstacles.end(), row[kOfObstacle].text) == obstacles.end()) {
      continue;
    }
    const bool known = std::any_of(steps.begin(), steps.end(), [&](const Row& step) {
      return step[kStatement].text == row[kStatement].text;
    });
    if (!known) {
      steps.push_back(row);
    }
  }
  return steps;
}

std::string FormatDiagnosis(const TextRows& compatibility, const TextRows& steps,
                            const TableStyle& style) {
  const std::vector<std::string> obstacles = Obstacles(compatibility);
  std::string text = FormatEngines(compatibility, style);
  for (const std::string& obstacle : obstacles) {
    text += "\n" + FormatObstacle(compatibility, obstacle);
  }
  return text + FormatSteps(obstacles, steps);
}

}  // namespace limno::cli
