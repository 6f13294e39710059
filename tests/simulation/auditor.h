// Reads every version as it appears in the log, by itself (the JSON, the files, the vectors) and
// not through what is tested, and holds it against the model; watches what is written over and
// deleted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulation/ledger.h"
#include "simulation/schedule.h"
#include "storage/object_store.h"
#include "table/data_file.h"

namespace limno::simulation {

/// The first thing that is wrong ends the run.
class Verdict {
 public:
  explicit Verdict(Schedule& schedule) : schedule_(schedule) {}
  void Fail(const std::string& what);
  /// The rest of the run would say nothing: ends it, and nothing is wrong.
  void End(const std::string& why);
  bool ended() const { return ended_; }
  const std::string& failure() const { return failure_; }
  bool failed() const { return !failure_.empty(); }

 private:
  Schedule& schedule_;
  std::string failure_;
  bool ended_ = false;
};

/// Rows of a data file of this simulation: numbers, separated by blanks.
std::string FormatRows(const std::vector<Row>& rows);
std::vector<Row> ParseRows(const std::string& bytes);

class Auditor {
 public:
  /// `store` is the bottom, without faults; the others outlive the auditor as well.
  /// `retention_millis`: how long VACUUM must leave what was removed or written.
  Auditor(storage::ObjectStore& store, Schedule& schedule, Ledger& ledger, Verdict& verdict,
          int64_t retention_millis);

  /// Audits the versions that are new.
  void CatchUp();
  /// From the bottom store, before the object changes. `bytes`: what it becomes.
  void OnPut(const std::string& key, std::string_view bytes);
  void OnDelete(const std::string& key);
  void OnLookAtLog() { last_looks_[schedule_.current_name()] = schedule_.steps(); }

  /// Whether the log as it stands can tell what that version held.
  bool IsReadable(int64_t version);
  /// Whether all data files and vectors of that version are still there.
  bool HasItsFiles(int64_t version) const;
  /// Versions of which there is a checkpoint object, readable or not, ascending.
  std::vector<int64_t> CheckpointVersions();

 private:
  struct Commit;
  struct LiveFile {
    std::string key;
    /// Store keys that hold it: the data file and the file of its vector.
    std::vector<std::string> store_keys;
    /// Without those that its vector deletes.
    std::vector<Row> rows;
  };
  struct Reference {
    int live = 0;
    base::UnixMillis last_removed_at = 0;
    base::UnixMillis written_at = 0;
    /// Who may take it back as long as nobody refers to it.
    std::string writer;
    bool deleted = false;
    /// It came back after VACUUM could have taken it, at this step.
    std::optional<uint64_t> returned_at_step;
  };

  void Audit(int64_t version);
  void Parse(int64_t version, const std::string& text, Commit& commit);
  void ParseInfo(const nlohmann::json& info, size_t line, Commit& commit);
  void CheckAttempt(int64_t version, const Commit& commit);
  void CheckTable(int64_t version, const Commit& commit, VersionState& state);
  void CheckTime(int64_t version, const Commit& commit, VersionState& state);
  void RemoveFiles(int64_t version, const Commit& commit);
  void AddFiles(int64_t version, const Commit& commit);
  void AddFile(int64_t version, const nlohmann::json& add);
  std::vector<Row> VisibleRows(int64_t version, const nlohmann::json& add, const std::string& path,
                               LiveFile& file);
  void CheckRows(int64_t version, const Commit& commit, VersionState& state);
  bool WasTakenInTime(const std::string& key) const;
  bool MayHaveMissedReturn(const std::string& key, const Reference& reference) const;
  void Wrong(int64_t version, const std::string& what);

  storage::ObjectStore& store_;
  Schedule& schedule_;
  Ledger& ledger_;
  Verdict& verdict_;
  const int64_t retention_millis_;
  /// By path.
  std::map<std::string, LiveFile> live_;
  /// Per version, the store keys it needs.
  std::vector<std::vector<std::string>> needed_;
  std::map<std::string, Reference> references_;
  std::set<std::string> transaction_ids_;
  std::set<std::string> writer_features_;
  std::set<std::string> reader_features_;
  /// Process -> its last step that read the log.
  std::map<std::string, uint64_t> last_looks_;
  base::UnixMillis last_own_time_ = 0;
};

}  // namespace limno::simulation
