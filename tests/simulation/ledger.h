// The model: what every writer set out to do, what it was told, and what the table must therefore
// hold at each version. In terms of rows, never of files, so that it stays right whichever commits
// succeed beside each other.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace limno::simulation {

/// One state of one row: its id and how often it was updated, in a number.
using Row = int64_t;
inline constexpr Row kRevisions = 1000;
inline int64_t IdOf(Row row) { return row / kRevisions; }

enum class Kind {
  kCreate,
  kAppend,
  /// With an application transaction, so that it may be tried again.
  kBatch,
  /// By deletion vectors.
  kDelete,
  /// Old states by deletion vectors, new states in a new file.
  kUpdate,
  /// The same by rewriting whole files.
  kRewrite,
  kOverwrite,
  kOptimize,
  kSetProperty,
  kRestore,
};
inline constexpr size_t kKinds = 10;
const char* NameOf(Kind kind);

/// `where id % modulus = remainder`.
struct Predicate {
  int64_t modulus = 1;
  int64_t remainder = 0;
  bool Matches(Row row) const { return IdOf(row) % modulus == remainder; }
};

/// What a change means, whatever files it takes.
struct Intent {
  Kind kind = Kind::kAppend;
  /// Ascending.
  std::vector<Row> removed;
  std::vector<Row> added;
  /// `removed` are all rows that match, in the very version the change goes on top of.
  std::optional<Predicate> where;
  /// The rows become those of this version.
  std::optional<int64_t> restored_version;
  /// Application id -> the batch, which follows the batch before.
  std::map<std::string, int64_t> batches;
  /// The property kCounter grows by one.
  bool counts = false;
};
inline constexpr const char* kCounter = "limno.simulation.counter";

enum class Fate {
  kUnderWay,
  /// Acknowledged: must be in the log.
  kCommitted,
  /// Refused: must never be in the log.
  kRefused,
  /// Nobody was told, or it was left open: may be in the log, once.
  kUnknown,
};

struct Attempt {
  int number = 0;
  std::string writer;
  Intent intent;
  int64_t base_version = -1;
  Fate fate = Fate::kUnderWay;
  int64_t acknowledged_version = -1;
  /// Where it stands in the log; -1 if it does not.
  int64_t landed_version = -1;
  int rebases = 0;
};

/// What a snapshot of one version must say.
struct VersionState {
  /// Ascending.
  std::vector<Row> rows;
  /// DataFile::Key() of its files, ascending.
  std::vector<std::string> file_keys;
  std::map<std::string, int64_t> batches;
  std::map<std::string, std::string> properties;
  /// As time travel counts it.
  base::UnixMillis timestamp_millis = 0;
  /// The attempt that made it.
  int attempt = -1;
};

class Ledger {
 public:
  /// The new attempt's number, by which its commit is recognised.
  int Begin(std::string writer, Intent intent, int64_t base_version);
  Attempt& attempt(int number) { return attempts_.at(static_cast<size_t>(number)); }
  const std::vector<Attempt>& attempts() const { return attempts_; }
  /// Text for Operation::user_metadata, and back; -1 if it is none of ours.
  static std::string Label(int number);
  static int NumberOf(const std::string& label);

  int64_t newest_version() const { return static_cast<int64_t>(versions_.size()) - 1; }
  const VersionState& version(int64_t number) const {
    return versions_.at(static_cast<size_t>(number));
  }
  void Append(VersionState version) { versions_.push_back(std::move(version)); }

  /// The newest version that somebody was told of.
  int64_t acknowledged_version() const { return acknowledged_; }
  void Acknowledge(int64_t version);

  /// What the rows after `before` must be; otherwise says why the change cannot stand there.
  struct Prediction {
    std::vector<Row> rows;
    std::string contradiction;
  };
  Prediction Predict(const Intent& intent, const std::vector<Row>& before) const;

  int64_t NewRowId() { return next_id_++; }

 private:
  std::vector<Attempt> attempts_;
  std::vector<VersionState> versions_;
  int64_t acknowledged_ = -1;
  int64_t next_id_ = 1;
};

/// "3, 4.1, 7": ids with their revisions.
std::string Text(const std::vector<Row>& rows);

/// How often things happened; a test fails if something never does.
struct Counters {
  struct OfKind {
    uint64_t committed = 0;
    uint64_t rebased = 0;
    uint64_t conflicts = 0;
    uint64_t refused = 0;
    uint64_t unknown_landed = 0;
    uint64_t unknown_absent = 0;
  };
  std::array<OfKind, kKinds> kinds;
  /// Everything else, by what happened.
  std::map<std::string, uint64_t> events;
  uint64_t steps = 0;

  void Count(const std::string& event) { ++events[event]; }
  void Add(const Counters& other);
};

}  // namespace limno::simulation
