#include "engine/parquet_import.h"

#include <algorithm>

#include "engine/adoption.h"
#include "engine/errors.h"
#include "engine/parquet_footer.h"
#include "engine/source_rows.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

/// Columns as the engine prints their types, made once for files of the same ones.
class ColumnsOfFields {
 public:
  const std::vector<Column>& Find(const std::vector<table::Field>* fields) {
    const auto [entry, is_new] = known_.try_emplace(fields);
    if (is_new) {
      for (const table::Field& field : *fields) {
        entry->second.push_back({field.name, Unwrap(ToDuck(field.type)).ToString(), false});
      }
    }
    return entry->second;
  }

 private:
  std::map<const std::vector<table::Field>*, std::vector<Column>> known_;
};

/// Of each file alone, so that one that is at fault does not hide the others.
Result<void> ReadOneByOne(ClientContext& context, bool skip_corrupt, std::vector<FootedFile>& files,
                          const FooterVisitor& visit) {
  std::vector<FootedFile> kept;
  for (FootedFile& file : files) {
    const auto read = ReadParquetFooters(context, {file.source.path}, visit);
    if (!read && read.error().kind != ErrorKind::kRefused) {
      return read;
    }
    if (!read) {
      // A footer that can be read, but has types that no table has, is no damage.
      duckdb::Connection trial(*context.db);
      const auto footer = trial.Query("SELECT num_rows FROM parquet_file_metadata([" +
                                      PathPattern(file.source.path) + "])");
      if (footer->HasError()) {
        if (skip_corrupt) {
          continue;
        }
        return read;
      }
      file.obstacle = read.error().message;
    }
    kept.push_back(std::move(file));
  }
  files = std::move(kept);
  return {};
}

}  // namespace

Result<std::vector<FootedFile>> ReadFooters(ClientContext& context,
                                            const std::vector<SourceFile>& files,
                                            bool skip_corrupt) {
  std::vector<std::string> paths;
  std::vector<FootedFile> footed;
  std::map<std::string, size_t> places;
  for (const SourceFile& file : files) {
    places[file.path] = footed.size();
    paths.push_back(file.path);
    footed.push_back({file, {}, nullptr, {}});
  }
  ColumnsOfFields columns;
  std::map<std::string, ParquetFooter> footers;
  const FooterVisitor visit = [&](const ParquetFooter& footer) -> Result<void> {
    footers[footer.path] = footer;
    return {};
  };
  const Result<void> read = ReadParquetFooters(context, paths, visit);
  if (!read) {
    if (read.error().kind != ErrorKind::kRefused) {
      return Fail(read.error());
    }
    footers.clear();
    LIMNO_TRY(ReadOneByOne(context, skip_corrupt, footed, visit));
  }
  for (FootedFile& file : footed) {
    const auto found = footers.find(file.source.path);
    if (found == footers.end()) {
      continue;
    }
    ParquetFooter& footer = found->second;
    if (footer.bytes != file.source.bytes) {
      return Fail(ErrorKind::kUnavailable, "the file changed while it was read", file.source.path,
                  "wait until it is complete, then run the statement again");
    }
    file.fields = footer.fields;
    file.parquet.path = footer.path;
    file.parquet.bytes = footer.bytes;
    file.parquet.rows = static_cast<uint64_t>(footer.statistics.row_count.value_or(0));
    file.parquet.columns = columns.Find(footer.fields.get());
    file.parquet.statistics = std::move(footer.statistics);
  }
  return footed;
}

ImportOutcome ImportFiles(TableState& state, const std::vector<FootedFile>& files, bool link) {
  ImportOutcome outcome;
  std::vector<AdoptableFile> offered;
  std::vector<const FootedFile*> origins;
  const auto leave = [&](const FootedFile& file, const std::string& reason) {
    outcome.left_over.push_back(file.source);
    ++outcome.reasons[reason];
  };
  for (const FootedFile& file : files) {
    if (file.fields == nullptr) {
      leave(file, file.obstacle);
      continue;
    }
    offered.push_back({file.parquet, file.source.folder_values});
    origins.push_back(&file);
    outcome.rows += static_cast<int64_t>(file.parquet.rows);
  }
  AdoptionOptions options;
  options.may_link = link;
  options.may_copy = true;
  for (const LeftOverFile& left : AdoptFiles(state, offered, options)) {
    outcome.rows -= static_cast<int64_t>(origins[left.index]->parquet.rows);
    leave(*origins[left.index], left.reason);
  }
  outcome.files = static_cast<int64_t>(files.size() - outcome.left_over.size());
  return outcome;
}

}  // namespace limno::engine
