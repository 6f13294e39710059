#include "table/delta/action_parser.h"

namespace limno::table::delta {

bool ActionParser::Path(Value& value, std::string& out) {
  std::string_view encoded;
  if (value.get_string().get(encoded)) {
    return false;
  }
  if (encoded.find('%') == std::string_view::npos) {
    out.assign(encoded);
    return true;
  }
  Result<std::string> decoded = DecodePath(encoded);
  if (!decoded) {
    return reader_.Fail(decoded.error().message);
  }
  out = *std::move(decoded);
  return true;
}

bool ActionParser::Partition(Value& value, PartitionValues& out) {
  out.clear();
  JsonReader::Object object;
  if (value.get_object().get(object)) {
    return false;
  }
  for (auto&& element : object) {
    simdjson::ondemand::field field;
    std::string_view key;
    if (std::move(element).get(field) || field.unescaped_key().get(key)) {
      return false;
    }
    auto& entry = out.emplace_back(key, std::nullopt);
    Value text = field.value();
    std::string read;
    bool is_null = false;
    if (text.is_null().get(is_null)) {
      return false;
    }
    if (is_null) {
      continue;
    }
    if (!reader_.String(text, read)) {
      return false;
    }
    // The protocol calls the empty string NULL; Spark and delta-rs read it as text where the column
    // is text, and so does whoever turns it into a value.
    entry.second = std::move(read);
  }
  return true;
}

bool ActionParser::Vector(Value& value, Boxed<DeletionVector>& out) {
  DeletionVector vector;
  int present = 0;
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (key == "storageType") {
      std::string text;
      ++present;
      if (!reader_.String(member, text) || text.size() != 1) {
        return false;
      }
      vector.storage_type = text[0];
      return text[0] == 'u' || text[0] == 'i' || text[0] == 'p' ||
             reader_.Fail(fmt::format("unknown deletion vector storageType '{}'", text));
    }
    if (key == "pathOrInlineDv") {
      ++present;
      return reader_.String(member, vector.path_or_inline);
    }
    if (key == "offset") {
      int32_t offset = 0;
      const bool read_offset = reader_.Int32(member, offset);
      vector.offset = offset;
      return read_offset;
    }
    if (key == "sizeInBytes") {
      ++present;
      return reader_.Int32(member, vector.size_bytes);
    }
    if (key == "cardinality") {
      ++present;
      return reader_.Int(member, vector.cardinality);
    }
    return true;
  });
  constexpr int kRequiredMembers = 4;
  if (read && present != kRequiredMembers) {
    return reader_.Fail(
        "'deletionVector' needs storageType, pathOrInlineDv, sizeInBytes and cardinality");
  }
  out = std::move(vector);
  return read;
}

bool ActionParser::AddMember(std::string_view key, Value& value, DataFile& file) {
  if (key == "stats") {
    return reader_.String(value, file.statistics);
  }
  if (key == "deletionVector") {
    return Vector(value, file.deletion_vector);
  }
  if (key == "tags") {
    return reader_.Raw(value, file.tags);
  }
  if (key == "baseRowId") {
    return reader_.Int(value, file.base_row_id);
  }
  if (key == "defaultRowCommitVersion") {
    return reader_.Int(value, file.default_row_commit_version);
  }
  if (key == "clusteringProvider") {
    return reader_.String(value, file.clustering_provider.emplace());
  }
  return UnknownMember(key, value, file.unknown_members);
}

bool ActionParser::ParseAdd(Value& value) {
  DataFile& file = std::get<Add>(out_.emplace_back(std::in_place_type<Add>)).file;
  bool has_path = false;
  bool has_size = false;
  bool has_modified = false;
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (key == "path") {
      has_path = true;
      return Path(member, file.path);
    }
    if (key == "partitionValues") {
      return Partition(member, file.partition_values);
    }
    if (key == "size") {
      has_size = true;
      return reader_.Int(member, file.size_bytes);
    }
    if (key == "modificationTime") {
      has_modified = true;
      return reader_.Int(member, file.modified_millis);
    }
    if (key == "dataChange") {
      return reader_.Bool(member, file.data_change);
    }
    return AddMember(key, member, file);
  });
  if (read && !(has_path && has_size && has_modified)) {
    return Missing("add", !has_path ? "path" : !has_size ? "size" : "modificationTime");
  }
  return read;
}

bool ActionParser::ParseRemove(Value& value) {
  Remove& remove = std::get<Remove>(out_.emplace_back(std::in_place_type<Remove>));
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (key == "path") {
      return Path(member, remove.path);
    }
    if (key == "deletionTimestamp") {
      return reader_.Int(member, remove.deletion_millis);
    }
    if (key == "dataChange") {
      return reader_.Bool(member, remove.data_change);
    }
    if (key == "extendedFileMetadata") {
      return reader_.Bool(member, remove.extended_file_metadata);
    }
    if (key == "partitionValues") {
      return Partition(member, remove.partition_values);
    }
    if (key == "size") {
      return reader_.Int(member, remove.size_bytes);
    }
    if (key == "deletionVector") {
      return Vector(member, remove.deletion_vector);
    }
    if (key == "stats") {
      return reader_.String(member, remove.statistics);
    }
    if (key == "tags") {
      return reader_.Raw(member, remove.tags);
    }
    if (key == "baseRowId") {
      return reader_.Int(member, remove.base_row_id);
    }
    return key != "defaultRowCommitVersion" ||
           reader_.Int(member, remove.default_row_commit_version);
  });
  return read && (!remove.path.empty() || Missing("remove", "path"));
}

bool ActionParser::ParseChangeFile(Value& value) {
  ChangeFile file;
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (key == "path") {
      return Path(member, file.path);
    }
    if (key == "partitionValues") {
      return Partition(member, file.partition_values);
    }
    if (key == "size") {
      return reader_.Int(member, file.size_bytes);
    }
    return key != "tags" || reader_.Raw(member, file.tags);
  });
  if (read && file.path.empty()) {
    return Missing("cdc", "path");
  }
  out_.emplace_back(std::move(file));
  return read;
}

bool ActionParser::ParseSidecar(Value& value) {
  Sidecar sidecar;
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (key == "path") {
      return Path(member, sidecar.path);
    }
    if (key == "sizeInBytes") {
      return reader_.Int(member, sidecar.size_bytes);
    }
    return key != "modificationTime" || reader_.Int(member, sidecar.modified_millis);
  });
  if (read && sidecar.path.empty()) {
    return Missing("sidecar", "path");
  }
  out_.emplace_back(std::move(sidecar));
  return read;
}

}  // namespace limno::table::delta
