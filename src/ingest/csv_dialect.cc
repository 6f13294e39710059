#include "ingest/csv_dialect.h"

#include <algorithm>
#include <array>
#include <utility>

namespace limno::ingest {
namespace {

constexpr size_t kRecordsMax = 1000;

/// Cuts a text into records of fields, counting or keeping them.
class RecordReader {
 public:
  RecordReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  /// False where the text ends before the record does.
  bool Next(std::vector<std::string>& fields) {
    fields.clear();
    while (position_ < text_.size() && IsLineEnd(text_[position_])) {
      ++position_;
    }
    begin_ = position_;
    if (position_ >= text_.size()) {
      return false;
    }
    std::string field;
    while (position_ < text_.size()) {
      if (field.empty() && text_[position_] == '"') {
        ReadQuoted(field);
        continue;
      }
      const char letter = text_[position_++];
      if (letter == delimiter_) {
        fields.push_back(std::move(field));
        field.clear();
      } else if (IsLineEnd(letter)) {
        fields.push_back(std::move(field));
        return true;
      } else {
        field += letter;
      }
    }
    fields.push_back(std::move(field));
    return false;
  }

  /// Where the last record begins.
  size_t begin() const { return begin_; }

 private:
  static bool IsLineEnd(char letter) { return letter == '\n' || letter == '\r'; }

  void ReadQuoted(std::string& field) {
    ++position_;
    while (position_ < text_.size()) {
      const char letter = text_[position_++];
      const bool more = position_ < text_.size();
      const bool escapes = letter == '\\' && more && text_[position_] == '"';
      if (escapes || (letter == '"' && more && text_[position_] == '"')) {
        field += '"';
        ++position_;
      } else if (letter == '"') {
        return;
      } else {
        field += letter;
      }
    }
  }

  std::string_view text_;
  char delimiter_;
  size_t position_ = 0;
  size_t begin_ = 0;
};

struct Score {
  std::vector<std::string> first_record;
  /// The first one counts also where it does not end.
  size_t records = 1;
  size_t agreeing = 1;
  size_t complete = 0;

  /// Many fields are worth nothing where the records do not agree on them.
  double Value() const {
    if (first_record.size() < 2) {
      return 0;
    }
    const double agreement = static_cast<double>(agreeing) / static_cast<double>(records);
    return agreement * agreement * (1.0 + static_cast<double>(first_record.size()) / 1000.0);
  }
};

Score Try(std::string_view beginning, char delimiter) {
  RecordReader reader(beginning, delimiter);
  Score score;
  std::vector<std::string> fields;
  if (!reader.Next(score.first_record)) {
    return score;
  }
  score.complete = 1;
  while (score.records < kRecordsMax && reader.Next(fields)) {
    ++score.records;
    ++score.complete;
    score.agreeing += fields.size() == score.first_record.size() ? 1 : 0;
  }
  return score;
}

uint64_t LineOf(std::string_view text, size_t position) {
  uint64_t line = 1;
  for (size_t i = 0; i < position; ++i) {
    const bool first_of_two = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    line += (text[i] == '\n' || text[i] == '\r') && !first_of_two ? 1 : 0;
  }
  return line;
}

/// The first record of those that agree on a number of fields up to the end.
std::optional<TableStart> FindStart(std::string_view beginning, char delimiter, size_t& agreeing) {
  RecordReader reader(beginning, delimiter);
  std::vector<std::string> fields;
  std::vector<std::pair<size_t, size_t>> records;  // begin, number of fields
  bool more = true;
  while (more && records.size() < kRecordsMax) {
    more = reader.Next(fields);
    if (!fields.empty()) {
      records.emplace_back(reader.begin(), fields.size());
    }
  }
  if (beginning.size() >= kDialectBytes && !records.empty()) {
    records.pop_back();  // it is probably cut off
  }
  size_t first = records.size();
  while (first > 0 && records[first - 1].second == records.back().second) {
    --first;
  }
  agreeing = records.size() - first;
  const bool shorter =
      std::all_of(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(first),
                  [&](const auto& record) { return record.second < records.back().second; });
  if (first == 0 || agreeing < 2 || !shorter) {
    return std::nullopt;
  }
  return TableStart{LineOf(beginning, records[first].first), records[first].second,
                    records.front().second};
}

}  // namespace

std::optional<TableStart> FindTableStart(std::string_view beginning, char delimiter) {
  constexpr std::string_view kCandidates = ",;\t|";
  std::optional<TableStart> best;
  size_t best_agreeing = 0;
  for (const char candidate : delimiter == '\0' ? kCandidates : std::string_view(&delimiter, 1)) {
    size_t agreeing = 0;
    const auto start = FindStart(beginning, candidate, agreeing);
    if (start && agreeing > best_agreeing) {
      best = start;
      best_agreeing = agreeing;
    }
  }
  return best;
}

CsvDialect DetectDialect(std::string_view beginning, char delimiter) {
  constexpr std::array kCandidates = {';', '\t', '|'};
  if (beginning.starts_with("\xef\xbb\xbf")) {
    beginning.remove_prefix(3);
  }
  const bool backslashes = beginning.find('\\') != std::string_view::npos;
  if (delimiter != '\0') {
    Score score = Try(beginning, delimiter);
    return {delimiter, std::move(score.first_record), score.complete, backslashes};
  }
  Score best = Try(beginning, ',');
  char best_delimiter = ',';
  for (const char candidate : kCandidates) {
    Score score = Try(beginning, candidate);
    if (score.Value() > best.Value()) {
      best = std::move(score);
      best_delimiter = candidate;
    }
  }
  return {best_delimiter, std::move(best.first_record), best.complete, backslashes};
}

}  // namespace limno::ingest
