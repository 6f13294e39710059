#include "engine/copy_into.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json_writer.h"
#include "base/name_match.h"
#include "engine/automatic_widening.h"
#include "engine/copy_ledger.h"
#include "engine/copy_sources.h"
#include "engine/errors.h"
#include "engine/parquet_import.h"
#include "engine/reader_options.h"
#include "engine/source_rows.h"
#include "engine/statement_run.h"
#include "engine/table_definition.h"

namespace limno::engine {
namespace {

/// Of why files had to be written anew, so many in the history.
constexpr size_t kNamedReasons = 5;

struct Loaded {
  int64_t rows = 0;
  /// Paths of the files whose rows are in the table now; the others are corrupt.
  std::set<std::string> files;
  int64_t linked_files = 0;
  std::map<std::string, size_t> reasons;
};

/// The first column or field that `wanted` has and `schema` has not; empty if there is none.
std::string UnknownColumn(const std::vector<table::Field>& known,
                          const std::vector<table::Field>& wanted, const std::string& parent) {
  const table::Schema schema{known};
  for (const table::Field& field : wanted) {
    const std::string path = parent.empty() ? field.name : parent + "." + field.name;
    const table::Field* found = schema.Find(field.name);
    if (found == nullptr) {
      return path;
    }
    if (found->type.kind == field.type.kind && field.type.IsNested()) {
      std::string unknown = UnknownColumn(found->type.children, field.type.children, path);
      if (!unknown.empty()) {
        return unknown;
      }
    }
  }
  return {};
}

std::string ReasonsText(const std::map<std::string, size_t>& reasons) {
  base::JsonWriter writer;
  writer.BeginObject();
  size_t named = 0;
  size_t others = 0;
  for (const auto& [reason, files] : reasons) {
    if (named == kNamedReasons) {
      others += files;
      continue;
    }
    ++named;
    writer.Key(reason).Int(static_cast<int64_t>(files));
  }
  if (others > 0) {
    writer.Key("other reasons").Int(static_cast<int64_t>(others));
  }
  writer.EndObject();
  return writer.Take();
}

class CopyRun {
 public:
  CopyRun(duckdb::Connection& connection, const std::shared_ptr<TableState>& state,
          const CopyInto& copy, ReaderOptions options)
      : connection_(connection), state_(state), copy_(copy), options_(std::move(options)) {}

  Result<Loaded> Load(const std::vector<SourceFile>& files) {
    if (copy_.format == SourceFormat::kParquet && copy_.selection.empty()) {
      LIMNO_TRY(LoadParquet(files));
    } else {
      std::vector<SourceFile> readable = files;
      if (options_.ignore_corrupt_files) {
        LIMNO_ASSIGN(readable, Readable(connection_, copy_, options_, files));
      }
      for (const SourceFile& file : readable) {
        loaded_.files.insert(file.path);
      }
      LIMNO_TRY(LoadRows(readable));
    }
    return std::move(loaded_);
  }

 private:
  Result<void> LoadParquet(const std::vector<SourceFile>& files) {
    LIMNO_ASSIGN(const std::vector<FootedFile> footed,
                 ReadFooters(*connection_.context, files, options_.ignore_corrupt_files));
    for (const FootedFile& file : footed) {
      loaded_.files.insert(file.source.path);
    }
    LIMNO_TRY(EvolveByFooters(footed));
    ImportOutcome outcome = ImportFiles(*state_, footed, copy_.link);
    loaded_.rows = outcome.rows;
    loaded_.linked_files = outcome.files;
    loaded_.reasons = std::move(outcome.reasons);
    return LoadRows(outcome.left_over);
  }

  /// Columns that footers name; what other files have is seen when their rows are read.
  Result<void> EvolveByFooters(const std::vector<FootedFile>& files) {
    std::vector<SourceFile> sources;
    std::vector<const std::vector<table::Field>*> different;
    for (const FootedFile& file : files) {
      sources.push_back(file.source);
      if (file.fields != nullptr &&
          std::find(different.begin(), different.end(), file.fields.get()) == different.end()) {
        different.push_back(file.fields.get());
      }
    }
    const table::Schema folders{FolderColumns(sources)};
    for (const std::vector<table::Field>* fields : different) {
      table::Schema wanted{*fields};
      LIMNO_TRY(EvolveSchema(wanted, folders, state_->name(), TypeClash::kCast));
      LIMNO_TRY(Evolve(wanted, false));
    }
    return {};
  }

  /// Gives the table what it lacks, or says what that is; true if there was anything. `guessed`:
  /// see SourceRows.
  Result<bool> Evolve(const table::Schema& wanted, bool guessed) {
    table::Metadata metadata = state_->metadata();
    const std::string unknown = UnknownColumn(metadata.schema.fields, wanted.fields, std::string());
    if (!unknown.empty() && !copy_.merge_schema) {
      return Fail(ErrorKind::kRefused, "the table has no column " + unknown, state_->name(),
                  copy_.format == SourceFormat::kCsv && !options_.header
                      ? "FORMAT_OPTIONS ('header' = 'true') takes names from the first line, BY "
                        "POSITION takes columns in order"
                      : "COPY_OPTIONS ('mergeSchema' = 'true') adds it");
    }
    if (!copy_.merge_schema) {
      return false;
    }
    bool widened = false;
    if (!guessed) {
      LIMNO_ASSIGN(widened, WidenColumns(*state_, metadata, wanted));
    }
    LIMNO_ASSIGN(const bool evolved,
                 EvolveSchema(metadata.schema, wanted, state_->name(), TypeClash::kCast));
    if (widened || evolved) {
      state_->StageMetadata(std::move(metadata));
    }
    return widened || evolved;
  }

  Result<void> LoadRows(const std::vector<SourceFile>& files) {
    if (files.empty()) {
      return {};
    }
    LIMNO_ASSIGN(SourceRows rows,
                 ReadSourceRows(connection_, copy_, options_, files, state_->metadata()));
    LIMNO_ASSIGN(const bool evolved, Evolve(rows.schema, rows.guessed));
    if (evolved) {
      // Into the columns that there are now.
      LIMNO_ASSIGN(rows, ReadSourceRows(connection_, copy_, options_, files, state_->metadata()));
    }
    const auto result = RunText(
        connection_, fmt::format("INSERT INTO {} BY NAME {}", copy_.table.ToSql(), rows.sql));
    if (result->HasError()) {
      return Fail(FromDuck(result->GetErrorObject()));
    }
    loaded_.rows += result->GetValue(0, 0).GetValue<int64_t>();
    return {};
  }

  duckdb::Connection& connection_;
  const std::shared_ptr<TableState>& state_;
  const CopyInto& copy_;
  const ReaderOptions options_;
  Loaded loaded_;
};

/// The files that are to be loaded, and those of them that the ledger has not yet.
struct Offer {
  std::vector<SourceFile> files;
  std::vector<SourceFile> unknown;
  /// The ledger cannot be read, and nobody minds.
  bool begins_anew = false;
};

Result<Offer> OfferOf(CopyLedger& ledger, const CopyInto& copy) {
  Offer offer;
  LIMNO_ASSIGN(offer.files, FindSourceFiles(copy));
  const Result<std::vector<bool>> known = ledger.Has(offer.files);
  if (!known) {
    if (!copy.force || known.error().kind != ErrorKind::kCorrupt) {
      return Fail(known.error());
    }
    offer.begins_anew = true;
    offer.unknown = offer.files;
    return offer;
  }
  for (size_t index = 0; index < offer.files.size(); ++index) {
    if (!(*known)[index]) {
      offer.unknown.push_back(offer.files[index]);
    }
  }
  if (!copy.force) {
    offer.files = offer.unknown;
  }
  return offer;
}

/// What could not be read may be mended, and is offered again.
Result<void> Remember(CopyLedger& ledger, const Offer& offer, const std::set<std::string>& loaded,
                      TableState& state) {
  std::vector<SourceFile> files;
  std::copy_if(offer.unknown.begin(), offer.unknown.end(), std::back_inserter(files),
               [&](const SourceFile& file) { return loaded.count(file.path) > 0; });
  if (files.empty()) {
    return {};
  }
  LIMNO_ASSIGN(const CopyLedger::Part part,
               offer.begins_anew ? ledger.Begin(files) : ledger.Append(files));
  state.StageCompanion(part.key);
  state.StageAppVersion(kCopyApplication, part.number);
  return {};
}

void NameCopy(TableState& state, const CopyInto& copy, const Loaded& loaded, size_t skipped) {
  constexpr const char* kFormats[] = {"PARQUET", "CSV", "JSON"};
  std::map<std::string, std::string> parameters{
      {"source", copy.source}, {"fileFormat", kFormats[static_cast<size_t>(copy.format)]}};
  if (!loaded.reasons.empty()) {
    parameters["encodedBecause"] = ReasonsText(loaded.reasons);
  }
  state.StageOperation("COPY INTO", {},
                       {{"numLoadedFiles", static_cast<int64_t>(loaded.files.size())},
                        {"numLinkedFiles", loaded.linked_files},
                        {"numSkippedCorruptFiles", static_cast<int64_t>(skipped)}});
  state.NameOperation("COPY INTO", std::move(parameters));
}

}  // namespace

Result<TextTable> StageCopyInto(duckdb::Connection& connection,
                                const std::shared_ptr<TableState>& state, const CopyInto& copy) {
  LIMNO_ASSIGN(ReaderOptions options, ParseReaderOptions(copy.format, copy.format_options));
  CopyLedger ledger(state->table().store(), *state->base());
  LIMNO_ASSIGN(const Offer offer, OfferOf(ledger, copy));
  Loaded loaded;
  if (!offer.files.empty()) {
    LIMNO_ASSIGN(loaded, CopyRun(connection, state, copy, std::move(options)).Load(offer.files));
    LIMNO_TRY(Remember(ledger, offer, loaded.files, *state));
  }
  const size_t skipped = offer.files.size() - loaded.files.size();
  if (!loaded.files.empty()) {
    NameCopy(*state, copy, loaded, skipped);
  }
  const std::string rows = std::to_string(loaded.rows);
  TextTable result;
  for (const char* name : {"num_affected_rows", "num_inserted_rows", "num_skipped_corrupt_files"}) {
    result.columns.push_back({name, "BIGINT", true});
  }
  result.rows.push_back({{rows, false}, {rows, false}, {std::to_string(skipped), false}});
  return result;
}

}  // namespace limno::engine
