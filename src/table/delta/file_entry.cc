#include "table/delta/file_entry.h"

#include <algorithm>

#include "table/delta/clustering.h"
#include "table/delta/column_mapping.h"
#include "table/delta/partition_path.h"
#include "table/delta/statistics_json.h"

namespace limno::table::delta {

DataFile DescribeFile(const WrittenFile& written, const Metadata& metadata, base::UnixMillis now) {
  DataFile file;
  file.path = written.key;
  file.partition_values = written.partition_values;
  for (auto& [name, value] : file.partition_values) {
    // Clang 14 does not capture structured bindings.
    const std::string& column = name;
    const auto field =
        std::find_if(metadata.schema.fields.begin(), metadata.schema.fields.end(),
                     [&](const Field& candidate) { return PhysicalName(candidate) == column; });
    if (value && field != metadata.schema.fields.end()) {
      if (Result<std::optional<std::string>> text = FormatPartitionValue(field->type, *value)) {
        value = *std::move(text);
      }
    }
  }
  file.size_bytes = written.size_bytes;
  file.modified_millis = now;
  file.statistics = FormatStatistics(written.statistics, metadata);
  if (written.order) {
    MarkOrder(*written.order, file);
  }
  return file;
}

}  // namespace limno::table::delta
