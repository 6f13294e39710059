#include "table/delta/checksum_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "table/delta/action_json.h"
#include "table/delta/log_replay.h"
#include "table/delta/snapshot_difference.h"

namespace limno::table::delta {
namespace {

using nlohmann::json;
using Sentences = std::vector<std::string>;

void Append(Sentences& sentences, Sentences more) {
  std::move(more.begin(), more.end(), std::back_inserter(sentences));
}

/// The members of a checksum are spelled as the actions of a commit are.
Result<std::vector<Action>> ActionsOf(const json& checksum, const std::string& name) {
  std::string lines;
  const auto add = [&](const char* action, const json& value) {
    if (!value.is_null()) {
      lines += json{{action, value}}.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    }
  };
  const auto add_all = [&](const char* action, const char* member) {
    if (const auto found = checksum.find(member); found != checksum.end() && found->is_array()) {
      for (const json& value : *found) {
        add(action, value);
      }
    }
  };
  add("protocol", checksum.value("protocol", json()));
  add("metaData", checksum.value("metadata", json()));
  add_all("txn", "setTransactions");
  add_all("domainMetadata", "domainMetadata");
  add_all("add", "allFiles");
  return ParseActions(lines, name);
}

class ChecksumCheck {
 public:
  ChecksumCheck(const json& checksum, const DeltaSnapshot& snapshot, const FileTotals& totals)
      : checksum_(checksum), snapshot_(snapshot), totals_(totals) {}

  Result<Sentences> Run(const std::string& name) {
    Compare("numFiles", totals_.files, true);
    Compare("tableSizeBytes", totals_.bytes, true);
    Compare("numMetadata", 1, true);
    Compare("numProtocol", 1, true);
    Compare("numDeletionVectorsOpt", totals_.vectors, false);
    Compare("numDeletedRecordsOpt", totals_.deleted_rows, false);
    if (UsesInCommitTimestamps(snapshot_.metadata)) {
      Compare("inCommitTimestampOpt", snapshot_.timestamp_millis, false);
    }
    LIMNO_ASSIGN(std::vector<Action> actions, ActionsOf(checksum_, name));
    CompareActions(std::move(actions));
    return std::move(sentences_);
  }

 private:
  void Compare(const char* member, int64_t truth, bool required) {
    const auto found = checksum_.find(member);
    if (found == checksum_.end() || !found->is_number_integer()) {
      if (required) {
        sentences_.push_back(fmt::format("{} is missing", member));
      }
      return;
    }
    if (found->get<int64_t>() != truth) {
      sentences_.push_back(
          fmt::format("{} is {} instead of {}", member, found->get<int64_t>(), truth));
    }
  }

  void CompareActions(std::vector<Action> actions) {
    std::map<std::string, Transaction> transactions;
    std::map<std::string, std::string> domains;
    std::vector<DataFilePtr> files;
    for (Action& action : actions) {
      if (const auto* protocol = std::get_if<Protocol>(&action)) {
        Append(sentences_, ProtocolDifferences(snapshot_.protocol, *protocol));
      } else if (const auto* metadata = std::get_if<MetadataAction>(&action)) {
        Append(sentences_, MetadataDifferences(snapshot_.metadata, metadata->metadata));
      } else if (auto* transaction = std::get_if<Transaction>(&action)) {
        transactions[transaction->app_id] = *transaction;
      } else if (auto* domain = std::get_if<DomainMetadata>(&action)) {
        if (!domain->removed) {
          domains[domain->domain] = domain->configuration;
        }
      } else if (auto* add = std::get_if<Add>(&action)) {
        files.push_back(std::make_shared<const DataFile>(std::move(add->file)));
      }
    }
    if (HasList("setTransactions")) {
      Append(sentences_, TransactionDifferences(snapshot_, transactions));
    }
    if (HasList("domainMetadata")) {
      Append(sentences_, DomainDifferences(snapshot_.domains, domains));
    }
    if (HasList("allFiles")) {
      Append(sentences_, FileDifferences(snapshot_.files, FileSet().With(files, {})));
    }
  }

  bool HasList(const char* member) const {
    const auto found = checksum_.find(member);
    return found != checksum_.end() && found->is_array();
  }

  const json& checksum_;
  const DeltaSnapshot& snapshot_;
  const FileTotals& totals_;
  Sentences sentences_;
};

}  // namespace

void FileTotals::Add(const DataFile& file) {
  ++files;
  bytes += file.size_bytes;
  vectors += file.deletion_vector ? 1 : 0;
  deleted_rows += file.deletion_vector ? file.deletion_vector->cardinality : 0;
}

void FileTotals::Remove(const DataFile& file) {
  --files;
  bytes -= file.size_bytes;
  vectors -= file.deletion_vector ? 1 : 0;
  deleted_rows -= file.deletion_vector ? file.deletion_vector->cardinality : 0;
}

Result<Sentences> ChecksumDifferences(std::string_view text, const std::string& name,
                                      const DeltaSnapshot& snapshot, const FileTotals& totals) {
  const json checksum = json::parse(text, nullptr, false);
  if (!checksum.is_object()) {
    return Fail(ErrorKind::kCorrupt, "this is no JSON object", name);
  }
  return ChecksumCheck(checksum, snapshot, totals).Run(name);
}

}  // namespace limno::table::delta
