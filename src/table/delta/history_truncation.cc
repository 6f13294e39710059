#include "table/delta/history_truncation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "table/delta/checkpoint_write.h"
#include "table/delta/commit.h"
#include "table/delta/interval_text.h"
#include "table/delta/log_cleanup.h"
#include "table/delta/log_path.h"
#include "table/delta/log_reader.h"
#include "table/delta/protocol.h"
#include "table/delta/required_features.h"
#include "table/delta/table_features.h"

namespace limno::table::delta {
namespace {

constexpr char kRetentionProperty[] = "delta.dropFeatureTruncateHistory.retentionDuration";
constexpr int64_t kDefaultRetentionMillis = 24LL * 3600 * 1000;

Result<int64_t> RetentionMillis(const Metadata& metadata) {
  const auto property = metadata.properties.find(kRetentionProperty);
  if (property == metadata.properties.end()) {
    return kDefaultRetentionMillis;
  }
  const std::optional<int64_t> millis = ParseIntervalMillis(property->second);
  return millis ? Result<int64_t>(*millis)
                : Fail(ErrorKind::kUsage,
                       fmt::format("{} is no length of time: {}", kRetentionProperty,
                                   property->second),
                       {}, "set it to 'interval 24 hours', for instance");
}

bool IsAnnotated(const std::vector<Field>& fields, const char* key) {
  return std::any_of(fields.begin(), fields.end(), [key](const Field& field) {
    return field.metadata.contains(key) || IsAnnotated(field.type.children, key);
  });
}

/// Looks for what a feature has left in the versions that can be read.
class TraceSearch {
 public:
  TraceSearch(LogReader& reader, const LogListing& listing, std::string_view feature)
      : reader_(reader), listing_(listing), feature_(FinalName(feature)) {}

  /// The last version that has the feature; -1 if none has.
  Result<int64_t> LastVersion() {
    const int64_t oldest = *listing_.OldestReadableVersion();
    LIMNO_ASSIGN(const DeltaSnapshotPtr first, reader_.LoadVersion(oldest));
    bool in_metadata = IsIn(first->metadata);
    int64_t last = in_metadata || IsInFiles(*first) ? oldest : -1;
    for (const ListedCommit& listed : listing_.commits) {
      if (listed.version < oldest) {
        continue;
      }
      LIMNO_ASSIGN(const std::optional<ReadCommit> commit,
                   reader_.ReadVersion(listed.version, false));
      LIMNO_ASSIGN(const bool in_actions,
                   LookAt(commit ? commit->actions : std::vector<Action>(), in_metadata));
      last = in_actions || in_metadata ? listed.version : last;
    }
    for (const ListedCheckpoint& checkpoint : listing_.checkpoints) {
      const bool is_v2 = checkpoint.is_json || checkpoint.keys[0] != ClassicKey(checkpoint);
      if (feature_ == "v2Checkpoint" && is_v2) {
        last = std::max(last, checkpoint.version);
      }
    }
    return last;
  }

 private:
  static std::string ClassicKey(const ListedCheckpoint& checkpoint) {
    const auto parts = static_cast<int>(checkpoint.keys.size());
    return parts == 1 ? CheckpointKey(checkpoint.version)
                      : CheckpointPartKey(checkpoint.version, 1, parts);
  }

  bool IsIn(const Metadata& metadata) const {
    const auto& fields = metadata.schema.fields;
    if (FeaturesUsedBy(metadata).contains(std::string(feature_))) {
      return true;
    }
    return (feature_ == "typeWidening" && IsAnnotated(fields, "delta.typeChanges")) ||
           (feature_ == "columnMapping" && IsAnnotated(fields, "delta.columnMapping.id"));
  }

  bool IsInFiles(const DeltaSnapshot& snapshot) const {
    bool found = false;
    if (feature_ == "deletionVectors") {
      snapshot.files.ForEach([&found](const DataFilePtr& file) {
        found = file->deletion_vector.has_value();
        return !found;
      });
    }
    return found;
  }

  /// Keeps `in_metadata` up to what the version's metadata say.
  Result<bool> LookAt(const std::vector<Action>& actions, bool& in_metadata) const {
    const bool with_vectors = feature_ == "deletionVectors";
    bool found = false;
    for (const Action& action : actions) {
      if (const auto* metadata = std::get_if<MetadataAction>(&action)) {
        in_metadata = IsIn(metadata->metadata);
      } else if (const auto* protocol = std::get_if<Protocol>(&action)) {
        LIMNO_TRY(CheckReadable(*protocol, "history"));
      } else if (const auto* add = std::get_if<Add>(&action)) {
        found = found || (with_vectors && add->file.deletion_vector);
      } else if (const auto* remove = std::get_if<Remove>(&action)) {
        found = found || (with_vectors && remove->deletion_vector);
      }
    }
    return found;
  }

  LogReader& reader_;
  const LogListing& listing_;
  const std::string_view feature_;
};

/// One truncation; used once.
class Truncation {
 public:
  Truncation(const Environment& environment, DeltaSnapshotPtr newest, const std::string& feature)
      : environment_(environment),
        reader_(*environment.store, environment.parquet),
        newest_(std::move(newest)),
        feature_(feature) {}

  Result<HistoryTruncation> Run() {
    LIMNO_ASSIGN(const int64_t retention, RetentionMillis(newest_->metadata));
    LIMNO_ASSIGN(const LogListing listing, ListLog(*environment_.store, 0));
    LIMNO_ASSIGN(const int64_t boundary, FindBoundary(listing));
    if (!LiesBefore(listing, boundary)) {
      return HistoryTruncation{boundary, std::nullopt, -1};
    }
    if (boundary > newest_->version) {
      LIMNO_TRY(CommitNothing());
    }
    DeltaSnapshotPtr first = newest_;
    if (boundary < newest_->version) {
      LIMNO_ASSIGN(first, reader_.LoadVersion(boundary));
    }
    const base::UnixMillis possible_at = first->timestamp_millis + retention;
    const HistoryTruncation later{*listing.OldestReadableVersion(), possible_at, boundary - 1};
    if (environment_.clock->Now() < possible_at) {
      return later;
    }
    // A clock that is ahead must not take away what others may still be reading.
    if (newest_->timestamp_millis < possible_at) {
      LIMNO_TRY(CommitNothing());
    }
    if (newest_->timestamp_millis < possible_at) {
      return later;
    }
    LIMNO_TRY(Begin(*first));
    return HistoryTruncation{boundary, std::nullopt, -1};
  }

 private:
  /// The version that the log is to begin with.
  Result<int64_t> FindBoundary(const LogListing& listing) {
    const int64_t oldest = listing.OldestReadableVersion().value_or(newest_->version);
    int64_t boundary = 0;
    if (feature_ == "checkpointProtection") {
      boundary = ProtectedBefore(*newest_);
    } else {
      LIMNO_ASSIGN(const int64_t last, TraceSearch(reader_, listing, feature_).LastVersion());
      boundary = last + 1;
    }
    return std::max(boundary, oldest);
  }

  static bool LiesBefore(const LogListing& listing, int64_t version) {
    return (!listing.commits.empty() && listing.commits.front().version < version) ||
           (!listing.checkpoints.empty() && listing.checkpoints.front().version < version);
  }

  /// A version of which the store says when it was made.
  Result<void> CommitNothing() {
    Change change;
    change.base = newest_;
    change.operation.name = "Empty Commit";
    LIMNO_ASSIGN(const CommitOutcome outcome, CommitChange(environment_, change));
    if (outcome.rebases > 0) {
      return Fail(ErrorKind::kConflict,
                  fmt::format("somebody changed the table while its history was looked at for the "
                              "feature {}",
                              feature_),
                  environment_.store->Describe(), "run the statement again");
    }
    newest_ = std::static_pointer_cast<const DeltaSnapshot>(outcome.snapshot);
    return {};
  }

  /// Makes `first` the oldest version.
  Result<void> Begin(const DeltaSnapshot& first) {
    if (environment_.parquet == nullptr) {
      return Fail(ErrorKind::kUnsupported, "checkpoints cannot be written here",
                  environment_.store->Describe());
    }
    LIMNO_TRY(CheckWritable(first.protocol, CommitKey(first.version)));
    LIMNO_TRY(WriteCheckpoint(environment_, first));
    LIMNO_TRY(CleanUpLogBefore(environment_, *newest_, first.version));
    return {};
  }

  const Environment& environment_;
  LogReader reader_;
  DeltaSnapshotPtr newest_;
  const std::string& feature_;
};

}  // namespace

Result<HistoryTruncation> TruncateFeatureHistory(const Environment& environment,
                                                 DeltaSnapshotPtr newest,
                                                 const std::string& feature) {
  return Truncation(environment, std::move(newest), feature).Run();
}

}  // namespace limno::table::delta
