#include <fmt/format.h>

#include <algorithm>

#include "base/json_writer.h"
#include "table/arrow_view.h"
#include "table/delta/action_json.h"
#include "table/delta/checkpoint_read.h"
#include "table/delta/parsed_statistics.h"

namespace limno::table::delta {
namespace {

tl::unexpected<Error> Bad(std::string_view action, std::string_view member) {
  return Fail(ErrorKind::kCorrupt,
              fmt::format("a checkpoint's '{}' lacks the member '{}'", action, member));
}

Result<std::string> RequiredText(const ArrowView& column, int64_t row, std::string_view action,
                                 std::string_view member) {
  std::optional<std::string> text = TextOrNull(column, row);
  if (!text) {
    return Bad(action, member);
  }
  return *std::move(text);
}

Result<int64_t> RequiredInt(const ArrowView& column, int64_t row, std::string_view action,
                            std::string_view member) {
  const std::optional<int64_t> number = IntOrNull(column, row);
  if (!number) {
    return Bad(action, member);
  }
  return *number;
}

bool BoolOr(const ArrowView& column, int64_t row, bool otherwise) {
  return column.kind() == ArrowKind::kBoolean && !column.IsNull(row) ? column.Bool(row) : otherwise;
}

/// Calls visit(key, value or nullopt) for each entry of a map of texts.
template <typename Visit>
void ForEachEntry(const ArrowView& column, int64_t row, Visit visit) {
  if (column.kind() != ArrowKind::kMap || column.IsNull(row)) {
    return;
  }
  const ArrowView entries = column.Item();
  const ArrowView keys = entries.Child(size_t{0});
  const ArrowView values = entries.Child(size_t{1});
  const ArrowView::Range range = column.ItemRange(row);
  for (int64_t item = range.begin; item < range.end; ++item) {
    visit(keys.Text(item), TextOrNull(values, item));
  }
}

PartitionValues PartitionOf(const ArrowView& column, int64_t row) {
  PartitionValues values;
  ForEachEntry(column, row, [&](std::string_view key, std::optional<std::string> value) {
    values.emplace_back(key, std::move(value));
  });
  return values;
}

std::map<std::string, std::string> TextsOf(const ArrowView& column, int64_t row) {
  std::map<std::string, std::string> texts;
  ForEachEntry(column, row, [&](std::string_view key, std::optional<std::string> value) {
    if (value) {
      texts.emplace(key, *std::move(value));
    }
  });
  return texts;
}

std::string JsonOf(const ArrowView& column, int64_t row) {
  if (column.kind() != ArrowKind::kMap || column.IsNull(row)) {
    return "";
  }
  base::JsonWriter json;
  json.BeginObject();
  ForEachEntry(column, row, [&](std::string_view key, const std::optional<std::string>& value) {
    json.Key(key);
    value ? json.String(*value) : json.Null();
  });
  json.EndObject();
  return json.Take();
}

/// nullopt if the list is null or not there.
std::optional<std::vector<std::string>> ListOf(const ArrowView& column, int64_t row) {
  if (column.kind() != ArrowKind::kList || column.IsNull(row)) {
    return std::nullopt;
  }
  std::vector<std::string> texts;
  const ArrowView items = column.Item();
  const ArrowView::Range range = column.ItemRange(row);
  for (int64_t item = range.begin; item < range.end; ++item) {
    if (std::optional<std::string> text = TextOrNull(items, item)) {
      texts.push_back(*std::move(text));
    }
  }
  return texts;
}

/// The columns of a deletion vector, looked up once per batch.
struct VectorColumns {
  explicit VectorColumns(const ArrowView& vector)
      : self(vector),
        storage_type(vector.Child("storageType")),
        path(vector.Child("pathOrInlineDv")),
        offset(vector.Child("offset")),
        size(vector.Child("sizeInBytes")),
        cardinality(vector.Child("cardinality")) {}

  Result<Boxed<DeletionVector>> At(int64_t row) const {
    if (self.kind() != ArrowKind::kStruct || self.IsNull(row)) {
      return std::nullopt;
    }
    const std::optional<std::string> type = TextOrNull(storage_type, row);
    if (!type || type->empty()) {
      // Some writers spell "no vector" as a struct of nulls.
      return std::nullopt;
    }
    DeletionVector vector;
    vector.storage_type = (*type)[0];
    LIMNO_ASSIGN(vector.path_or_inline,
                 RequiredText(path, row, "deletionVector", "pathOrInlineDv"));
    if (const std::optional<int64_t> start = IntOrNull(offset, row)) {
      vector.offset = static_cast<int32_t>(*start);
    }
    LIMNO_ASSIGN(const int64_t bytes, RequiredInt(size, row, "deletionVector", "sizeInBytes"));
    vector.size_bytes = static_cast<int32_t>(bytes);
    LIMNO_ASSIGN(vector.cardinality,
                 RequiredInt(cardinality, row, "deletionVector", "cardinality"));
    return vector;
  }

  ArrowView self, storage_type, path, offset, size, cardinality;
};

Result<std::string> PathAt(const ArrowView& column, int64_t row, std::string_view action) {
  LIMNO_ASSIGN(const std::string encoded, RequiredText(column, row, action, "path"));
  return DecodePath(encoded);
}

Result<void> ReadAdds(const ArrowView& add, std::vector<Action>& out) {
  const ArrowView path = add.Child("path");
  const ArrowView partition = add.Child("partitionValues");
  const ArrowView size = add.Child("size");
  const ArrowView modified = add.Child("modificationTime");
  const ArrowView data_change = add.Child("dataChange");
  const ArrowView statistics = add.Child("stats");
  const ArrowView parsed = add.Child("stats_parsed");
  const ArrowView tags = add.Child("tags");
  const ArrowView row_id = add.Child("baseRowId");
  const ArrowView row_version = add.Child("defaultRowCommitVersion");
  const ArrowView clustering = add.Child("clusteringProvider");
  const VectorColumns vector(add.Child("deletionVector"));
  for (int64_t row = 0; row < add.length(); ++row) {
    if (add.IsNull(row)) {
      continue;
    }
    DataFile file;
    LIMNO_ASSIGN(file.path, PathAt(path, row, "add"));
    file.partition_values = PartitionOf(partition, row);
    LIMNO_ASSIGN(file.size_bytes, RequiredInt(size, row, "add", "size"));
    LIMNO_ASSIGN(file.modified_millis, RequiredInt(modified, row, "add", "modificationTime"));
    file.data_change = BoolOr(data_change, row, false);
    file.statistics = TextOrNull(statistics, row).value_or("");
    if (file.statistics.empty()) {
      file.statistics = StatisticsFromColumns(parsed, row);
    }
    file.tags = JsonOf(tags, row);
    LIMNO_ASSIGN(file.deletion_vector, vector.At(row));
    file.base_row_id = IntOrNull(row_id, row);
    file.default_row_commit_version = IntOrNull(row_version, row);
    file.clustering_provider = TextOrNull(clustering, row);
    out.emplace_back(Add{std::move(file)});
  }
  return {};
}

Result<void> ReadRemoves(const ArrowView& removes, std::vector<Action>& out) {
  const ArrowView path = removes.Child("path");
  const ArrowView deleted = removes.Child("deletionTimestamp");
  const ArrowView data_change = removes.Child("dataChange");
  const ArrowView extended = removes.Child("extendedFileMetadata");
  const ArrowView partition = removes.Child("partitionValues");
  const ArrowView size = removes.Child("size");
  const ArrowView tags = removes.Child("tags");
  const ArrowView statistics = removes.Child("stats");
  const ArrowView row_id = removes.Child("baseRowId");
  const ArrowView row_version = removes.Child("defaultRowCommitVersion");
  const VectorColumns vector(removes.Child("deletionVector"));
  for (int64_t row = 0; row < removes.length(); ++row) {
    if (removes.IsNull(row)) {
      continue;
    }
    Remove remove;
    LIMNO_ASSIGN(remove.path, PathAt(path, row, "remove"));
    remove.deletion_millis = IntOrNull(deleted, row);
    remove.data_change = BoolOr(data_change, row, true);
    remove.extended_file_metadata = BoolOr(extended, row, false);
    remove.partition_values = PartitionOf(partition, row);
    remove.size_bytes = IntOrNull(size, row);
    remove.tags = JsonOf(tags, row);
    remove.statistics = TextOrNull(statistics, row).value_or("");
    LIMNO_ASSIGN(remove.deletion_vector, vector.At(row));
    remove.base_row_id = IntOrNull(row_id, row);
    remove.default_row_commit_version = IntOrNull(row_version, row);
    out.emplace_back(std::move(remove));
  }
  return {};
}

Result<void> ReadProtocols(const ArrowView& protocols, std::vector<Action>& out) {
  for (int64_t row = 0; row < protocols.length(); ++row) {
    if (protocols.IsNull(row)) {
      continue;
    }
    Protocol protocol;
    LIMNO_ASSIGN(const int64_t reader, RequiredInt(protocols.Child("minReaderVersion"), row,
                                                   "protocol", "minReaderVersion"));
    LIMNO_ASSIGN(const int64_t writer, RequiredInt(protocols.Child("minWriterVersion"), row,
                                                   "protocol", "minWriterVersion"));
    protocol.min_reader_version = static_cast<int>(reader);
    protocol.min_writer_version = static_cast<int>(writer);
    const auto sorted = [row](const ArrowView& column) {
      std::vector<std::string> names = ListOf(column, row).value_or(std::vector<std::string>());
      std::sort(names.begin(), names.end());
      return names;
    };
    constexpr int kReaderWithFeatures = 3;
    constexpr int kWriterWithFeatures = 7;
    if (protocol.min_reader_version >= kReaderWithFeatures) {
      protocol.reader_features = sorted(protocols.Child("readerFeatures"));
    }
    if (protocol.min_writer_version >= kWriterWithFeatures) {
      protocol.writer_features = sorted(protocols.Child("writerFeatures"));
    }
    out.emplace_back(std::move(protocol));
  }
  return {};
}

Result<void> ReadMetadata(const ArrowView& column, std::vector<Action>& out) {
  for (int64_t row = 0; row < column.length(); ++row) {
    if (column.IsNull(row)) {
      continue;
    }
    MetadataAction action;
    Metadata& metadata = action.metadata;
    metadata.id = TextOrNull(column.Child("id"), row).value_or("");
    metadata.name = TextOrNull(column.Child("name"), row);
    metadata.description = TextOrNull(column.Child("description"), row);
    if (const std::optional<std::string> schema = TextOrNull(column.Child("schemaString"), row)) {
      LIMNO_ASSIGN(metadata.schema, ParseSchema(*schema));
      action.schema_text = *schema;
    }
    metadata.partition_columns =
        ListOf(column.Child("partitionColumns"), row).value_or(std::vector<std::string>());
    metadata.properties = TextsOf(column.Child("configuration"), row);
    metadata.created_millis = IntOrNull(column.Child("createdTime"), row);
    out.emplace_back(std::move(action));
  }
  return {};
}

Result<void> ReadTransactions(const ArrowView& column, std::vector<Action>& out) {
  for (int64_t row = 0; row < column.length(); ++row) {
    if (column.IsNull(row)) {
      continue;
    }
    Transaction transaction;
    LIMNO_ASSIGN(transaction.app_id, RequiredText(column.Child("appId"), row, "txn", "appId"));
    LIMNO_ASSIGN(transaction.version, RequiredInt(column.Child("version"), row, "txn", "version"));
    transaction.last_updated_millis = IntOrNull(column.Child("lastUpdated"), row);
    out.emplace_back(std::move(transaction));
  }
  return {};
}

Result<void> ReadDomains(const ArrowView& column, std::vector<Action>& out) {
  for (int64_t row = 0; row < column.length(); ++row) {
    if (column.IsNull(row)) {
      continue;
    }
    DomainMetadata domain;
    LIMNO_ASSIGN(domain.domain,
                 RequiredText(column.Child("domain"), row, "domainMetadata", "domain"));
    domain.configuration = TextOrNull(column.Child("configuration"), row).value_or("");
    domain.removed = BoolOr(column.Child("removed"), row, false);
    out.emplace_back(std::move(domain));
  }
  return {};
}

Result<void> ReadSidecars(const ArrowView& column, std::vector<Action>& out) {
  for (int64_t row = 0; row < column.length(); ++row) {
    if (column.IsNull(row)) {
      continue;
    }
    Sidecar sidecar;
    LIMNO_ASSIGN(sidecar.path, PathAt(column.Child("path"), row, "sidecar"));
    sidecar.size_bytes = IntOrNull(column.Child("sizeInBytes"), row).value_or(0);
    sidecar.modified_millis = IntOrNull(column.Child("modificationTime"), row).value_or(0);
    out.emplace_back(std::move(sidecar));
  }
  return {};
}

}  // namespace

Result<std::vector<Action>> ActionsOfBatch(const ArrowSchema& schema, const ArrowArray& array) {
  using Reader = Result<void> (*)(const ArrowView&, std::vector<Action>&);
  constexpr std::pair<std::string_view, Reader> kReaders[] = {
      {"protocol", ReadProtocols},     {"metaData", ReadMetadata}, {"txn", ReadTransactions},
      {"domainMetadata", ReadDomains}, {"sidecar", ReadSidecars},  {"add", ReadAdds},
      {"remove", ReadRemoves},
  };
  const ArrowView batch(schema, array);
  std::vector<Action> actions;
  actions.reserve(static_cast<size_t>(array.length));
  for (const auto& [name, read] : kReaders) {
    const ArrowView column = batch.Child(name);
    if (column.kind() == ArrowKind::kStruct) {
      LIMNO_TRY(read(column, actions));
    }
  }
  return actions;
}

}  // namespace limno::table::delta
