#include "table/delta/definition_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/name_match.h"
#include "table/delta/column_mapping.h"
#include "table/delta/iceberg_compat.h"
#include "table/delta/protocol.h"
#include "table/delta/required_features.h"
#include "table/delta/statistics_json.h"
#include "table/delta/table_features.h"
#include "table/delta/table_properties.h"

namespace limno::table::delta {
namespace {

constexpr int kListsReaderVersion = 3;
constexpr int kListsWriterVersion = 7;
constexpr const char* kRowIdDomain = "delta.rowTracking";

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class DefinitionCheck {
 public:
  explicit DefinitionCheck(const DeltaSnapshot& snapshot)
      : snapshot_(snapshot),
        protocol_(snapshot.protocol),
        metadata_(snapshot.metadata),
        readers_(ReaderFeatures(protocol_)),
        writers_(WriterFeatures(protocol_)) {}

  std::vector<Finding> Run() {
    CheckLists();
    CheckUse();
    CheckNames(metadata_.schema.fields, "");
    CheckPartitionColumns();
    if (UsesColumnMapping(metadata_)) {
      CheckColumnMapping();
    }
    if (PropertyIsTrue(metadata_, "delta.enableRowTracking")) {
      CheckRowIds();
    }
    CheckCompat();
    return std::move(findings_);
  }

 private:
  void Report(std::string problem, Severity severity, std::string path, std::string detail,
              std::string advice, Remedy remedy = Remedy::kNone) {
    findings_.push_back({std::move(problem), severity, std::move(path), std::move(detail),
                         std::move(advice), remedy});
  }

  /// Listed under its own name or that of its preview.
  bool Has(const std::vector<std::string>& names, std::string_view feature) const {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name == feature || FinalName(name) == feature;
    });
  }

  void CheckLists() {
    if (protocol_.min_reader_version >= kListsReaderVersion &&
        protocol_.min_writer_version < kListsWriterVersion) {
      Report("feature_lists", Severity::kError, "protocol",
             fmt::format("readers are asked for lists of features (version {}), writers are not "
                         "(version {})",
                         protocol_.min_reader_version, protocol_.min_writer_version),
             "other engines refuse the table: restore the commit that set the protocol");
    }
    std::set<std::string> names(writers_.begin(), writers_.end());
    names.insert(readers_.begin(), readers_.end());
    for (const std::string& name : names) {
      const TableFeature* feature = FindTableFeature(name);
      if (feature == nullptr) {
        Report("unknown_feature", Contains(readers_, name) ? Severity::kError : Severity::kWarning,
               name, "the table needs a feature that the Delta protocol does not have",
               "no engine but its writer's reads the table: rewrite it there without the feature");
        continue;
      }
      CheckBothLists(name, *feature);
      for (const std::string_view needed : feature->needs) {
        if (!needed.empty() && !Has(writers_, needed)) {
          Report("feature_needs", Severity::kWarning, std::string(needed),
                 fmt::format("feature {} needs feature {}, which the table does not have", name,
                             needed),
                 fmt::format("feature {} is added", needed), Remedy::kAddFeature);
        }
      }
    }
  }

  void CheckBothLists(const std::string& name, const TableFeature& feature) {
    const bool read = Contains(readers_, name);
    const bool written = Contains(writers_, name);
    if (feature.concerns_readers && written && !read) {
      Report("feature_lists", Severity::kError, name,
             "the feature concerns readers, but only the list for writers has it",
             "it is added to the list for readers", Remedy::kAddFeature);
    } else if (read && !written) {
      Report("feature_lists", Severity::kError, name,
             "the list for readers has the feature, the one for writers does not",
             "it is added to the list for writers", Remedy::kAddFeature);
    } else if (read && !feature.concerns_readers) {
      Report("feature_lists", Severity::kWarning, name,
             "the list for readers has a feature that only concerns writers",
             "some engines refuse the table: restore the commit that set the protocol");
    }
  }

  void CheckUse() {
    std::set<std::string> used = FeaturesUsedBy(metadata_);
    snapshot_.files.ForEach([&](const DataFilePtr& file) {
      if (file->deletion_vector) {
        used.insert("deletionVectors");
      }
      return !file->deletion_vector;
    });
    for (const std::string& name : used) {
      if (Has(writers_, name) || Has(readers_, name)) {
        continue;
      }
      const TableFeature* feature = FindTableFeature(name);
      const bool concerns_readers = feature != nullptr && feature->concerns_readers;
      Report("missing_feature", concerns_readers ? Severity::kError : Severity::kWarning, name,
             "a property, a column or a file makes use of the feature, and the protocol does not "
             "have it: engines that do not know it will not be warned",
             "the feature is added", Remedy::kAddFeature);
    }
    if (!snapshot_.domains.empty() && !Has(writers_, "domainMetadata")) {
      Report("domain_without_feature", Severity::kNote, snapshot_.domains.begin()->first,
             "the table has domain metadata without the feature domainMetadata",
             "all engines known to us read and keep it");
    }
  }

  void CheckNames(const std::vector<Field>& fields, const std::string& parent) {
    std::set<std::string> seen;
    for (const Field& field : fields) {
      const std::string name = parent.empty() ? field.name : parent + "." + field.name;
      if (!seen.insert(base::FoldCase(field.name)).second) {
        Report("duplicate_column", Severity::kError, name,
               "two columns have names that differ at most in upper and lower case",
               "rename one of them where the table was written");
      }
      CheckChildNames(field.type, name);
    }
  }

  void CheckChildNames(const DataType& type, const std::string& name) {
    if (type.kind == TypeKind::kStruct) {
      CheckNames(type.children, name);
      return;
    }
    for (const Field& child : type.children) {
      CheckChildNames(child.type, name);
    }
  }

  void CheckPartitionColumns() {
    for (const std::string& column : metadata_.partition_columns) {
      if (metadata_.schema.Find(column) == nullptr) {
        Report("partition_column", Severity::kError, column,
               "the table is partitioned by a column that it does not have",
               "restore a version before the column went");
      }
    }
  }

  void CheckColumnMapping() {
    std::map<int32_t, std::string> names_by_id;
    CheckMappedFields(metadata_.schema.fields, "", names_by_id);
    int64_t mark = 0;
    const auto stated = metadata_.properties.find("delta.columnMapping.maxColumnId");
    if (stated != metadata_.properties.end()) {
      const std::string& text = stated->second;
      std::from_chars(text.data(), text.data() + text.size(), mark);
    }
    const int64_t highest = names_by_id.empty() ? 0 : names_by_id.rbegin()->first;
    if (mark < highest) {
      Report("column_mapping", Severity::kWarning, "delta.columnMapping.maxColumnId",
             fmt::format("it is {}, and a column has the id {}: the next new column may get an id "
                         "that is in use",
                         mark, highest),
             fmt::format("ALTER TABLE ... SET TBLPROPERTIES ('delta.columnMapping.maxColumnId' = "
                         "'{}')",
                         highest));
    }
  }

  void CheckMappedFields(const std::vector<Field>& fields, const std::string& parent,
                         std::map<int32_t, std::string>& names_by_id) {
    std::set<std::string> physical_names;
    for (const Field& field : fields) {
      const std::string name = parent.empty() ? field.name : parent + "." + field.name;
      const std::optional<int32_t> id = FieldId(field);
      if (!id || field.metadata.count("delta.columnMapping.physicalName") == 0) {
        Report("column_mapping", Severity::kError, name,
               "the table maps its columns, and this one has no id or no name in files",
               "other engines refuse the table: restore a version before the column came");
      }
      if (id && !names_by_id.emplace(*id, name).second) {
        Report("column_mapping", Severity::kError, name,
               fmt::format("the column has the id {}, as {} does", *id, names_by_id[*id]),
               "other engines refuse the table: restore a version before one of them came");
      }
      if (!physical_names.insert(PhysicalName(field)).second) {
        Report("column_mapping", Severity::kError, name,
               fmt::format("two columns are called '{}' in files", PhysicalName(field)),
               "both read the same values: restore a version before one of them came");
      }
      CheckMappedChildren(field.type, name, names_by_id);
    }
  }

  void CheckMappedChildren(const DataType& type, const std::string& name,
                           std::map<int32_t, std::string>& names_by_id) {
    if (type.kind == TypeKind::kStruct) {
      CheckMappedFields(type.children, name, names_by_id);
      return;
    }
    for (const Field& child : type.children) {
      CheckMappedChildren(child.type, name, names_by_id);
    }
  }

  void CheckCompat() {
    for (CompatProblem& problem : IcebergCompatProblems(metadata_)) {
      Report("iceberg_compat", Severity::kWarning, std::move(problem.where),
             std::move(problem.detail), std::move(problem.advice));
    }
    const int version = IcebergCompatVersion(metadata_);
    constexpr int kWithVectors = 3;
    snapshot_.files.ForEach([&](const DataFilePtr& file) {
      const bool wrong = version > 0 && version < kWithVectors && file->deletion_vector;
      if (wrong) {
        Report("iceberg_compat", Severity::kWarning, file->path,
               fmt::format("icebergCompatV{} allows no file with deleted rows in it", version),
               "ALTER TABLE ... DROP FEATURE deletionVectors rewrites such files");
      }
      return !wrong;
    });
  }

  /// Last row id that was given out; nullopt if the table does not say.
  std::optional<int64_t> RowIdMark() const {
    const auto domain = snapshot_.domains.find(kRowIdDomain);
    if (domain == snapshot_.domains.end()) {
      return std::nullopt;
    }
    const auto json = nlohmann::json::parse(domain->second, nullptr, false);
    const auto mark = json.find("rowIdHighWaterMark");
    return mark != json.end() && mark->is_number_integer() ? std::optional(mark->get<int64_t>())
                                                           : std::nullopt;
  }

  void CheckRowIds() {
    /// First id of each file -> the file.
    std::map<int64_t, DataFilePtr> by_first_id;
    int64_t highest = -1;
    snapshot_.files.ForEach([&](const DataFilePtr& file) {
      if (!file->base_row_id || !file->default_row_commit_version) {
        Report("row_ids", Severity::kError, file->path, "the file has no row ids",
               "rewrite it with OPTIMIZE where row tracking is written");
        return true;
      }
      const int64_t rows = StatedRowCount(file->statistics).value_or(1);
      highest = std::max(highest, *file->base_row_id + rows - 1);
      const auto [other, is_new] = by_first_id.emplace(*file->base_row_id, file);
      if (!is_new && other->second->path != file->path) {
        Report("row_ids", Severity::kError, file->path,
               "its row ids begin where those of " + other->second->path + " do",
               "rows of both have the same ids: rewrite one of the files");
      }
      return true;
    });
    const DataFile* before = nullptr;
    int64_t free_from = 0;
    for (const auto& [first, file] : by_first_id) {
      if (before != nullptr && first < free_from) {
        Report("row_ids", Severity::kError, file->path,
               "its row ids begin within those of " + before->path,
               "rows of both have the same ids: rewrite one of the files");
      }
      before = file.get();
      free_from = first + StatedRowCount(file->statistics).value_or(1);
    }
    const std::optional<int64_t> mark = RowIdMark();
    if (highest >= 0 && mark.value_or(-1) < highest) {
      Report("row_ids", Severity::kError, kRowIdDomain,
             fmt::format("the high-water mark is {}, and a row has the id {}: new rows will get "
                         "ids that are in use",
                         mark ? std::to_string(*mark) : "missing", highest),
             "restore the commit that lost it");
    }
  }

  const DeltaSnapshot& snapshot_;
  const Protocol& protocol_;
  const Metadata& metadata_;
  const std::vector<std::string> readers_;
  const std::vector<std::string> writers_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> CheckDefinition(const DeltaSnapshot& snapshot) {
  return DefinitionCheck(snapshot).Run();
}

}  // namespace limno::table::delta
