#include "simulation/ledger.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <utility>

namespace limno::simulation {
namespace {

constexpr std::string_view kLabel = "attempt ";

std::vector<Row> Difference(const std::vector<Row>& from, const std::vector<Row>& without) {
  std::vector<Row> rest;
  std::set_difference(from.begin(), from.end(), without.begin(), without.end(),
                      std::back_inserter(rest));
  return rest;
}

std::string Contradiction(const char* what, const std::vector<Row>& rows) {
  return fmt::format("{}: {}", what, Text(rows));
}

/// Rows whose id is there twice.
std::vector<Row> Doubles(const std::vector<Row>& rows) {
  std::vector<Row> doubles;
  for (size_t index = 1; index < rows.size(); ++index) {
    if (IdOf(rows[index]) == IdOf(rows[index - 1])) {
      doubles.push_back(rows[index]);
    }
  }
  return doubles;
}

}  // namespace

const char* NameOf(Kind kind) {
  static constexpr const char* kNames[kKinds] = {"CREATE TABLE", "append",  "batch",     "delete",
                                                 "update",       "rewrite", "overwrite", "optimize",
                                                 "set property", "restore"};
  return kNames[static_cast<size_t>(kind)];
}

std::string Text(const std::vector<Row>& rows) {
  std::vector<std::string> texts;
  texts.reserve(rows.size());
  for (const Row row : rows) {
    texts.push_back(row % kRevisions == 0 ? fmt::format("{}", IdOf(row))
                                          : fmt::format("{}.{}", IdOf(row), row % kRevisions));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

int Ledger::Begin(std::string writer, Intent intent, int64_t base_version) {
  Attempt attempt;
  attempt.number = static_cast<int>(attempts_.size());
  attempt.writer = std::move(writer);
  attempt.intent = std::move(intent);
  attempt.base_version = base_version;
  attempts_.push_back(std::move(attempt));
  return attempts_.back().number;
}

std::string Ledger::Label(int number) { return fmt::format("{}{}", kLabel, number); }

int Ledger::NumberOf(const std::string& label) {
  int number = -1;
  if (label.rfind(kLabel, 0) == 0) {
    std::from_chars(label.data() + kLabel.size(), label.data() + label.size(), number);
  }
  return number;
}

void Ledger::Acknowledge(int64_t version) { acknowledged_ = std::max(acknowledged_, version); }

Ledger::Prediction Ledger::Predict(const Intent& intent, const std::vector<Row>& before) const {
  Prediction prediction;
  if (intent.restored_version) {
    prediction.rows = version(*intent.restored_version).rows;
    return prediction;
  }
  if (const auto missing = Difference(intent.removed, before); !missing.empty()) {
    prediction.contradiction = Contradiction("removes rows that are not there", missing);
    return prediction;
  }
  if (intent.where) {
    std::vector<Row> matching;
    std::copy_if(before.begin(), before.end(), std::back_inserter(matching),
                 [&](Row row) { return intent.where->Matches(row); });
    if (const auto missed = Difference(matching, intent.removed); !missed.empty()) {
      prediction.contradiction = Contradiction("misses rows that match its condition", missed);
      return prediction;
    }
  }
  const std::vector<Row> kept = Difference(before, intent.removed);
  std::merge(kept.begin(), kept.end(), intent.added.begin(), intent.added.end(),
             std::back_inserter(prediction.rows));
  if (const auto doubles = Doubles(prediction.rows); !doubles.empty()) {
    prediction.contradiction = Contradiction("adds rows that are there already", doubles);
  }
  return prediction;
}

void Counters::Add(const Counters& other) {
  for (size_t index = 0; index < kKinds; ++index) {
    OfKind& mine = kinds[index];
    const OfKind& theirs = other.kinds[index];
    mine.committed += theirs.committed;
    mine.rebased += theirs.rebased;
    mine.conflicts += theirs.conflicts;
    mine.refused += theirs.refused;
    mine.unknown_landed += theirs.unknown_landed;
    mine.unknown_absent += theirs.unknown_absent;
  }
  for (const auto& [event, count] : other.events) {
    events[event] += count;
  }
  steps += other.steps;
}

}  // namespace limno::simulation
