#include "engine/copy_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "table/percent_coding.h"

namespace limno::engine {
namespace {

constexpr std::string_view kFolder = "_limno/copy_into/";
constexpr std::string_view kSuffix = ".txt";
constexpr std::string_view kFirstWords = "limno copy ledger ";
constexpr std::string_view kFormatVersion = "1";
constexpr std::string_view kOlder = "older ";
/// Numbers that others have taken without ever committing them.
constexpr int kAttempts = 1000;
constexpr int64_t kMillisPerDay = 86'400'000;

std::string KeyOf(int64_t number) { return fmt::format("{}{:020}{}", kFolder, number, kSuffix); }

/// A path as a word: no spaces, line ends, nor anything that is no ASCII.
std::string EncodePath(const std::string& path) {
  return table::PercentEncode(
      path, [](unsigned char byte) { return byte > ' ' && byte < 0x7f && byte != '%'; });
}

std::string LineOf(const SourceFile& file) {
  return fmt::format("{} {} {}\n", file.bytes, file.modified_nanos, EncodePath(file.path));
}

/// Cuts the text up to `end` (or all of it) off the front.
std::string_view Cut(std::string_view& text, char end) {
  const size_t found = text.find(end);
  const std::string_view cut = text.substr(0, found);
  text.remove_prefix(found == std::string_view::npos ? text.size() : found + 1);
  return cut;
}

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

tl::unexpected<Error> Damaged(int64_t number, const std::string& what) {
  return Fail(ErrorKind::kCorrupt, "the list of files that COPY INTO has loaded " + what,
              KeyOf(number),
              "COPY_OPTIONS ('force' = 'true') loads files whether they were loaded or not, and "
              "begins a new list");
}

}  // namespace

CopyLedger::CopyLedger(storage::ObjectStore& store, const table::Snapshot& snapshot)
    : store_(store) {
  const auto noted = snapshot.app_transactions.find(kCopyApplication);
  newest_ = noted == snapshot.app_transactions.end() ? 0 : noted->second;
}

Result<CopyLedger::Text> CopyLedger::Read(int64_t number) {
  const Result<std::string> text = store_.Read(KeyOf(number));
  if (!text) {
    return text.error().kind == ErrorKind::kNotFound ? Damaged(number, "is gone")
                                                     : Fail(text.error());
  }
  std::string_view rest = *text;
  std::string_view first = Cut(rest, '\n');
  if (!first.starts_with(kFirstWords)) {
    return Damaged(number, "is none");
  }
  first.remove_prefix(kFirstWords.size());
  if (first != kFormatVersion) {
    return Fail(ErrorKind::kUnsupported,
                fmt::format("a newer Limno wrote the list of files that COPY INTO has loaded: "
                            "format {}, known is {}",
                            first, kFormatVersion),
                KeyOf(number), "use that one");
  }
  Text parsed;
  while (rest.starts_with(kOlder)) {
    std::string_view line = Cut(rest, '\n');
    line.remove_prefix(kOlder.size());
    Reference reference;
    if (!ParseNumber(Cut(line, ' '), reference.number) || !ParseNumber(line, reference.files)) {
      return Damaged(number, "cannot be read");
    }
    parsed.older.push_back(reference);
  }
  // A part ends with a line end, so a torn one is seen.
  if (!rest.empty() && rest.back() != '\n') {
    return Damaged(number, "ends in the middle of a line");
  }
  parsed.files = static_cast<size_t>(std::count(rest.begin(), rest.end(), '\n'));
  parsed.lines = rest;
  return parsed;
}

Result<std::vector<bool>> CopyLedger::Has(const std::vector<SourceFile>& files) {
  std::vector<bool> found(files.size(), false);
  if (newest_ == 0) {
    return found;
  }
  std::unordered_map<std::string, size_t> wanted;
  for (size_t index = 0; index < files.size(); ++index) {
    std::string line = LineOf(files[index]);
    line.pop_back();
    wanted.emplace(std::move(line), index);
  }
  const auto look = [&](const std::string& lines) {
    std::string_view rest = lines;
    std::string line;
    while (!rest.empty()) {
      line = Cut(rest, '\n');
      if (const auto file = wanted.find(line); file != wanted.end()) {
        found[file->second] = true;
      }
    }
  };
  LIMNO_ASSIGN(const Text newest, Read(newest_));
  look(newest.lines);
  for (const Reference& older : newest.older) {
    LIMNO_ASSIGN(const Text part, Read(older.number));
    look(part.lines);
  }
  return found;
}

Result<CopyLedger::Part> CopyLedger::Append(const std::vector<SourceFile>& files) {
  if (newest_ == 0) {
    return Begin(files);
  }
  LIMNO_ASSIGN(Text newest, Read(newest_));
  // Oldest and largest first.
  std::vector<Reference> parts = newest.older;
  parts.push_back({newest_, newest.files});
  const std::vector<Reference> committed = parts;
  std::string lines;
  for (const SourceFile& file : files) {
    lines += LineOf(file);
  }
  size_t count = files.size();
  while (!parts.empty() && parts.back().files <= count) {
    LIMNO_ASSIGN(const Text part, Read(parts.back().number));
    lines.insert(0, part.lines);
    count += part.files;
    parts.pop_back();
  }
  LIMNO_ASSIGN(Part written, Write(parts, lines));
  RemoveUnused(committed, written.number);
  return written;
}

Result<CopyLedger::Part> CopyLedger::Begin(const std::vector<SourceFile>& files) {
  std::string lines;
  for (const SourceFile& file : files) {
    lines += LineOf(file);
  }
  return Write({}, lines);
}

Result<CopyLedger::Part> CopyLedger::Write(const std::vector<Reference>& older,
                                           const std::string& lines) {
  std::string text = fmt::format("{}{}\n", kFirstWords, kFormatVersion);
  for (const Reference& reference : older) {
    text += fmt::format("{}{} {}\n", kOlder, reference.number, reference.files);
  }
  text += lines;
  for (int attempt = 1; attempt <= kAttempts; ++attempt) {
    Part part{newest_ + attempt, KeyOf(newest_ + attempt)};
    const Result<void> put = store_.PutIfAbsent(part.key, text);
    if (put) {
      return part;
    }
    if (put.error().kind != ErrorKind::kAlreadyExists) {
      return Fail(put.error());
    }
  }
  return Fail(ErrorKind::kUnavailable,
              "too many others are loading files into the table with COPY INTO", KeyOf(newest_));
}

void CopyLedger::RemoveUnused(const std::vector<Reference>& used, int64_t written) {
  const auto listed = store_.List(kFolder);
  const auto newest = store_.Head(KeyOf(written));
  if (!listed || !newest) {
    return;
  }
  std::vector<std::string> unused;
  for (const storage::ObjectInfo& object : listed->objects) {
    const bool in_use = std::any_of(used.begin(), used.end(), [&](const Reference& reference) {
      return KeyOf(reference.number) == object.key;
    });
    if (!in_use && newest->modified_millis - object.modified_millis > kMillisPerDay) {
      unused.push_back(object.key);
    }
  }
  // Best effort: what stays behind costs some space.
  (void)store_.DeleteBatch(unused);
}

}  // namespace limno::engine
