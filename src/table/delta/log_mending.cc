#include "table/delta/log_mending.h"

#include <algorithm>
#include <string>

#include "table/delta/checkpoint_write.h"
#include "table/delta/log_listing.h"
#include "table/delta/log_path.h"

namespace limno::table::delta {
namespace {

/// Hadoop's file systems keep a checksum beside each file that they wrote.
std::string HadoopChecksumKey(const std::string& key) {
  const size_t slash = key.rfind('/') + 1;
  return key.substr(0, slash) + "." + key.substr(slash) + ".crc";
}

}  // namespace

Result<void> MendLogFiles(const Environment& environment, const DeltaSnapshot& newest,
                          const std::vector<Finding>& findings) {
  storage::ObjectStore& store = *environment.store;
  LIMNO_ASSIGN(const LogListing listing, ListLog(store, 0));
  bool checkpoint_gone = false;
  std::vector<std::string> keys;
  for (const Finding& finding : findings) {
    if (finding.remedy != Remedy::kRewriteLogFile) {
      continue;
    }
    keys.push_back(finding.path);
    for (const ListedCheckpoint& checkpoint : listing.checkpoints) {
      if (checkpoint.keys.front() == finding.path) {
        keys.insert(keys.end(), checkpoint.keys.begin(), checkpoint.keys.end());
        // It must not be looked for where it no longer is.
        keys.emplace_back(kLastCheckpointKey);
        checkpoint_gone = true;
      }
    }
  }
  for (size_t index = 0, count = keys.size(); index < count; ++index) {
    keys.push_back(HadoopChecksumKey(keys[index]));
  }
  // Order matters only for who reads meanwhile: the hint goes first.
  std::stable_partition(keys.begin(), keys.end(),
                        [](const std::string& key) { return key == kLastCheckpointKey; });
  for (const std::string& key : keys) {
    LIMNO_TRY(store.Delete(key));
  }
  return checkpoint_gone ? WriteCheckpoint(environment, newest) : Result<void>();
}

}  // namespace limno::table::delta
