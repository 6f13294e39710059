#include "table/delta/row_tracking.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "table/delta/json_reader.h"
#include "table/delta/protocol.h"
#include "table/delta/statistics_json.h"
#include "table/delta/table_properties.h"

namespace limno::table::delta {
namespace {

constexpr char kSuspendedProperty[] = "delta.rowTrackingSuspended";
/// What Iceberg calls these columns.
constexpr int32_t kIcebergRowIdField = 2'147'483'540;
constexpr int32_t kIcebergCommitVersionField = 2'147'483'539;
constexpr std::string_view kHighWaterMark = "rowIdHighWaterMark";

/// nullopt if the text does not say.
std::optional<int64_t> ParseMark(const std::string& configuration) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(configuration);
  simdjson::ondemand::document document;
  int64_t mark = 0;
  if (parser.iterate(padded).get(document) || document[kHighWaterMark].get_int64().get(mark)) {
    return std::nullopt;
  }
  return mark;
}

Result<int64_t> RowsOf(const DataFile& file, const RowCounter& count_rows) {
  const std::optional<int64_t> stated = StatedRowCount(file.statistics);
  return stated ? Result<int64_t>(*stated) : count_rows(file);
}

/// Gives out ids for one version.
class RowIdAssignment {
 public:
  RowIdAssignment(const DeltaSnapshot& before, const RowCounter& count_rows)
      : before_(before), version_(before.version + 1), count_rows_(count_rows) {}

  /// The mark that is written down; where it is missing, what the files say.
  Result<void> Start() {
    const auto domain = before_.domains.find(kRowTrackingDomain);
    if (domain != before_.domains.end()) {
      const std::optional<int64_t> mark = ParseMark(domain->second);
      if (!mark) {
        return Fail(ErrorKind::kCorrupt,
                    fmt::format("the domain '{}' names no {}: {}", kRowTrackingDomain,
                                kHighWaterMark, domain->second));
      }
      mark_ = *mark;
      return {};
    }
    is_new_ = true;
    std::optional<Error> failure;
    before_.files.ForEach([&](const DataFilePtr& file) {
      if (file->base_row_id) {
        const Result<int64_t> rows = RowsOf(*file, count_rows_);
        if (!rows) {
          failure = rows.error();
          return false;
        }
        mark_ = std::max(mark_, *file->base_row_id + *rows - 1);
      }
      return true;
    });
    return failure ? Result<void>(Fail(*std::move(failure))) : Result<void>();
  }

  Result<void> Assign(DataFile& file) {
    if (!file.base_row_id) {
      LIMNO_ASSIGN(const int64_t rows, RowsOf(file, count_rows_));
      file.base_row_id = mark_ + 1;
      mark_ += rows;
      changed_ = true;
    }
    if (!file.default_row_commit_version) {
      file.default_row_commit_version = version_;
    }
    return {};
  }

  bool MarkIsNews() const { return changed_ || is_new_; }
  Action Mark() const {
    return DomainMetadata{kRowTrackingDomain, fmt::format(R"({{"{}":{}}})", kHighWaterMark, mark_),
                          false};
  }

 private:
  const DeltaSnapshot& before_;
  const int64_t version_;
  const RowCounter& count_rows_;
  int64_t mark_ = -1;
  bool is_new_ = false;
  bool changed_ = false;
};

/// What a removed file is known by in `before`: its ids stay with whatever is done to it.
void TakeOver(const DataFile& from, std::optional<int64_t>& base_row_id,
              std::optional<int64_t>& commit_version) {
  if (from.base_row_id) {
    base_row_id = from.base_row_id;
  }
  if (from.default_row_commit_version) {
    commit_version = from.default_row_commit_version;
  }
}

/// Files that were there all along and have no ids, as they are to be added again.
std::vector<DataFile> WithoutIds(const DeltaSnapshot& before,
                                 const std::unordered_set<std::string>& touched) {
  std::vector<DataFile> files;
  before.files.ForEach([&](const DataFilePtr& file) {
    const bool has_ids = file->base_row_id && file->default_row_commit_version;
    if (!has_ids && touched.count(file->Key()) == 0) {
      files.push_back(*file);
      files.back().data_change = false;
    }
    return true;
  });
  return files;
}

}  // namespace

bool TracksRows(const Metadata& metadata) { return PropertyIsTrue(metadata, kRowTrackingProperty); }

std::optional<RowIdentityColumns> RowIdentityOf(const Metadata& metadata) {
  const auto& properties = metadata.properties;
  const auto row_id = properties.find(kRowIdColumnProperty);
  const auto commit_version = properties.find(kRowCommitVersionColumnProperty);
  if (!TracksRows(metadata) || row_id == properties.end() || commit_version == properties.end()) {
    return std::nullopt;
  }
  RowIdentityColumns columns{row_id->second, commit_version->second};
  if (PropertyIsTrue(metadata, "delta.enableIcebergCompatV3")) {
    columns.row_id_field_id = kIcebergRowIdField;
    columns.commit_version_field_id = kIcebergCommitVersionField;
  }
  return columns;
}

void NameRowIdentityColumns(Metadata& metadata, const Metadata* before, base::Random& random) {
  if (!TracksRows(metadata)) {
    return;
  }
  const std::pair<const char*, const char*> names[] = {
      {kRowIdColumnProperty, "_row-id-col-"},
      {kRowCommitVersionColumnProperty, "_row-commit-version-col-"}};
  for (const auto& [property, prefix] : names) {
    if (metadata.properties.count(property) > 0) {
      continue;
    }
    const bool had = before != nullptr && before->properties.count(property) > 0;
    metadata.properties[property] =
        had ? before->properties.at(property) : prefix + base::FormatUuid(random.Uuid());
  }
}

Result<void> CheckRowTracking(const Metadata& before, const Metadata& after) {
  if (!TracksRows(after)) {
    return {};
  }
  if (PropertyIsTrue(after, kSuspendedProperty)) {
    return Fail(ErrorKind::kRefused, fmt::format("{} and {} cannot both be true",
                                                 kRowTrackingProperty, kSuspendedProperty));
  }
  for (const char* property : {kRowIdColumnProperty, kRowCommitVersionColumnProperty}) {
    const auto name = after.properties.find(property);
    if (name == after.properties.end()) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("a table that tracks rows needs the property {}", property));
    }
    const auto old = before.properties.find(property);
    if (old != before.properties.end() && old->second != name->second) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("{} cannot be changed: files have the column as '{}'", property,
                              old->second));
    }
  }
  return {};
}

Result<void> AssignRowIds(const DeltaSnapshot& before, const RowCounter& count_rows,
                          std::vector<Action>& actions) {
  const Protocol* protocol = &before.protocol;
  const Metadata* metadata = &before.metadata;
  for (const Action& action : actions) {
    if (const auto* changed = std::get_if<Protocol>(&action)) {
      protocol = changed;
    } else if (const auto* set = std::get_if<MetadataAction>(&action)) {
      metadata = &set->metadata;
    }
  }
  if (!HasFeature(*protocol, "rowTracking") || PropertyIsTrue(*metadata, kSuspendedProperty)) {
    return {};
  }
  if (TracksRows(*metadata)) {
    for (Action& action : actions) {
      if (auto* info = std::get_if<CommitInfo>(&action)) {
        info->tags["delta.rowTracking.preserved"] = "true";
      }
    }
  }
  const bool backfills = TracksRows(*metadata) && !TracksRows(before.metadata);
  RowIdAssignment assignment(before, count_rows);
  LIMNO_TRY(assignment.Start());
  std::unordered_map<std::string, DataFilePtr> removed;
  std::unordered_set<std::string> touched;
  for (Action& action : actions) {
    if (auto* remove = std::get_if<Remove>(&action)) {
      const std::string key = remove->Key();
      touched.insert(key);
      if (const DataFilePtr file = before.files.Find(key)) {
        TakeOver(*file, remove->base_row_id, remove->default_row_commit_version);
        removed.emplace(FileKey(remove->path, std::nullopt), file);
      }
    }
  }
  for (Action& action : actions) {
    if (auto* add = std::get_if<Add>(&action)) {
      touched.insert(add->file.Key());
      const auto same = removed.find(FileKey(add->file.path, std::nullopt));
      if (same != removed.end()) {
        TakeOver(*same->second, add->file.base_row_id, add->file.default_row_commit_version);
      }
      LIMNO_TRY(assignment.Assign(add->file));
    }
  }
  if (backfills) {
    for (DataFile& file : WithoutIds(before, touched)) {
      LIMNO_TRY(assignment.Assign(file));
      actions.emplace_back(Add{std::move(file)});
    }
  }
  if (assignment.MarkIsNews()) {
    actions.emplace_back(assignment.Mark());
  }
  return {};
}

}  // namespace limno::table::delta
