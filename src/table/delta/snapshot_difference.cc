#include "table/delta/snapshot_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "table/delta/statistics_json.h"

namespace limno::table::delta {
namespace {

using Sentences = std::vector<std::string>;

void Append(Sentences& sentences, Sentences more) {
  std::move(more.begin(), more.end(), std::back_inserter(sentences));
}

std::vector<std::string> Sorted(std::optional<std::vector<std::string>> names) {
  std::vector<std::string> sorted = std::move(names).value_or(std::vector<std::string>());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// Null and the empty string are one value.
std::map<std::string, std::string> Partition(const DataFile& file) {
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : file.partition_values) {
    values[name] = value.value_or("");
  }
  return values;
}

/// What two entries of one file disagree on; empty if nothing.
std::string EntryDifference(const DataFile& truth, const DataFile& copy) {
  if (truth.size_bytes != copy.size_bytes) {
    return fmt::format("size {} instead of {}", copy.size_bytes, truth.size_bytes);
  }
  if (Partition(truth) != Partition(copy)) {
    return "other partition values";
  }
  if (truth.deletion_vector != copy.deletion_vector) {
    return "another deletion vector";
  }
  const auto rows = StatedRowCount(truth.statistics);
  const auto copied_rows = StatedRowCount(copy.statistics);
  if (rows && copied_rows && rows != copied_rows) {
    return fmt::format("{} rows instead of {}", *copied_rows, *rows);
  }
  if (truth.base_row_id != copy.base_row_id ||
      truth.default_row_commit_version != copy.default_row_commit_version) {
    return "other row ids";
  }
  return "";
}

}  // namespace

Sentences ProtocolDifferences(const Protocol& truth, const Protocol& copy) {
  const bool same = truth.min_reader_version == copy.min_reader_version &&
                    truth.min_writer_version == copy.min_writer_version &&
                    Sorted(truth.reader_features) == Sorted(copy.reader_features) &&
                    Sorted(truth.writer_features) == Sorted(copy.writer_features);
  return same ? Sentences() : Sentences{"the protocol differs"};
}

Sentences MetadataDifferences(const Metadata& truth, const Metadata& copy) {
  Sentences sentences;
  if (truth.id != copy.id) {
    sentences.push_back(fmt::format("the table's id is {} instead of {}", copy.id, truth.id));
  }
  if (!(truth.schema == copy.schema)) {
    sentences.emplace_back("the columns differ");
  }
  if (truth.partition_columns != copy.partition_columns) {
    sentences.emplace_back("the partition columns differ");
  }
  if (truth.properties != copy.properties) {
    sentences.emplace_back("the table properties differ");
  }
  if (truth.name.value_or("") != copy.name.value_or("") ||
      truth.description.value_or("") != copy.description.value_or("")) {
    sentences.emplace_back("name or description differ");
  }
  return sentences;
}

Sentences TransactionDifferences(const DeltaSnapshot& truth,
                                 const std::map<std::string, Transaction>& copy) {
  const bool expire = truth.metadata.properties.count("delta.setTransactionRetentionDuration") > 0;
  for (const auto& [id, transaction] : truth.transactions) {
    const auto copied = copy.find(id);
    if (copied == copy.end() ? !expire : copied->second.version != transaction.version) {
      return {fmt::format("application '{}' is at another version", id)};
    }
  }
  for (const auto& [id, transaction] : copy) {
    if (truth.transactions.count(id) == 0) {
      return {fmt::format("application '{}' has never written", id)};
    }
  }
  return {};
}

Sentences DomainDifferences(const std::map<std::string, std::string>& truth,
                            const std::map<std::string, std::string>& copy) {
  return truth == copy ? Sentences() : Sentences{"the domain metadata differ"};
}

Sentences FileDifferences(const FileSet& truth, const FileSet& copy) {
  size_t lacking = 0;
  size_t different = 0;
  std::string example;
  truth.ForEach([&](const DataFilePtr& file) {
    const DataFilePtr copied = copy.Find(file->Key());
    const std::string difference = copied == nullptr ? "missing" : EntryDifference(*file, *copied);
    lacking += copied == nullptr ? 1 : 0;
    different += copied != nullptr && !difference.empty() ? 1 : 0;
    if (example.empty() && !difference.empty()) {
      example = fmt::format("{}: {}", file->path, difference);
    }
    return true;
  });
  size_t extra = 0;
  copy.ForEach([&](const DataFilePtr& file) {
    if (truth.Find(file->Key()) == nullptr) {
      ++extra;
      if (example.empty()) {
        example = file->path + ": not in the table";
      }
    }
    return true;
  });
  if (lacking + different + extra == 0) {
    return {};
  }
  return {fmt::format("of {} files {} are missing, {} too many, {} described differently ({})",
                      truth.size(), lacking, extra, different, example)};
}

Sentences Differences(const DeltaSnapshot& truth, const DeltaSnapshot& copy) {
  Sentences sentences = ProtocolDifferences(truth.protocol, copy.protocol);
  Append(sentences, MetadataDifferences(truth.metadata, copy.metadata));
  Append(sentences, TransactionDifferences(truth, copy.transactions));
  Append(sentences, DomainDifferences(truth.domains, copy.domains));
  Append(sentences, FileDifferences(truth.files, copy.files));
  return sentences;
}

Sentences ChecksumDifferences(const DeltaSnapshot& truth, const VersionChecksum& checksum) {
  if (checksum.txn_id && truth.txn_id && checksum.txn_id != truth.txn_id) {
    return {"it is that of another commit"};
  }
  Sentences differences = Differences(checksum, truth);
  if (checksum.metadata && differences.empty()) {
    Append(differences, MetadataDifferences(truth.metadata, checksum.metadata->metadata));
  }
  if (checksum.transactions) {
    std::map<std::string, Transaction> by_id;
    for (const Transaction& transaction : *checksum.transactions) {
      by_id[transaction.app_id] = transaction;
    }
    Append(differences, TransactionDifferences(truth, by_id));
  }
  if (checksum.domains) {
    std::map<std::string, std::string> by_name;
    for (const DomainMetadata& domain : *checksum.domains) {
      by_name[domain.domain] = domain.configuration;
    }
    Append(differences, DomainDifferences(truth.domains, by_name));
  }
  return differences;
}

}  // namespace limno::table::delta
