#include "table/delta/checkpoint_read.h"

#include <string>
#include <utility>

#include "table/delta/action_json.h"
#include "table/delta/log_path.h"

namespace limno::table::delta {
namespace {

Result<void> ReadColumns(storage::ObjectStore& store, ParquetIo* parquet, const std::string& key,
                         const std::vector<std::string>& columns, const ActionVisitor& visit) {
  if (parquet == nullptr) {
    return Fail(ErrorKind::kUnsupported, "there is no reader for Parquet checkpoints", key);
  }
  return parquet->Read(store, key, columns,
                       [&](const ArrowSchema& schema, const ArrowArray& array) -> Result<void> {
                         Result<std::vector<Action>> actions = ActionsOfBatch(schema, array);
                         if (!actions) {
                           Error error = std::move(actions).error();
                           error.where = key;
                           return Fail(std::move(error));
                         }
                         return visit(*std::move(actions));
                       });
}

Result<void> ReadSidecarFiles(storage::ObjectStore& store, ParquetIo* parquet,
                              const std::vector<Sidecar>& sidecars, const ActionVisitor& visit) {
  for (const Sidecar& sidecar : sidecars) {
    LIMNO_TRY(ReadColumns(store, parquet, SidecarKey(sidecar), {"add", "remove"}, visit));
  }
  return {};
}

void TakeSidecars(const std::vector<Action>& actions, std::vector<Sidecar>& sidecars) {
  for (const Action& action : actions) {
    if (const auto* sidecar = std::get_if<Sidecar>(&action)) {
      sidecars.push_back(*sidecar);
    }
  }
}

Result<void> ReadJsonCheckpoint(storage::ObjectStore& store, ParquetIo* parquet,
                                const std::string& key, const ActionVisitor& visit) {
  LIMNO_ASSIGN(const std::string text, store.Read(key));
  LIMNO_ASSIGN(std::vector<Action> actions, ParseActions(text, key));
  std::vector<Sidecar> sidecars;
  TakeSidecars(actions, sidecars);
  LIMNO_TRY(visit(std::move(actions)));
  return ReadSidecarFiles(store, parquet, sidecars, visit);
}

}  // namespace

std::string SidecarKey(const Sidecar& sidecar) {
  // All lie in that folder, whatever way some writers spell it.
  return std::string(kSidecarFolder) + sidecar.path.substr(sidecar.path.rfind('/') + 1);
}

Result<std::vector<Sidecar>> ReadSidecars(storage::ObjectStore& store, ParquetIo* parquet,
                                          const ListedCheckpoint& checkpoint) {
  std::vector<Sidecar> sidecars;
  for (const std::string& key : checkpoint.keys) {
    if (checkpoint.is_json) {
      LIMNO_ASSIGN(const std::string text, store.Read(key));
      LIMNO_ASSIGN(const std::vector<Action> actions, ParseActions(text, key));
      TakeSidecars(actions, sidecars);
      continue;
    }
    LIMNO_TRY(ReadColumns(store, parquet, key, {"sidecar"},
                          [&](const std::vector<Action>& actions) -> Result<void> {
                            TakeSidecars(actions, sidecars);
                            return {};
                          }));
  }
  return sidecars;
}

Result<void> ReadCheckpoint(storage::ObjectStore& store, ParquetIo* parquet,
                            const ListedCheckpoint& checkpoint, const ActionVisitor& visit) {
  if (checkpoint.is_json) {
    return ReadJsonCheckpoint(store, parquet, checkpoint.keys.front(), visit);
  }
  // The few rows about the table first: how file entries are read depends on them, and they may
  // come last, or in the last part.
  const std::vector<std::string> table_columns = {"protocol", "metaData", "txn", "domainMetadata",
                                                  "sidecar"};
  std::vector<Sidecar> sidecars;
  for (const std::string& key : checkpoint.keys) {
    LIMNO_TRY(ReadColumns(store, parquet, key, table_columns, [&](std::vector<Action> actions) {
      TakeSidecars(actions, sidecars);
      return visit(std::move(actions));
    }));
  }
  for (const std::string& key : checkpoint.keys) {
    LIMNO_TRY(ReadColumns(store, parquet, key, {"add", "remove"}, visit));
  }
  return ReadSidecarFiles(store, parquet, sidecars, visit);
}

}  // namespace limno::table::delta
