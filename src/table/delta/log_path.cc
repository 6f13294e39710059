#include "table/delta/log_path.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

namespace limno::table::delta {
namespace {

constexpr size_t kVersionDigits = 20;
constexpr size_t kPartDigits = 10;

std::optional<int64_t> ParseDigits(std::string_view text, size_t digits) {
  if (text.size() != digits) {
    return std::nullopt;
  }
  for (const char character : text) {
    if (character < '0' || character > '9') {
      return std::nullopt;
    }
  }
  int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() ? std::optional<int64_t>(number) : std::nullopt;
}

std::vector<std::string_view> SplitAtDots(std::string_view name) {
  std::vector<std::string_view> pieces;
  size_t begin = 0;
  while (true) {
    const size_t dot = name.find('.', begin);
    if (dot == std::string_view::npos) {
      pieces.push_back(name.substr(begin));
      return pieces;
    }
    pieces.push_back(name.substr(begin, dot - begin));
    begin = dot + 1;
  }
}

bool IsUuid(std::string_view text) {
  constexpr size_t kUuidLength = 36;
  return text.size() == kUuidLength && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
         text[23] == '-';
}

/// The pieces after "<version>.checkpoint".
std::optional<LogFileName> ParseCheckpoint(int64_t version,
                                           const std::vector<std::string_view>& pieces) {
  LogFileName name;
  name.version = version;
  const std::string_view ending = pieces.back();
  if (pieces.size() == 3 && ending == "parquet") {
    name.kind = LogFileKind::kCheckpoint;
    return name;
  }
  if (pieces.size() == 4 && IsUuid(pieces[2]) && (ending == "parquet" || ending == "json")) {
    name.kind = ending == "json" ? LogFileKind::kJsonCheckpoint : LogFileKind::kCheckpoint;
    return name;
  }
  if (pieces.size() == 5 && ending == "parquet") {
    const std::optional<int64_t> part = ParseDigits(pieces[2], kPartDigits);
    const std::optional<int64_t> parts = ParseDigits(pieces[3], kPartDigits);
    constexpr int64_t kMaxParts = 1'000'000;
    if (part && parts && *part >= 1 && *part <= *parts && *parts <= kMaxParts) {
      name.kind = LogFileKind::kCheckpointPart;
      name.part = static_cast<int>(*part);
      name.parts = static_cast<int>(*parts);
      return name;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string CommitKey(int64_t version) { return fmt::format("{}{:020}.json", kLogFolder, version); }

std::string CheckpointKey(int64_t version) {
  return fmt::format("{}{:020}.checkpoint.parquet", kLogFolder, version);
}

std::string CheckpointPartKey(int64_t version, int part, int parts) {
  return fmt::format("{}{:020}.checkpoint.{:010}.{:010}.parquet", kLogFolder, version, part, parts);
}

std::string UuidCheckpointKey(int64_t version, std::string_view uuid) {
  return fmt::format("{}{}.parquet", CheckpointPrefix(version), uuid);
}

std::string CheckpointPrefix(int64_t version) {
  return fmt::format("{}{:020}.checkpoint.", kLogFolder, version);
}

std::string CompactedKey(int64_t first, int64_t last) {
  return fmt::format("{}{:020}.{:020}.compacted.json", kLogFolder, first, last);
}

std::string ChecksumKey(int64_t version) {
  return fmt::format("{}{:020}.crc", kLogFolder, version);
}

std::string KeyBeforeVersion(int64_t version) {
  return fmt::format("{}{:020}", kLogFolder, version);
}

std::optional<LogFileName> ParseLogKey(std::string_view key) {
  if (key.substr(0, kLogFolder.size()) != kLogFolder) {
    return std::nullopt;
  }
  key.remove_prefix(kLogFolder.size());
  if (key.size() <= kVersionDigits || key.find('/') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::vector<std::string_view> pieces = SplitAtDots(key);
  const std::optional<int64_t> version = ParseDigits(pieces[0], kVersionDigits);
  if (!version) {
    return std::nullopt;
  }
  LogFileName name;
  name.version = *version;
  if (pieces.size() == 2 && (pieces[1] == "json" || pieces[1] == "crc")) {
    name.kind = pieces[1] == "json" ? LogFileKind::kCommit : LogFileKind::kChecksum;
    return name;
  }
  if (pieces.size() >= 3 && pieces[1] == "checkpoint") {
    return ParseCheckpoint(*version, pieces);
  }
  if (pieces.size() == 4 && pieces[2] == "compacted" && pieces[3] == "json") {
    if (const std::optional<int64_t> end = ParseDigits(pieces[1], kVersionDigits)) {
      name.kind = LogFileKind::kCompacted;
      name.end_version = *end;
      return name;
    }
  }
  return std::nullopt;
}

}  // namespace limno::table::delta
