// Short texts of log entries, for tests of Delta logs.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace limno::table::delta {

inline std::string ProtocolLine() {
  return R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
         "\n";
}

/// Columns id (long) and day (string); partitioned by day. `configuration` is the inside of a JSON
/// object.
inline std::string MetadataLine(std::string_view configuration = "") {
  return fmt::format(
      R"({{"metaData":{{"id":"test","format":{{"provider":"parquet","options":{{}}}},)"
      R"("schemaString":"{{\"type\":\"struct\",\"fields\":[)"
      R"({{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{{}}}},)"
      R"({{\"name\":\"day\",\"type\":\"string\",\"nullable\":true,\"metadata\":{{}}}}]}}",)"
      R"("partitionColumns":["day"],"configuration":{{{}}}}}}})"
      "\n",
      configuration);
}

inline std::string AddLine(std::string_view path, bool data_change = true,
                           std::string_view more = "") {
  return fmt::format(R"({{"add":{{"path":"{}","partitionValues":{{"day":"mon"}},"size":10,)"
                     R"("modificationTime":1,"dataChange":{}{}}}}})"
                     "\n",
                     path, data_change, more);
}

inline std::string RemoveLine(std::string_view path, bool data_change = true,
                              std::string_view more = "") {
  return fmt::format(R"({{"remove":{{"path":"{}","deletionTimestamp":5,"dataChange":{}{}}}}})"
                     "\n",
                     path, data_change, more);
}

/// A deletion vector member as the `more` of the lines above.
inline std::string VectorMember(std::string_view name) {
  return fmt::format(R"(,"deletionVector":{{"storageType":"u","pathOrInlineDv":"{}","offset":1,)"
                     R"("sizeInBytes":40,"cardinality":2}})",
                     name);
}

/// Protocol and metadata: what the first commit holds.
inline std::string CreationText(std::string_view configuration = "") {
  return ProtocolLine() + MetadataLine(configuration);
}

}  // namespace limno::table::delta
