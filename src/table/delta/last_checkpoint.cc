#include "table/delta/last_checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_writer.h"
#include "table/delta/action_json.h"
#include "table/delta/log_path.h"

namespace limno::table::delta {
namespace {

/// Hadoop's file systems verify a file against the checksum beside it, which we do not renew.
constexpr std::string_view kStaleHintChecksum = "_delta_log/._last_checkpoint.crc";
/// With more than this the hint would be no smaller than what it spares reading. As in Spark.
constexpr size_t kMaxEmbeddedActions = 30;

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char character : text) {
    const bool plain = (character >= 'a' && character <= 'z') ||
                       (character >= 'A' && character <= 'Z') ||
                       (character >= '0' && character <= '9') || character == '-' ||
                       character == '.' || character == '_' || character == '~';
    if (plain) {
      quoted += character;
    } else {
      quoted += fmt::format("%{:02X}", static_cast<unsigned char>(character));
    }
  }
  return quoted + '"';
}

/// What is nested deeper than this comes from no writer.
constexpr int kMaxDepth = 64;

void Flatten(const nlohmann::json& value, const std::string& path, int depth,
             std::vector<std::string>& out) {
  if (depth > kMaxDepth) {
    return;
  }
  const std::string prefix = path.empty() ? "" : path + '+';
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      Flatten(member, prefix + Quoted(key), depth + 1, out);
    }
  } else if (value.is_array()) {
    for (size_t index = 0; index < value.size(); ++index) {
      Flatten(value[index], prefix + std::to_string(index), depth + 1, out);
    }
  } else {
    out.push_back(path + '=' +
                  (value.is_string() ? Quoted(value.get<std::string>()) : value.dump()));
  }
}

std::string Md5(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_md5(), nullptr) != 1) {
    return "";
  }
  std::string hex;
  for (unsigned int index = 0; index < length; ++index) {
    hex += fmt::format("{:02x}", digest[index]);
  }
  return hex;
}

void WriteV2(base::JsonWriter& json, const LastV2Checkpoint& v2) {
  json.Key("v2Checkpoint").BeginObject();
  json.Key("path").String(std::string_view(v2.key).substr(kLogFolder.size()));
  json.Key("sizeInBytes").Int(v2.size_bytes);
  json.Key("modificationTime").Int(v2.modified_millis);
  if (v2.table_actions.size() <= kMaxEmbeddedActions) {
    json.Key("nonFileActions").BeginArray();
    for (const Action& action : v2.table_actions) {
      json.Raw(FormatAction(action));
    }
    json.EndArray();
  }
  if (v2.sidecars.size() <= kMaxEmbeddedActions) {
    json.Key("sidecarFiles").BeginArray();
    for (const Sidecar& sidecar : v2.sidecars) {
      json.Raw(FormatActionBody(sidecar));
    }
    json.EndArray();
  }
  json.EndObject();
}

}  // namespace

std::string JsonChecksum(std::string_view json) {
  nlohmann::json document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_object()) {
    return "";
  }
  document.erase("checksum");
  std::vector<std::string> entries;
  Flatten(document, "", 0, entries);
  // The protocol sorts by the paths alone; Spark, which is who verifies it, by path and value. That
  // makes a difference for texts in arrays of more than ten.
  std::sort(entries.begin(), entries.end());
  return Md5(fmt::format("{}", fmt::join(entries, ",")));
}

std::string FormatLastCheckpoint(const LastCheckpoint& checkpoint) {
  base::JsonWriter json;
  // These two first: old readers rely on finding them in the first bytes.
  json.BeginObject();
  json.Key("version").Int(checkpoint.version);
  json.Key("size").Int(checkpoint.actions);
  json.Key("sizeInBytes").Int(checkpoint.size_bytes);
  json.Key("numOfAddFiles").Int(checkpoint.add_count);
  if (checkpoint.v2) {
    WriteV2(json, *checkpoint.v2);
  }
  std::string text = json.Take();
  const std::string checksum = JsonChecksum(text + "}");
  return fmt::format("{},\"checksum\":\"{}\"}}", text, checksum);
}

std::optional<int64_t> ParseLastCheckpoint(std::string_view text) {
  const nlohmann::json hint = nlohmann::json::parse(text, nullptr, false);
  if (!hint.is_object()) {
    return std::nullopt;
  }
  const auto version = hint.find("version");
  if (version == hint.end() || !version->is_number_integer() || version->get<int64_t>() < 0) {
    return std::nullopt;
  }
  const auto checksum = hint.find("checksum");
  if (checksum != hint.end() && checksum->is_string() &&
      checksum->get<std::string>() != JsonChecksum(text)) {
    return std::nullopt;
  }
  return version->get<int64_t>();
}

Result<std::optional<int64_t>> ReadLastCheckpoint(storage::ObjectStore& store) {
  Result<std::string> text = store.Read(kLastCheckpointKey);
  if (text) {
    return ParseLastCheckpoint(*text);
  }
  if (text.error().kind == ErrorKind::kNotFound) {
    return std::nullopt;
  }
  return Fail(std::move(text).error());
}

Result<void> WriteLastCheckpoint(storage::ObjectStore& store, const LastCheckpoint& checkpoint) {
  const auto present = ReadLastCheckpoint(store);
  if (present && present->value_or(-1) >= checkpoint.version) {
    return {};
  }
  LIMNO_TRY(store.Delete(kStaleHintChecksum));
  return store.Put(kLastCheckpointKey, FormatLastCheckpoint(checkpoint));
}

}  // namespace limno::table::delta
