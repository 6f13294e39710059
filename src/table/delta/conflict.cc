#include "table/delta/conflict.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "table/column_annotations.h"
#include "table/delta/clustering.h"
#include "table/delta/commit_actions.h"
#include "table/delta/log_path.h"
#include "table/delta/protocol.h"
#include "table/delta/row_tracking.h"

namespace limno::table::delta {
namespace {

/// Features whose arrival changes nothing for a commit that was prepared without them.
constexpr std::string_view kHarmlessFeatures[] = {
    "appendOnly",   "deletionVectors", "domainMetadata",      "inCommitTimestamp",
    "timestampNtz", "v2Checkpoint",    "vacuumProtocolCheck",
};

/// Properties whose change does not touch what a commit wrote.
constexpr std::string_view kHarmlessProperties[] = {
    "delta.checkpointPolicy",
    "delta.enableDeletionVectors",
    "delta.enableInCommitTimestamps",
    "delta.inCommitTimestampEnablementTimestamp",
    "delta.inCommitTimestampEnablementVersion",
};

/// Features and properties that change nothing for a commit which only brings new rows; they get
/// their ids when it is planned anew. Rows that are rewritten must take their ids along.
constexpr std::string_view kRowTrackingFeature = "rowTracking";
constexpr std::string_view kRowTrackingProperties[] = {kRowTrackingProperty, kRowIdColumnProperty,
                                                       kRowCommitVersionColumnProperty};

template <typename List>
bool Contains(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

/// The winner's actions by kind; everything points into them.
struct Summary {
  const Protocol* protocol = nullptr;
  const Metadata* metadata = nullptr;
  std::vector<const DataFile*> added;
  std::vector<const Remove*> removed;
  std::set<std::string> app_ids;
  std::set<std::string> domains;
};

Summary Summarize(const Winner& winner) {
  Summary summary;
  for (const Action& action : winner.actions) {
    if (const auto* protocol = std::get_if<Protocol>(&action)) {
      summary.protocol = protocol;
    } else if (const auto* metadata = std::get_if<MetadataAction>(&action)) {
      summary.metadata = &metadata->metadata;
    } else if (const auto* add = std::get_if<Add>(&action)) {
      summary.added.push_back(&add->file);
    } else if (const auto* remove = std::get_if<Remove>(&action)) {
      summary.removed.push_back(remove);
    } else if (const auto* transaction = std::get_if<Transaction>(&action)) {
      summary.app_ids.insert(transaction->app_id);
    } else if (const auto* domain = std::get_if<DomainMetadata>(&action)) {
      summary.domains.insert(domain->domain);
    }
  }
  return summary;
}

class ConflictChecker {
 public:
  ConflictChecker(const Change& ours, const std::vector<std::string>& features,
                  const DeltaSnapshot& before, const Winner& winner)
      : ours_(ours),
        features_(features),
        before_(before),
        winner_(winner),
        theirs_(Summarize(winner)) {}

  Result<void> Check() {
    LIMNO_TRY(CheckProtocol());
    LIMNO_TRY(CheckMetadata());
    LIMNO_TRY(CheckDomains());
    LIMNO_TRY(CheckTransactions());
    LIMNO_TRY(CheckAddedFiles());
    return CheckRemovedFiles();
  }

 private:
  tl::unexpected<Error> Conflict(const std::string& reason) const {
    return ConflictWith(winner_, reason);
  }

  const std::string& OurName() const { return ours_.operation.name; }

  Result<void> CheckProtocol() const {
    if (theirs_.protocol == nullptr || *theirs_.protocol == before_.protocol) {
      return {};
    }
    LIMNO_TRY(CheckWritable(*theirs_.protocol, CommitKey(winner_.version)));
    const std::vector<std::string> old_features = WriterFeatures(before_.protocol);
    const std::vector<std::string> new_features = WriterFeatures(*theirs_.protocol);
    for (const std::string& feature : old_features) {
      if (!Contains(new_features, feature)) {
        return Conflict(fmt::format("dropped the table feature '{}'", feature));
      }
    }
    for (const std::string& feature : new_features) {
      const bool harmless = Contains(kHarmlessFeatures, feature) ||
                            (feature == kRowTrackingFeature && ours_.removed.empty());
      if (!Contains(old_features, feature) && !harmless) {
        return Conflict(fmt::format("added the table feature '{}'", feature));
      }
    }
    // Ours is made anew on top of theirs; only what is still missing then is a change by both.
    for (const std::string& feature : features_) {
      if (!Contains(new_features, feature)) {
        return Conflict(
            fmt::format("changed the protocol, as this {} does to add '{}'", OurName(), feature));
      }
    }
    return {};
  }

  /// Whoever inserts into identity columns moves their marks, which is no concern of who does not.
  static Schema WithoutMarks(Schema schema) {
    for (Field& field : schema.fields) {
      field = WithoutHighWaterMark(std::move(field));
    }
    return schema;
  }

  /// The first thing in which two metadata differ beyond what is harmless; empty if nothing.
  std::string Difference(const Metadata& from, const Metadata& to) const {
    if (from.id != to.id) {
      return "replaced the table";
    }
    if (!(WithoutMarks(from.schema) == WithoutMarks(to.schema))) {
      return "changed the columns";
    }
    if (from.partition_columns != to.partition_columns) {
      return "changed the partition columns";
    }
    if (from.name != to.name || from.description != to.description) {
      return "changed the name or description";
    }
    for (const auto& [key, value] : from.properties) {
      if (to.properties.count(key) == 0) {
        return fmt::format("removed the property '{}'", key);
      }
    }
    for (const auto& [key, value] : to.properties) {
      const auto old = from.properties.find(key);
      const bool changed = old == from.properties.end() || old->second != value;
      const bool harmless = Contains(kHarmlessProperties, key) ||
                            (Contains(kRowTrackingProperties, key) && ours_.removed.empty());
      if (changed && !harmless) {
        return fmt::format("set the property '{}'", key);
      }
    }
    return "";
  }

  Result<void> CheckMetadata() const {
    if (ours_.metadata && theirs_.domains.count(std::string(kClusteringDomain)) > 0) {
      return Conflict("changed the clustering columns");
    }
    if (theirs_.metadata == nullptr) {
      return {};
    }
    const std::string difference = Difference(before_.metadata, *theirs_.metadata);
    if (!difference.empty()) {
      return Conflict(difference);
    }
    if (ours_.metadata && theirs_.metadata->properties != before_.metadata.properties) {
      return Conflict(fmt::format("changed table properties, as this {} does", OurName()));
    }
    if (ours_.metadata && !(theirs_.metadata->schema == before_.metadata.schema)) {
      return Conflict(fmt::format("numbered rows of identity columns, as this {} does", OurName()));
    }
    return {};
  }

  Result<void> CheckDomains() const {
    for (const auto& [domain, configuration] : ours_.domains) {
      if (theirs_.domains.count(domain) > 0) {
        return Conflict(fmt::format("changed the domain '{}', as this {} does", domain, OurName()));
      }
    }
    return {};
  }

  Result<void> CheckTransactions() const {
    for (const auto& [app_id, version] : ours_.app_transactions) {
      if (theirs_.app_ids.count(app_id) > 0) {
        return Conflict(fmt::format("wrote for the same application '{}'", app_id));
      }
    }
    for (const std::string& app_id : ours_.reads.app_ids) {
      if (theirs_.app_ids.count(app_id) > 0) {
        return Conflict(fmt::format("wrote for application '{}', whose state was read", app_id));
      }
    }
    return {};
  }

  Result<void> CheckAddedFiles() const {
    // What only rearranges rows sees those that are there, whatever is added.
    if (!ours_.data_change || !ours_.reads.might_match) {
      return {};
    }
    for (const DataFile* file : theirs_.added) {
      // Rearranged rows were there before; if we read them, the removed files will tell. A file
      // that lost rows has no new ones, and RowRebase makes sure of that.
      if (file->data_change && !IsRowChange(*file) && ours_.reads.might_match(*file)) {
        return Conflict(
            fmt::format("added rows that this {} might have to read: {}", OurName(), file->path));
      }
    }
    return {};
  }

  /// The winner kept a file of ours, with other rows deleted.
  bool IsRowChange(const DataFile& added) const {
    return std::any_of(theirs_.removed.begin(), theirs_.removed.end(), [&](const Remove* remove) {
      return remove->path == added.path && OnlyRowsMatter(remove->Key());
    });
  }

  /// We read or change single rows of that file, and nothing else of it matters.
  bool OnlyRowsMatter(const std::string& key) const {
    return ours_.reads.rows.count(key) > 0 || ours_.deleted_rows.count(key) > 0;
  }

  Result<void> CheckRemovedFiles() const {
    if (theirs_.removed.empty()) {
      return {};
    }
    const std::unordered_set<std::string> read(ours_.reads.file_keys.begin(),
                                               ours_.reads.file_keys.end());
    // By path, so that a removal that does not name the deletion vector is seen, too.
    std::unordered_map<std::string, std::string> removed;
    for (const DataFilePtr& file : ours_.removed) {
      removed.emplace(FileKey(file->path, std::nullopt), file->Key());
    }
    for (const Remove* remove : theirs_.removed) {
      const std::string key = remove->Key();
      // What only rearranged the rows that we read did not change them.
      if (remove->data_change && read.count(key) > 0) {
        return Conflict(
            fmt::format("{} a file that this {} read: {}", Verb(*remove), OurName(), remove->path));
      }
      const auto ours = removed.find(FileKey(remove->path, std::nullopt));
      const bool by_rows = ours_.deleted_rows.count(key) > 0;
      if (ours != removed.end() && !(by_rows && ours->second == key)) {
        return Conflict(fmt::format("{} a file that this {} removes or changes: {}", Verb(*remove),
                                    OurName(), remove->path));
      }
    }
    return {};
  }

  /// A file that is added again with another vector was not removed as a whole.
  std::string_view Verb(const Remove& remove) const {
    const bool again = std::any_of(theirs_.added.begin(), theirs_.added.end(),
                                   [&](const DataFile* file) { return file->path == remove.path; });
    return again ? "deleted rows of" : "removed";
  }

  const Change& ours_;
  const std::vector<std::string>& features_;
  const DeltaSnapshot& before_;
  const Winner& winner_;
  const Summary theirs_;
};

}  // namespace

tl::unexpected<Error> ConflictWith(const Winner& winner, const std::string& reason) {
  const CommitInfo* info = FindCommitInfo(winner.actions);
  std::string operation = "an unnamed operation";
  if (info != nullptr && !info->operation.empty()) {
    operation = info->operation;
  }
  if (info != nullptr && info->engine_info) {
    operation += " by " + *info->engine_info;
  }
  return Fail(ErrorKind::kConflict,
              fmt::format("version {} ({}) came first and {}", winner.version, operation, reason),
              CommitKey(winner.version), "run the statement again on the newest version");
}

Result<void> CheckConflict(const Change& ours, const std::vector<std::string>& features,
                           const DeltaSnapshot& before, const Winner& winner) {
  return ConflictChecker(ours, features, before, winner).Check();
}

}  // namespace limno::table::delta
