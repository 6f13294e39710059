#include "table/delta/file_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "table/delta/absolute_file.h"
#include "table/delta/column_mapping.h"
#include "table/delta/deletion_vector_codec.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/log_path.h"
#include "table/delta/partition_path.h"
#include "table/delta/statistics_json.h"
#include "table/delta/table_folder.h"

namespace limno::table::delta {
namespace {

class FileCheck {
 public:
  FileCheck(storage::ObjectStore& store, const DeltaSnapshot& snapshot,
            const MentionedFiles& mentioned)
      : store_(store),
        snapshot_(snapshot),
        mentioned_(mentioned),
        hidden_(snapshot.metadata),
        partition_columns_(PhysicalPartitionColumns(snapshot.metadata)) {}

  Result<std::vector<Finding>> Run() {
    LIMNO_ASSIGN(const std::vector<storage::ObjectInfo> objects,
                 ListTableFolder(store_, {hidden_, [](const auto&) { return true; }}));
    for (const storage::ObjectInfo& object : objects) {
      sizes_.emplace(object.key, object.size_bytes);
    }
    std::optional<Error> failure;
    snapshot_.files.ForEach([&](const DataFilePtr& file) {
      if (Result<void> checked = CheckFile(file); !checked) {
        failure = std::move(checked).error();
      }
      return !failure;
    });
    if (failure) {
      return Fail(*std::move(failure));
    }
    LIMNO_TRY(CheckDuplicates());
    FindOrphans(objects);
    return std::move(findings_);
  }

 private:
  void Report(std::string problem, Severity severity, const DataFilePtr& file, std::string detail,
              std::string advice, Remedy remedy = Remedy::kNone) {
    findings_.push_back({std::move(problem), severity, file->path, std::move(detail),
                         std::move(advice), remedy, file});
  }

  /// "its 12 rows", as far as it is known.
  static std::string RowsOf(const DataFile& file) {
    const std::optional<int64_t> rows = StatedRowCount(file.statistics);
    const int64_t deleted = file.deletion_vector ? file.deletion_vector->cardinality : 0;
    return rows ? fmt::format("{} rows", *rows - deleted) : "an unknown number of rows";
  }

  /// Size of a file that the log names; nullopt if it is not there.
  Result<std::optional<uint64_t>> SizeOf(const std::string& path) {
    if (!IsAbsolutePath(path)) {
      const auto found = sizes_.find(path);
      if (found != sizes_.end()) {
        return found->second;
      }
      // Files in another table below this one are not listed.
      if (!storage::CheckKey(path)) {
        return std::nullopt;
      }
    }
    Result<storage::ObjectInfo> info = Fail(ErrorKind::kNotFound, "");
    if (IsAbsolutePath(path)) {
      LIMNO_ASSIGN(const LocatedFile located, LocateAbsolute(store_, path));
      info = located.store->Head(located.key);
    } else {
      info = store_.Head(path);
    }
    if (!info && info.error().kind == ErrorKind::kNotFound) {
      return std::nullopt;
    }
    if (!info) {
      return Fail(info.error());
    }
    return info->size_bytes;
  }

  Result<void> CheckFile(const DataFilePtr& file) {
    CheckPartition(file);
    const Result<std::optional<uint64_t>> size = SizeOf(file->path);
    if (!size) {
      if (size.error().kind != ErrorKind::kUnsupported && size.error().kind != ErrorKind::kDenied) {
        return Fail(size.error());
      }
      Report("unreachable_file", Severity::kNote, file, size.error().message,
             "look at it where it can be reached");
    } else if (!*size) {
      Report("missing_file", Severity::kError, file,
             fmt::format("the file is not there, and with it {}", RowsOf(*file)),
             "the table does without it; restore the file from a backup if there is one",
             Remedy::kRemoveFile);
      return {};
    } else if (**size != static_cast<uint64_t>(file->size_bytes)) {
      Report("wrong_size", Severity::kError, file,
             fmt::format("the log says that it has {} bytes, and it has {}: some engines return no "
                         "rows of it",
                         file->size_bytes, **size),
             "the log gets the size of the file", Remedy::kCorrectFile);
    }
    const std::string& statistics = file->statistics;
    if (!statistics.empty() && (statistics.front() != '{' || !nlohmann::json::accept(statistics))) {
      Report("malformed_statistics", Severity::kError, file,
             "its statistics are no JSON object: some engines refuse the whole table",
             "the log gets the statistics of the file", Remedy::kCorrectFile);
    }
    return file->deletion_vector ? CheckVector(file) : Result<void>();
  }

  Result<void> CheckVector(const DataFilePtr& file) {
    const DeletionVector& vector = *file->deletion_vector;
    const Result<RowSet> rows = ReadDeletionVector(store_, vector);
    const std::string advice =
        "with DROP DAMAGED the file does without it, and the rows come back; restore it from a "
        "backup, or the table to a version before";
    if (!rows) {
      const Error& error = rows.error();
      if (error.kind != ErrorKind::kCorrupt && error.kind != ErrorKind::kUnsupported) {
        return Fail(error);
      }
      const Result<std::string> key = VectorFileKey(vector);
      const bool missing = key && sizes_.count(*key) == 0;
      Report(missing ? "missing_vector" : "damaged_vector", Severity::kError, file,
             fmt::format("which {} rows of it are deleted cannot be read: {}", vector.cardinality,
                         missing ? *key + " is not there" : error.message),
             advice, Remedy::kDropVector);
      return {};
    }
    const std::optional<int64_t> count = StatedRowCount(file->statistics);
    if (!count) {
      Report("row_count_unknown", Severity::kWarning, file,
             "it has a deletion vector, and the log does not say how many rows it holds",
             "the log gets the number of rows", Remedy::kCorrectFile);
    }
    return {};
  }

  void CheckPartition(const DataFilePtr& file) {
    for (const auto& [name, value] : file->partition_values) {
      const std::string& physical_name = name;
      const auto& fields = snapshot_.metadata.schema.fields;
      const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& candidate) {
        return PhysicalName(candidate) == physical_name;
      });
      const bool known = std::find(partition_columns_.begin(), partition_columns_.end(), name) !=
                         partition_columns_.end();
      if (!known) {
        Report("partition_value", Severity::kWarning, file,
               fmt::format("it has a value for '{}', which is no partition column: some engines "
                           "refuse the table",
                           name),
               "rewrite the file with OPTIMIZE");
      } else if (value && field != fields.end() && !FormatPartitionValue(field->type, *value)) {
        Report("partition_value", Severity::kError, file,
               fmt::format("'{}' is no value of column {} ({})", *value, field->name,
                           field->type.ToString()),
               "restore the commit that added the file, or delete the partition");
      }
    }
  }

  /// Live entries of one physical file, which must differ in nothing but their vectors: any two of
  /// them show rows twice.
  Result<void> CheckDuplicates() {
    std::unordered_map<std::string, std::vector<DataFilePtr>> by_path;
    snapshot_.files.ForEach([&](const DataFilePtr& file) {
      by_path[FileKey(file->path, std::nullopt)].push_back(file);
      return true;
    });
    for (auto& [path, files] : by_path) {
      if (files.size() < 2) {
        continue;
      }
      // The entry with most rows deleted is the last one, unless they contradict each other.
      std::sort(files.begin(), files.end(), [](const DataFilePtr& left, const DataFilePtr& right) {
        return Deleted(*left) < Deleted(*right);
      });
      for (size_t index = 0; index + 1 < files.size(); ++index) {
        LIMNO_ASSIGN(const bool covered, IsCovered(*files[index], *files.back()));
        Report("duplicate_file", Severity::kError, files[index],
               fmt::format("the table has the file {} times, and rows of it more than once",
                           files.size()),
               covered ? "the entry that has fewer rows deleted goes"
                       : "the entries contradict each other: restore a version before the second",
               covered ? Remedy::kRemoveFile : Remedy::kNone);
      }
    }
    return {};
  }

  static int64_t Deleted(const DataFile& file) {
    return file.deletion_vector ? file.deletion_vector->cardinality : 0;
  }

  /// Every row that the first entry has deleted is deleted in the second.
  Result<bool> IsCovered(const DataFile& first, const DataFile& second) {
    if (!first.deletion_vector) {
      return true;
    }
    Result<RowSet> rows = ReadDeletionVector(store_, *first.deletion_vector);
    const Result<RowSet> more = ReadDeletionVector(store_, *second.deletion_vector);
    if (!rows || !more) {
      return false;
    }
    rows->Subtract(*more);
    return rows->empty();
  }

  void FindOrphans(const std::vector<storage::ObjectInfo>& objects) {
    for (const storage::ObjectInfo& object : objects) {
      if (hidden_.IsHidden(object.key) || mentioned_.Contains(object.key)) {
        continue;
      }
      findings_.push_back({"orphan_file", Severity::kNote, object.key,
                           fmt::format("no version that the log holds has this file of {} bytes",
                                       object.size_bytes),
                           "VACUUM deletes it once it is old enough; a load at work may still need "
                           "it",
                           Remedy::kNone});
    }
  }

  storage::ObjectStore& store_;
  const DeltaSnapshot& snapshot_;
  const MentionedFiles& mentioned_;
  const HiddenNames hidden_;
  const std::vector<std::string> partition_columns_;
  std::unordered_map<std::string, uint64_t> sizes_;
  std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> CheckFiles(storage::ObjectStore& store, const DeltaSnapshot& snapshot,
                                        const MentionedFiles& mentioned) {
  return FileCheck(store, snapshot, mentioned).Run();
}

}  // namespace limno::table::delta
