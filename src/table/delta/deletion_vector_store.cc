#include "table/delta/deletion_vector_store.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "table/delta/absolute_file.h"
#include "table/delta/column_mapping.h"
#include "table/delta/deletion_vector_codec.h"
#include "table/delta/statistics_json.h"

namespace limno::table::delta {
namespace {

Result<std::string> ReadRecord(storage::ObjectStore& store, const DeletionVector& vector) {
  const auto [offset, length] = VectorFileRange(vector);
  if (vector.storage_type == 'p') {
    const Result<LocatedFile> file = LocateAbsolute(store, vector.path_or_inline);
    if (!file) {
      return Fail(ErrorKind::kUnsupported,
                  "a deletion vector lies outside of its table: " + file.error().message,
                  store.Describe(), "rewrite the table with OPTIMIZE where it was written");
    }
    return file->store->ReadRange(file->key, offset, length);
  }
  LIMNO_ASSIGN(const std::string key, VectorFileKey(vector));
  return store.ReadRange(key, offset, length);
}

Result<DataFile> WithVector(const Environment& environment, const Metadata& metadata,
                            const DataFile& file, const RowSet& rows, DeletionVector descriptor) {
  std::optional<int64_t> row_count = StatedRowCount(file.statistics);
  if (!row_count) {
    LIMNO_ASSIGN(row_count, CountRows(environment, metadata, file));
  }
  if (!rows.empty() && rows.Max() >= static_cast<uint64_t>(*row_count)) {
    return Fail(ErrorKind::kUsage,
                "cannot delete row " + std::to_string(rows.Max()) + " of a file with " +
                    std::to_string(*row_count) + " rows",
                file.path);
  }
  DataFile changed = file;
  changed.statistics = LoosenStatistics(file.statistics, *row_count);
  changed.deletion_vector = std::move(descriptor);
  changed.data_change = true;
  return changed;
}

}  // namespace

Result<RowSet> ReadDeletionVector(storage::ObjectStore& store, const DeletionVector& vector) {
  if (vector.storage_type == 'i') {
    return ParseInlineVector(vector);
  }
  const std::string where = store.Describe() + ": deletion vector " + vector.UniqueId();
  Result<std::string> record = ReadRecord(store, vector);
  if (!record) {
    Error error = std::move(record).error();
    if (error.kind == ErrorKind::kNotFound || error.kind == ErrorKind::kUsage) {
      return Fail(ErrorKind::kCorrupt,
                  error.kind == ErrorKind::kUsage
                      ? "the file of a deletion vector is too short: " + error.message
                      : "the file of a deletion vector is no longer there: VACUUM, or another "
                        "program, has removed it",
                  where, "restore the file, or the table to a version before the deletion");
    }
    return Fail(std::move(error));
  }
  return ParseVectorRecord(*record, vector, where);
}

Result<int64_t> CountRows(const Environment& environment, const Metadata& metadata,
                          const DataFile& file) {
  for (const Field& field : metadata.schema.fields) {
    std::optional<int64_t> count;
    LIMNO_TRY(environment.parquet->Read(
        *environment.store, file.path, {PhysicalName(field)},
        [&](const ArrowSchema& schema, const ArrowArray& batch) -> Result<void> {
          if (schema.n_children > 0) {
            count = count.value_or(0) + batch.length;
          }
          return {};
        }));
    if (count) {
      return *count;
    }
  }
  return Fail(ErrorKind::kCorrupt, "the file holds no column of the table", file.path);
}

Result<std::vector<DataFile>> WriteDeletionVectors(
    const Environment& environment, const Metadata& metadata,
    const std::vector<std::pair<DataFilePtr, RowSet>>& deletes) {
  if (deletes.empty()) {
    return std::vector<DataFile>();
  }
  std::vector<RowSet> vectors;
  vectors.reserve(deletes.size());
  for (const auto& [file, rows] : deletes) {
    RowSet all = rows;
    if (file->deletion_vector) {
      LIMNO_ASSIGN(const RowSet before,
                   ReadDeletionVector(*environment.store, *file->deletion_vector));
      all.UnionWith(before);
    }
    vectors.push_back(std::move(all));
  }
  LIMNO_ASSIGN(VectorFile vector_file, FormatVectorFile(vectors, environment.random->Uuid()));
  std::vector<DataFile> changed;
  changed.reserve(deletes.size());
  for (size_t index = 0; index < deletes.size(); ++index) {
    LIMNO_ASSIGN(DataFile entry,
                 WithVector(environment, metadata, *deletes[index].first, vectors[index],
                            std::move(vector_file.descriptors[index])));
    changed.push_back(std::move(entry));
  }
  LIMNO_TRY(environment.store->Put(vector_file.key, vector_file.bytes));
  return changed;
}

}  // namespace limno::table::delta
