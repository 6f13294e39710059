#include "ingest/landing.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ingest/byte_stream.h"
#include "storage/local_files.h"

namespace limno::ingest {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kFormatVersion = 1;
constexpr std::string_view kTemporarySuffix = ".tmp";
constexpr base::UnixMillis kLeftoverMillis = base::UnixMillis{24} * 60 * 60 * 1000;

std::string ShortHash(std::string_view text) { return Fingerprint::Of(text).hex().substr(0, 16); }

/// "<uri>-<content>-<reading>": what the names of a landed input begin with.
std::string KeyName(const LandingKey& key) {
  return fmt::format("{}-{}-{}", ShortHash(key.uri), key.fingerprint.hex().substr(0, 32),
                     ShortHash(key.reading));
}

std::string DataName(const LandingKey& key, size_t number) {
  return fmt::format("{}.{}.parquet", KeyName(key), number);
}

std::string ManifestName(const LandingKey& key) { return KeyName(key) + ".json"; }

std::string SightingName(const std::string& uri) { return ShortHash(uri) + ".seen.json"; }

/// Letters, digits, '_', '-', '.' stay; everything else becomes %XX, so that every source name is
/// one folder name.
std::string FolderName(const std::string& source) {
  std::string name;
  for (const char letter : source) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = std::isalnum(byte) != 0 || letter == '_' || letter == '-' ||
                       (letter == '.' && !name.empty());
    name += plain ? std::string(1, letter) : fmt::format("%{:02X}", byte);
  }
  return name;
}

std::optional<json> ReadDocument(const std::string& path) {
  std::string text;
  const Result<void> read = ReadPieces(path, [&text](std::string_view piece) -> Result<void> {
    text += piece;
    return {};
  });
  if (!read) {
    return std::nullopt;
  }
  json document = json::parse(text, nullptr, false);
  if (!document.is_object() || !document.contains("format_version") ||
      document["format_version"] != kFormatVersion) {
    return std::nullopt;
  }
  return document;
}

bool HasSize(const std::string& path, uint64_t bytes) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && static_cast<uint64_t>(status.st_size) == bytes;
}

Result<void> SyncPath(const std::string& path, int flags) {
  const storage::FileDescriptor file(open(path.c_str(), flags | O_CLOEXEC));
  if (!file.valid()) {
    return Fail(storage::SystemError(errno, "cannot open", path));
  }
  return storage::Sync(file.get(), path);
}

json FileToJson(const LandedFile& file) {
  json columns = json::array();
  for (const LandedColumn& column : file.columns) {
    columns.push_back({{"name", column.name}, {"type", column.type}, {"decided", column.decided}});
  }
  return {{"file", fs::path(file.path).filename().string()},
          {"member", file.member},
          {"columns", std::move(columns)},
          {"rows", file.rows},
          {"bytes", file.bytes}};
}

LandedFile FileFromJson(const json& document, const std::string& folder) {
  LandedFile file;
  file.path = folder + "/" + document.at("file").get<std::string>();
  file.member = document.at("member").get<std::string>();
  file.rows = document.at("rows").get<uint64_t>();
  file.bytes = document.at("bytes").get<uint64_t>();
  for (const json& column : document.at("columns")) {
    file.columns.push_back({column.at("name").get<std::string>(),
                            column.at("type").get<std::string>(),
                            column.at("decided").get<bool>()});
  }
  return file;
}

LandedInput InputFromJson(const json& document, const LandingKey& key, const std::string& folder) {
  LandedInput input;
  input.uri = key.uri;
  input.fingerprint = key.fingerprint;
  input.source_bytes = document.at("source_bytes").get<uint64_t>();
  for (const json& file : document.at("files")) {
    input.files.push_back(FileFromJson(file, folder));
  }
  return input;
}

}  // namespace

Landing::Landing(std::string folder, const std::string& source, bool sync, base::Random& random)
    : folder_(std::move(folder) + "/" + FolderName(source)), sync_(sync), random_(random) {}

std::optional<LandedInput> Landing::Find(const LandingKey& key) const {
  const std::optional<json> document = ReadDocument(folder_ + "/" + ManifestName(key));
  if (!document) {
    return std::nullopt;
  }
  try {
    // Names are hashes cut short; the manifest has them whole.
    if (document->at("uri") != key.uri || document->at("sha256") != key.fingerprint.hex() ||
        document->at("reading") != key.reading) {
      return std::nullopt;
    }
    LandedInput input = InputFromJson(*document, key, folder_);
    for (const LandedFile& file : input.files) {
      if (!HasSize(file.path, file.bytes)) {
        return std::nullopt;
      }
    }
    return input;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

Result<std::string> Landing::NewTemporaryPath() {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) {
    return Fail(storage::SystemError(error.value(), "cannot create the landing zone", folder_));
  }
  return fmt::format("{}/.{}{}", folder_, base::FormatUuid(random_.Uuid()), kTemporarySuffix);
}

Result<void> Landing::Publish(const LandingKey& key, size_t number,
                              const std::string& temporary_path, LandedFile& file) {
  if (sync_) {
    LIMNO_TRY(SyncPath(temporary_path, O_RDONLY));
  }
  file.path = folder_ + "/" + DataName(key, number);
  if (rename(temporary_path.c_str(), file.path.c_str()) != 0) {
    return Fail(storage::SystemError(errno, "cannot land", file.path));
  }
  return {};
}

Result<void> Landing::Finish(const LandingKey& key, const LandedInput& input) {
  json files = json::array();
  for (const LandedFile& file : input.files) {
    files.push_back(FileToJson(file));
  }
  const json document = {{"format_version", kFormatVersion},   {"uri", input.uri},
                         {"sha256", input.fingerprint.hex()},  {"reading", key.reading},
                         {"source_bytes", input.source_bytes}, {"files", std::move(files)}};
  return PutDocument(folder_ + "/" + ManifestName(key),
                     document.dump(1, ' ', false, json::error_handler_t::replace));
}

std::optional<Sighting> Landing::FindSighting(const std::string& uri) const {
  const std::optional<json> document = ReadDocument(folder_ + "/" + SightingName(uri));
  if (!document) {
    return std::nullopt;
  }
  try {
    if (document->at("uri") != uri) {
      return std::nullopt;
    }
    Result<Fingerprint> fingerprint = Fingerprint::Parse(document->at("sha256").get<std::string>());
    if (!fingerprint) {
      return std::nullopt;
    }
    Sighting sighting;
    sighting.size_bytes = document->at("size").get<uint64_t>();
    sighting.modified_nanos = document->at("modified_nanos").get<int64_t>();
    sighting.changed_nanos = document->at("changed_nanos").get<int64_t>();
    sighting.inode = document->at("inode").get<uint64_t>();
    sighting.device = document->at("device").get<uint64_t>();
    sighting.etag = document->at("etag").get<std::string>();
    sighting.modified_millis = document->at("modified_millis").get<int64_t>();
    sighting.seen_millis = document->at("seen_millis").get<int64_t>();
    sighting.fingerprint = *std::move(fingerprint);
    return sighting;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

Result<void> Landing::Remember(const std::string& uri, const Sighting& sighting) {
  const json document = {{"format_version", kFormatVersion},
                         {"uri", uri},
                         {"size", sighting.size_bytes},
                         {"modified_nanos", sighting.modified_nanos},
                         {"changed_nanos", sighting.changed_nanos},
                         {"inode", sighting.inode},
                         {"device", sighting.device},
                         {"etag", sighting.etag},
                         {"modified_millis", sighting.modified_millis},
                         {"seen_millis", sighting.seen_millis},
                         {"sha256", sighting.fingerprint.hex()}};
  return PutDocument(folder_ + "/" + SightingName(uri),
                     document.dump(1, ' ', false, json::error_handler_t::replace));
}

Result<void> Landing::PutDocument(const std::string& path, const std::string& text) {
  LIMNO_ASSIGN(const std::string temporary, NewTemporaryPath());
  LIMNO_ASSIGN(FileSink file, FileSink::Create(temporary));
  LIMNO_TRY(file.Write(text));
  if (sync_) {
    LIMNO_TRY(SyncPath(temporary, O_RDONLY));
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    return Fail(storage::SystemError(errno, "cannot write", path));
  }
  return {};
}

void Landing::RemoveLeftovers(base::UnixMillis now) {
  std::error_code error;
  fs::directory_iterator entries(folder_, error);
  while (!error && entries != fs::directory_iterator()) {
    const std::string path = entries->path().string();
    entries.increment(error);
    struct stat status {};
    if (path.ends_with(kTemporarySuffix) && stat(path.c_str(), &status) == 0 &&
        storage::ModifiedMillis(status) + kLeftoverMillis < now) {
      unlink(path.c_str());
    }
  }
}

}  // namespace limno::ingest
