#include "table/delta/checkpoint_content.h"

namespace limno::table::delta {

CheckpointContent ContentOf(const DeltaSnapshot& snapshot, base::UnixMillis tombstones_from) {
  CheckpointContent content{snapshot, snapshot.files.ToVector(), {}};
  snapshot.tombstones.ForEach([&](const std::shared_ptr<const Remove>& remove) {
    if (remove->deletion_millis.value_or(0) >= tombstones_from) {
      content.tombstones.push_back(remove);
    }
    return true;
  });
  return content;
}

std::vector<Action> TableActions(const DeltaSnapshot& snapshot) {
  std::vector<Action> actions;
  actions.emplace_back(snapshot.protocol);
  actions.emplace_back(MetadataAction{snapshot.metadata, *snapshot.schema_text});
  for (const auto& [app_id, transaction] : snapshot.transactions) {
    actions.emplace_back(transaction);
  }
  for (const auto& [name, configuration] : snapshot.domains) {
    actions.emplace_back(DomainMetadata{name, configuration, false});
  }
  return actions;
}

}  // namespace limno::table::delta
