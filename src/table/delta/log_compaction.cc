#include "table/delta/log_compaction.h"

#include <utility>

#include "table/delta/action_json.h"
#include "table/delta/checkpoint_write.h"
#include "table/delta/commit_actions.h"
#include "table/delta/log_path.h"

namespace limno::table::delta {

std::optional<ListedCompaction> CompactionDue(const DeltaSnapshot& snapshot) {
  const int64_t commits = snapshot.version + 1;
  if (commits % kCompactedCommits != 0 ||
      CheckpointInterval(snapshot.metadata) < 2 * kCompactedCommits) {
    return std::nullopt;
  }
  return ListedCompaction{commits - kCompactedCommits, snapshot.version};
}

Result<void> Reconciliation::Apply(std::vector<Action> actions, std::string_view name) {
  for (Action& action : actions) {
    if (auto* add = std::get_if<Add>(&action)) {
      files_.insert_or_assign(add->file.Key(), std::move(action));
    } else if (auto* remove = std::get_if<Remove>(&action)) {
      files_.insert_or_assign(remove->Key(), std::move(action));
    } else if (auto* protocol = std::get_if<Protocol>(&action)) {
      protocol_ = std::move(*protocol);
    } else if (auto* metadata = std::get_if<MetadataAction>(&action)) {
      metadata_ = std::move(*metadata);
    } else if (auto* transaction = std::get_if<Transaction>(&action)) {
      transactions_.insert_or_assign(transaction->app_id, *transaction);
    } else if (auto* domain = std::get_if<DomainMetadata>(&action)) {
      domains_.insert_or_assign(domain->domain, *domain);
    } else if (!std::holds_alternative<CommitInfo>(action) &&
               !std::holds_alternative<ChangeFile>(action)) {
      return Fail(ErrorKind::kUnsupported, "an action of a kind that is not known cannot be merged",
                  std::string(name));
    }
  }
  return {};
}

std::vector<Action> Reconciliation::Take() {
  std::vector<Action> actions;
  if (protocol_) {
    actions.emplace_back(*std::move(protocol_));
  }
  if (metadata_) {
    actions.emplace_back(*std::move(metadata_));
  }
  for (auto& [app_id, transaction] : transactions_) {
    actions.emplace_back(std::move(transaction));
  }
  for (auto& [name, domain] : domains_) {
    actions.emplace_back(std::move(domain));
  }
  for (auto& [key, file] : files_) {
    actions.push_back(std::move(file));
  }
  return actions;
}

Result<void> WriteCompaction(storage::ObjectStore& store, LogReader& reader,
                             const ListedCompaction& range) {
  Reconciliation reconciliation;
  for (int64_t version = range.first; version <= range.last; ++version) {
    LIMNO_ASSIGN(std::optional<ReadCommit> commit, reader.ReadVersion(version, false));
    if (!commit) {
      return Fail(ErrorKind::kNotFound, "a commit to be compacted is not there",
                  CommitKey(version));
    }
    LIMNO_TRY(reconciliation.Apply(std::move(commit->actions), CommitKey(version)));
  }
  const Result<void> put =
      store.PutIfAbsent(CompactedKey(range.first, range.last), FormatCommit(reconciliation.Take()));
  return put || put.error().kind == ErrorKind::kAlreadyExists ? Result<void>() : put;
}

}  // namespace limno::table::delta
