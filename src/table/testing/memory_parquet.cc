#include "table/testing/memory_parquet.h"

#include <utility>

namespace limno::table {

struct MemoryParquet::File {
  ArrowSchema schema{};
  std::vector<ArrowArray> batches;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    for (ArrowArray& batch : batches) {
      batch.release(&batch);
    }
    if (schema.release != nullptr) {
      schema.release(&schema);
    }
  }
};

Result<void> MemoryParquet::Read(storage::ObjectStore& store, const std::string& key,
                                 const std::vector<std::string>& columns,
                                 const BatchVisitor& visit) {
  LIMNO_ASSIGN(const std::string marker, store.Read(key));
  std::shared_ptr<File> file;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = files_.find(marker);
    if (found == files_.end()) {
      return Fail(ErrorKind::kCorrupt, "not a Parquet file", key);
    }
    file = found->second;
  }
  std::vector<int64_t> chosen;
  for (const std::string& column : columns) {
    for (int64_t index = 0; index < file->schema.n_children; ++index) {
      if (file->schema.children[index]->name == column) {
        chosen.push_back(index);
      }
    }
  }
  std::vector<ArrowSchema*> fields;
  for (const int64_t index : chosen) {
    fields.push_back(file->schema.children[index]);
  }
  ArrowSchema schema = file->schema;
  schema.n_children = static_cast<int64_t>(fields.size());
  schema.children = fields.data();
  for (const ArrowArray& batch : file->batches) {
    std::vector<ArrowArray*> arrays;
    for (const int64_t index : chosen) {
      arrays.push_back(batch.children[index]);
    }
    ArrowArray part = batch;
    part.n_children = static_cast<int64_t>(arrays.size());
    part.children = arrays.data();
    LIMNO_TRY(visit(schema, part));
  }
  return {};
}

Result<uint64_t> MemoryParquet::Write(storage::ObjectStore& store, const std::string& key,
                                      ArrowArrayStream* stream) {
  auto file = std::make_shared<File>();
  bool good = stream->get_schema(stream, &file->schema) == 0;
  while (good) {
    ArrowArray batch{};
    good = stream->get_next(stream, &batch) == 0;
    if (!good || batch.release == nullptr) {
      break;
    }
    file->batches.push_back(batch);
  }
  stream->release(stream);
  std::string marker;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    good = good && !std::exchange(fail_next_write_, false);
    marker = "PAR1 " + key + " " + std::to_string(files_.size());
    if (good) {
      files_[marker] = std::move(file);
    }
  }
  if (!good) {
    return Fail(ErrorKind::kUnavailable, "the file cannot be written", key);
  }
  LIMNO_TRY(store.PutIfAbsent(key, marker));
  return marker.size();
}

}  // namespace limno::table
