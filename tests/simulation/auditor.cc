#include "simulation/auditor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "table/delta/deletion_vector_codec.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/log_path.h"

namespace limno::simulation {

using nlohmann::json;
using table::delta::CommitKey;

/// The lines of one version by kind; unknown kinds are nobody's business.
struct Auditor::Commit {
  json info;
  json protocol;
  json metadata;
  std::vector<json> adds;
  std::vector<json> removes;
  std::map<std::string, int64_t> batches;
  int attempt = -1;
  /// Set by RemoveFiles and AddFiles: rows that were there and that are there now.
  bool data_change = false;
};

namespace {

constexpr const char* kTakenBeforeReturn =
    "a VACUUM took what a RESTORE beyond the retention was about to bring back";

table::Boxed<table::DeletionVector> VectorOf(const json& entry) {
  const auto found = entry.find("deletionVector");
  if (found == entry.end() || found->is_null()) {
    return std::nullopt;
  }
  table::DeletionVector vector;
  vector.storage_type = found->at("storageType").get<std::string>().at(0);
  vector.path_or_inline = found->at("pathOrInlineDv").get<std::string>();
  if (found->contains("offset")) {
    vector.offset = found->at("offset").get<int32_t>();
  }
  vector.size_bytes = found->at("sizeInBytes").get<int32_t>();
  vector.cardinality = found->at("cardinality").get<int64_t>();
  return vector;
}

bool IsTrue(const std::map<std::string, std::string>& properties, const std::string& name) {
  const auto found = properties.find(name);
  return found != properties.end() && found->second == "true";
}

std::set<std::string> Names(const json& protocol, const char* list) {
  return protocol.contains(list) ? protocol.at(list).get<std::set<std::string>>()
                                 : std::set<std::string>();
}

}  // namespace

std::string FormatRows(const std::vector<Row>& rows) {
  std::string bytes;
  for (const Row row : rows) {
    bytes += std::to_string(row);
    bytes += ' ';
  }
  return bytes;
}

std::vector<Row> ParseRows(const std::string& bytes) {
  std::vector<Row> rows;
  const char* const end = bytes.data() + bytes.size();
  for (const char* next = bytes.data(); next < end; ++next) {
    Row row = 0;
    next = std::from_chars(next, end, row).ptr;
    rows.push_back(row);
  }
  return rows;
}

Auditor::Auditor(storage::ObjectStore& store, Schedule& schedule, Ledger& ledger, Verdict& verdict,
                 int64_t retention_millis)
    : store_(store),
      schedule_(schedule),
      ledger_(ledger),
      verdict_(verdict),
      retention_millis_(retention_millis) {}

void Auditor::Wrong(int64_t version, const std::string& what) {
  verdict_.Fail(fmt::format("version {}: {}", version, what));
}

void Auditor::CatchUp() {
  while (!verdict_.failed() && !verdict_.ended() &&
         store_.Head(CommitKey(ledger_.newest_version() + 1))) {
    Audit(ledger_.newest_version() + 1);
  }
}

void Auditor::Audit(int64_t version) {
  const Result<std::string> text = store_.Read(CommitKey(version));
  Commit commit;
  VersionState state;
  try {
    Parse(version, *text, commit);
    CheckAttempt(version, commit);
    CheckTable(version, commit, state);
    CheckTime(version, commit, state);
    RemoveFiles(version, commit);
    AddFiles(version, commit);
    CheckRows(version, commit, state);
  } catch (const json::exception& error) {
    Wrong(version, fmt::format("the commit is not as the protocol wants it: {}", error.what()));
  }
  if (verdict_.failed() || verdict_.ended()) {
    return;
  }
  schedule_.Note(fmt::format("       = version {} by attempt {}, rows {}", version, state.attempt,
                             Text(state.rows)));
  ledger_.Append(std::move(state));
}

void Auditor::Parse(int64_t version, const std::string& text, Commit& commit) {
  size_t line_number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const json line = json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                  text.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end + 1;
    const std::string kind = line.begin().key();
    const json& body = line.begin().value();
    if (kind == "commitInfo") {
      ParseInfo(body, line_number, commit);
    } else if (kind == "protocol" || kind == "metaData") {
      json& place = kind == "protocol" ? commit.protocol : commit.metadata;
      if (!place.is_null()) {
        Wrong(version, fmt::format("has two '{}' actions", kind));
      }
      place = body;
    } else if (kind == "add") {
      commit.adds.push_back(body);
    } else if (kind == "remove") {
      commit.removes.push_back(body);
    } else if (kind == "txn" &&
               !commit.batches.emplace(body.at("appId"), body.at("version")).second) {
      Wrong(version, "has two 'txn' actions of one application");
    }
    ++line_number;
  }
}

void Auditor::ParseInfo(const json& info, size_t line, Commit& commit) {
  commit.info = info;
  commit.info["line"] = line;
  commit.attempt = Ledger::NumberOf(info.value("userMetadata", ""));
}

void Auditor::CheckAttempt(int64_t version, const Commit& commit) {
  if (commit.attempt < 0 || commit.attempt >= static_cast<int>(ledger_.attempts().size())) {
    return Wrong(version, "was committed by nobody");
  }
  Attempt& attempt = ledger_.attempt(commit.attempt);
  if (attempt.landed_version >= 0) {
    return Wrong(version, fmt::format("is attempt {} once more, which is version {} already",
                                      attempt.number, attempt.landed_version));
  }
  if (attempt.fate == Fate::kRefused) {
    return Wrong(version, fmt::format("is attempt {}, which was refused", attempt.number));
  }
  attempt.landed_version = version;
  if (!transaction_ids_.insert(commit.info.value("txnId", "")).second) {
    Wrong(version, "has the txnId of an earlier version");
  }
}

void Auditor::CheckTable(int64_t version, const Commit& commit, VersionState& state) {
  const VersionState empty;
  const VersionState& before = version == 0 ? empty : ledger_.version(version - 1);
  const Intent& intent = ledger_.attempt(std::max(commit.attempt, 0)).intent;
  state.attempt = commit.attempt;
  state.properties = before.properties;
  state.batches = before.batches;
  if (!commit.protocol.is_null()) {
    for (auto [list, known] : {std::pair("writerFeatures", &writer_features_),
                               std::pair("readerFeatures", &reader_features_)}) {
      std::set<std::string> names = Names(commit.protocol, list);
      if (!std::includes(names.begin(), names.end(), known->begin(), known->end())) {
        Wrong(version, "drops a table feature");
      }
      *known = std::move(names);
    }
  }
  if (!commit.metadata.is_null()) {
    state.properties =
        commit.metadata.at("configuration").get<std::map<std::string, std::string>>();
  }
  if (version == 0 && (commit.protocol.is_null() || commit.metadata.is_null())) {
    Wrong(version, "creates a table without protocol or metadata");
  }
  const auto counted = [](const VersionState& of) {
    const auto found = of.properties.find(kCounter);
    return found == of.properties.end() ? std::string("0") : found->second;
  };
  int64_t count = 0;
  const std::string last_count = counted(before);
  std::from_chars(last_count.data(), last_count.data() + last_count.size(), count);
  if (counted(state) != std::to_string(count + (intent.counts ? 1 : 0))) {
    Wrong(version, fmt::format("has {} = {} after {}", kCounter, counted(state), last_count));
  }
  if (commit.batches != intent.batches) {
    Wrong(version, "does not carry the application transactions it was given");
  }
  for (const auto& [application, batch] : commit.batches) {
    const auto last = before.batches.find(application);
    if (batch != (last == before.batches.end() ? 0 : last->second) + 1) {
      Wrong(version, fmt::format("has batch {} of {} out of turn", batch, application));
    }
    state.batches[application] = batch;
  }
}

void Auditor::CheckTime(int64_t version, const Commit& commit, VersionState& state) {
  const bool first = version == 0;
  const auto own = commit.info.find("inCommitTimestamp");
  if (IsTrue(state.properties, "delta.enableInCommitTimestamps")) {
    if (own == commit.info.end() || commit.info.at("line") != 0) {
      return Wrong(version, "has no in-commit timestamp on its first line");
    }
    state.timestamp_millis = own->get<int64_t>();
    if (!first && state.timestamp_millis <= ledger_.version(version - 1).timestamp_millis &&
        last_own_time_ != 0) {
      Wrong(version, "has an in-commit timestamp that is not after the one before");
    }
    last_own_time_ = state.timestamp_millis;
    return;
  }
  const Result<storage::ObjectInfo> info = store_.Head(CommitKey(version));
  state.timestamp_millis = info->modified_millis;
  if (!first) {
    state.timestamp_millis =
        std::max(state.timestamp_millis, ledger_.version(version - 1).timestamp_millis + 1);
  }
}

void Auditor::RemoveFiles(int64_t version, const Commit& commit) {
  std::set<std::string> paths;
  for (const json& remove : commit.removes) {
    const std::string path = remove.at("path");
    if (!paths.insert(path).second) {
      return Wrong(version, fmt::format("removes {} twice", path));
    }
    const auto live = live_.find(path);
    if (live == live_.end() || live->second.key != table::FileKey(path, VectorOf(remove))) {
      return Wrong(version, fmt::format("removes {}, which is not there so", path));
    }
    for (const std::string& key : live->second.store_keys) {
      --references_[key].live;
      references_[key].last_removed_at = schedule_.now();
    }
    live_.erase(live);
  }
}

void Auditor::AddFiles(int64_t version, const Commit& commit) {
  for (const json& add : commit.adds) {
    AddFile(version, add);
    if (verdict_.failed() || verdict_.ended()) {
      return;
    }
  }
}

void Auditor::AddFile(int64_t version, const json& add) {
  const std::string path = add.at("path");
  LiveFile file;
  file.key = table::FileKey(path, VectorOf(add));
  file.store_keys = {path};
  const Result<storage::ObjectInfo> info = store_.Head(path);
  if (!info && WasTakenInTime(path)) {
    return verdict_.End(kTakenBeforeReturn);
  }
  if (!info) {
    return Wrong(version, fmt::format("adds {}, which is not there", path));
  }
  if (info->size_bytes != add.at("size").get<uint64_t>()) {
    return Wrong(version, fmt::format("adds {} with a wrong size", path));
  }
  if (add.at("partitionValues").size() != 1 || !add.at("partitionValues").contains("p")) {
    return Wrong(version, fmt::format("adds {} with wrong partition values", path));
  }
  file.rows = VisibleRows(version, add, path, file);
  for (const std::string& key : file.store_keys) {
    Reference& reference = references_[key];
    const bool was_removed = reference.live == 0 && reference.last_removed_at > 0;
    if (was_removed && schedule_.now() - reference.last_removed_at >= retention_millis_) {
      reference.returned_at_step = schedule_.steps();
    }
    ++reference.live;
  }
  if (!live_.emplace(path, std::move(file)).second) {
    Wrong(version, fmt::format("adds {}, which is there already", path));
  }
}

std::vector<Row> Auditor::VisibleRows(int64_t version, const json& add, const std::string& path,
                                      LiveFile& file) {
  const Result<std::string> bytes = store_.Read(path);
  const std::vector<Row> rows = ParseRows(*bytes);
  const json statistics = json::parse(add.value("stats", "{}"));
  if (statistics.value("numRecords", int64_t{-1}) != static_cast<int64_t>(rows.size())) {
    Wrong(version, fmt::format("adds {} with a wrong number of rows", path));
  }
  const table::Boxed<table::DeletionVector> vector = VectorOf(add);
  if (!vector) {
    return rows;
  }
  if (writer_features_.count("deletionVectors") == 0 ||
      reader_features_.count("deletionVectors") == 0) {
    Wrong(version, "has a deletion vector and not the feature");
  }
  const Result<std::string> key = table::delta::VectorFileKey(*vector);
  if (key) {
    file.store_keys.push_back(*key);
  }
  const Result<table::RowSet> deleted = table::delta::ReadDeletionVector(store_, *vector);
  if (!deleted && key && WasTakenInTime(*key)) {
    verdict_.End(kTakenBeforeReturn);
    return rows;
  }
  if (!deleted || deleted->Cardinality() >= rows.size() + 1) {
    Wrong(version, fmt::format("adds {} with a deletion vector that cannot be read{}", path,
                               deleted ? "" : ": " + deleted.error().ToString()));
    return rows;
  }
  std::vector<Row> visible;
  for (size_t index = 0; index < rows.size(); ++index) {
    if (!deleted->Contains(index)) {
      visible.push_back(rows[index]);
    }
  }
  return visible;
}

void Auditor::CheckRows(int64_t version, const Commit& commit, VersionState& state) {
  if (verdict_.failed() || verdict_.ended()) {
    return;
  }
  needed_.emplace_back();
  for (const auto& [path, file] : live_) {
    state.rows.insert(state.rows.end(), file.rows.begin(), file.rows.end());
    state.file_keys.push_back(file.key);
    needed_.back().insert(needed_.back().end(), file.store_keys.begin(), file.store_keys.end());
  }
  std::sort(state.rows.begin(), state.rows.end());
  std::sort(state.file_keys.begin(), state.file_keys.end());
  const Attempt& attempt = ledger_.attempt(commit.attempt);
  const std::vector<Row> none;
  const std::vector<Row>& before = version == 0 ? none : ledger_.version(version - 1).rows;
  const Ledger::Prediction prediction = ledger_.Predict(attempt.intent, before);
  const std::string who = fmt::format("{} of {} on version {}", NameOf(attempt.intent.kind),
                                      attempt.writer, attempt.base_version);
  if (!prediction.contradiction.empty()) {
    return Wrong(version, fmt::format("the {} {}", who, prediction.contradiction));
  }
  if (state.rows != prediction.rows) {
    return Wrong(version, fmt::format("after the {} the rows are {}, expected {}", who,
                                      Text(state.rows), Text(prediction.rows)));
  }
  const auto says_unchanged = [](const json& entry) { return !entry.at("dataChange").get<bool>(); };
  if (state.rows != before &&
      (std::any_of(commit.adds.begin(), commit.adds.end(), says_unchanged) ||
       std::any_of(commit.removes.begin(), commit.removes.end(), says_unchanged))) {
    Wrong(version, "says that it changes no data, and does");
  }
}

}  // namespace limno::simulation
