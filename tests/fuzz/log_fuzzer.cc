// Any bytes as a file of a Delta log. As a commit or a compacted one: actions are read or refused;
// what was read can be written and reads the same; a replay of it never breaks, and gives what a
// replay of its reconciled form gives. As a checksum or one of the log's hints: it is understood or
// of no consequence. Statistics of any shape are understood or left out.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "table/delta/action_json.h"
#include "table/delta/last_checkpoint.h"
#include "table/delta/log_compaction.h"
#include "table/delta/log_replay.h"
#include "table/delta/statistics_json.h"
#include "table/delta/vacuum_lite.h"
#include "table/delta/version_checksum.h"

namespace delta = limno::table::delta;

namespace {

void CheckFormatted(const std::vector<delta::Action>& actions) {
  std::string text;
  for (const delta::Action& action : actions) {
    text += delta::FormatAction(action) + "\n";
  }
  const auto again = delta::ParseActions(text, "again");
  if (!again || again->size() != actions.size()) {
    std::abort();
  }
  for (size_t index = 0; index < actions.size(); ++index) {
    if (delta::FormatAction(actions[index]) != delta::FormatAction((*again)[index])) {
      std::abort();
    }
  }
}

void CheckChecksum(const delta::DeltaSnapshot& snapshot) {
  const auto checksum = delta::ParseChecksum(delta::FormatChecksum(snapshot), "own.crc");
  // Sizes that no store has make sums that no checksum has.
  if (snapshot.totals.size_bytes >= 0 &&
      (!checksum || !delta::Differences(*checksum, snapshot).empty())) {
    std::abort();
  }
}

/// The actions of one version, and what is left of them when they are reconciled, are one table.
void CheckReplays(const std::vector<delta::Action>& actions) {
  const auto replayed = delta::ApplyCommit(delta::DeltaSnapshot(), 0, 0, actions, "fuzz.json");
  delta::Reconciliation reconciliation;
  if (!replayed || !reconciliation.Apply(actions, "fuzz.json")) {
    return;
  }
  CheckChecksum(**replayed);
  delta::LogReplay compacted{delta::DeltaSnapshot()};
  if (!compacted.ApplyCompacted(0, {0}, reconciliation.Take(), "fuzz.compacted.json")) {
    std::abort();
  }
  const auto finished = compacted.Finish("fuzz.compacted.json");
  if (!finished || !((*finished)->totals == (*replayed)->totals) ||
      (*finished)->tombstones.size() != (*replayed)->tombstones.size()) {
    std::abort();
  }
}

void ReadAsCheckpoint(std::vector<delta::Action> actions) {
  delta::LogReplay replay{delta::DeltaSnapshot()};
  (void)replay.ApplyCheckpoint(0, 0, std::move(actions), "fuzz.checkpoint.json");
  (void)replay.Finish("fuzz.checkpoint.json");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const limno::table::Schema schema{
      {{"a", limno::table::Primitive(limno::table::TypeKind::kLong), true, {}}}};
  (void)delta::ParseStatistics(text, schema);
  (void)delta::ParseSchema(text);
  (void)delta::ParseLastCheckpoint(text);
  (void)delta::ParseLastVacuum(text);
  if (const auto checksum = delta::ParseChecksum(text, "fuzz.crc")) {
    (void)delta::Differences(*checksum, delta::DeltaSnapshot());
  }
  auto actions = delta::ParseActions(text, "fuzz.json");
  if (!actions) {
    return 0;
  }
  CheckFormatted(*actions);
  CheckReplays(*actions);
  ReadAsCheckpoint(std::move(*actions));
  return 0;
}
