// Small Delta tables in memory for tests: files are made of nothing but a name and statistics.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "storage/memory_store.h"
#include "table/change.h"
#include "table/delta/commit.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"
#include "table/delta/log_reader.h"
#include "table/testing/memory_parquet.h"

namespace limno::table::delta {

/// A store, a clock that stands still, and what a table needs beside them.
struct TableBuilder {
  base::ManualClock clock{1'700'000'000'000};
  base::Random random{42};
  MemoryParquet parquet;
  std::shared_ptr<storage::ObjectStore> store = storage::MakeMemoryStore(clock);
  Environment environment{store, &parquet, &clock, &random};

  /// One column "id", and "p" if partitioned by it.
  static Metadata Schema(bool partitioned = false) {
    Metadata metadata;
    metadata.schema.fields.push_back({"id", Primitive(TypeKind::kLong), true, {}});
    if (partitioned) {
      metadata.schema.fields.push_back({"p", Primitive(TypeKind::kString), true, {}});
      metadata.partition_columns = {"p"};
    }
    return metadata;
  }

  /// An entry for a file of ten rows, which is put into the store.
  DataFile File(const std::string& path) {
    const std::string bytes = "data of " + path;
    (void)store->Put(path, bytes);
    DataFile file;
    file.path = path;
    file.size_bytes = static_cast<int64_t>(bytes.size());
    file.modified_millis = clock.Now();
    file.statistics = R"({"numRecords":10})";
    return file;
  }

  static Change Create(Metadata metadata) {
    Change change;
    change.metadata = std::move(metadata);
    change.operation.name = "CREATE TABLE";
    return change;
  }

  static Change Append(SnapshotPtr base, std::vector<DataFile> files) {
    Change change;
    change.base = std::move(base);
    change.added = std::move(files);
    change.operation.name = "WRITE";
    return change;
  }

  static Change Delete(SnapshotPtr base, const std::vector<std::string>& paths) {
    Change change;
    for (const std::string& path : paths) {
      change.removed.push_back(base->files.Find(path));
      change.reads.file_keys.push_back(path);
    }
    change.base = std::move(base);
    change.operation.name = "DELETE";
    return change;
  }

  Result<CommitOutcome> Commit(const Change& change) { return CommitChange(environment, change); }

  /// As a reader sees it that knows nothing yet.
  Result<DeltaSnapshotPtr> Load() { return LogReader(*store, &parquet).Load(); }
};

}  // namespace limno::table::delta
