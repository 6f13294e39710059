// Which engines can read and write a table, what stands in their way, and what would help. Values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limno::table {

/// One thing that keeps an engine from reading or writing a table as it should.
struct Obstacle {
  /// It stands in the way of reading, and so of writing; else of writing only.
  bool to_reading = false;
  /// The engine does not refuse, it gets it wrong.
  bool silent = false;
  /// A feature, a property, a column, or what else it is: "columnMapping".
  std::string what;
  std::string why;
};

struct EngineVerdict {
  /// As `limno doctor --for` takes it: "delta-rs".
  std::string engine;
  /// With the version that the facts are of.
  std::string version;
  std::vector<Obstacle> obstacles;
  /// What holds for every table: "appends only".
  std::string remark;

  bool CanRead() const;
  bool CanWrite() const;
};

/// One step that takes a feature away.
struct DowngradeStep {
  /// SQL; "{}" stands for the table.
  std::string statement;
  /// Obstacle::what that it helps to remove.
  std::string what;
  /// What it costs: "rewrites 3 files (1,234 bytes)"; empty if it only commits.
  std::string cost;
};

struct Compatibility {
  std::vector<EngineVerdict> engines;
  /// In the order in which they have to be run; a statement that helps with several things is there
  /// for each of them. An obstacle without a step can only be left behind by copying the table.
  std::vector<DowngradeStep> steps;
};

}  // namespace limno::table
