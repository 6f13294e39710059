#include "engine/spark_lexis.h"

#include <cctype>
#include <map>
#include <set>

#include "base/name_match.h"

namespace limno::engine {
namespace {

bool IsWordCharacter(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_' ||
         (static_cast<unsigned char>(character) & 0x80) != 0;
}

bool IsDigit(char character) { return std::isdigit(static_cast<unsigned char>(character)) != 0; }

/// Types that another word stands for. DuckDB knows STRING, LONG and the like.
const std::map<std::string, std::string>& TypeWords() {
  static const std::map<std::string, std::string> kTypes{{"timestamp", "TIMESTAMPTZ"},
                                                         {"timestamp_ltz", "TIMESTAMPTZ"},
                                                         {"timestamp_ntz", "TIMESTAMP"},
                                                         {"byte", "TINYINT"}};
  return kTypes;
}

/// Words of expressions; every other one that is no type and calls nothing is the name of a column,
/// also where DuckDB keeps the word for itself ("at").
bool IsKeyword(const std::string& word) {
  static const std::set<std::string> kWords{
      "and",     "as",       "between",      "both",
      "case",    "cast",     "current_date", "current_timestamp",
      "date",    "distinct", "else",         "end",
      "escape",  "false",    "for",          "from",
      "ilike",   "in",       "interval",     "is",
      "leading", "like",     "not",          "null",
      "select",  "or",       "then",         "trailing",
      "true",    "try_cast", "when"};
  return kWords.contains(word);
}

char Unescaped(char character) {
  switch (character) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '0':
      return '\0';
    default:
      return character;
  }
}

class Respeller {
 public:
  explicit Respeller(std::string_view sql) : sql_(sql) {}

  Result<std::string> Run() {
    while (position_ < sql_.size()) {
      const char character = sql_[position_];
      if (character == '\'' || character == '"') {
        LIMNO_TRY(TakeString(character));
      } else if (character == '`') {
        LIMNO_TRY(TakeName());
      } else if (IsDigit(character)) {
        TakeNumber();
      } else if (IsWordCharacter(character)) {
        TakeWord();
      } else {
        TakeSymbol();
      }
    }
    return std::move(out_);
  }

 private:
  tl::unexpected<Error> Open() const {
    return Fail(ErrorKind::kUsage, "a quote does not end in: " + std::string(sql_));
  }

  Result<void> TakeString(char quote) {
    out_ += '\'';
    for (++position_; position_ < sql_.size(); ++position_) {
      char character = sql_[position_];
      if (character == quote) {
        ++position_;
        out_ += '\'';
        return {};
      }
      if (character == '\\' && position_ + 1 < sql_.size()) {
        // LIKE patterns keep their escapes.
        const char escaped = sql_[++position_];
        if (escaped == '%' || escaped == '_') {
          out_ += '\\';
        }
        character = Unescaped(escaped);
      }
      out_ += character;
      if (character == '\'') {
        out_ += character;
      }
    }
    return Open();
  }

  Result<void> TakeName() {
    out_ += '"';
    for (++position_; position_ < sql_.size(); ++position_) {
      const char character = sql_[position_];
      if (character == '`') {
        if (position_ + 1 == sql_.size() || sql_[position_ + 1] != '`') {
          ++position_;
          out_ += '"';
          return {};
        }
        ++position_;
      }
      out_ += character;
      if (character == '"') {
        out_ += character;
      }
    }
    return Open();
  }

  /// Without the letters that give a type: 1L, 2S, 3Y, 4.5D, 6F, 7BD.
  void TakeNumber() {
    while (position_ < sql_.size() && (IsDigit(sql_[position_]) || sql_[position_] == '.')) {
      out_ += sql_[position_++];
    }
    const size_t begin = position_;
    while (position_ < sql_.size() && IsWordCharacter(sql_[position_])) {
      ++position_;
    }
    const std::string suffix = base::FoldCase(std::string(sql_.substr(begin, position_ - begin)));
    if (suffix != "l" && suffix != "s" && suffix != "y" && suffix != "d" && suffix != "f" &&
        suffix != "bd") {
      out_.append(sql_.substr(begin, position_ - begin));
    }
  }

  void TakeWord() {
    const size_t begin = position_;
    while (position_ < sql_.size() && IsWordCharacter(sql_[position_])) {
      ++position_;
    }
    const std::string_view word = sql_.substr(begin, position_ - begin);
    const std::string folded = base::FoldCase(std::string(word));
    size_t next = position_;
    while (next < sql_.size() && sql_[next] == ' ') {
      ++next;
    }
    const bool more = next < sql_.size();
    const bool before_string = more && (sql_[next] == '\'' || sql_[next] == '"');
    const bool is_column = !after_as_ && !before_string && !(more && sql_[next] == '(');
    const auto type = TypeWords().find(folded);
    if (is_column && (!IsKeyword(folded) || folded == "date")) {
      out_ += '"';
      out_.append(word);
      out_ += '"';
    } else if ((after_as_ || before_string) && type != TypeWords().end()) {
      out_ += type->second;
    } else {
      out_.append(word);
    }
    after_as_ = folded == "as";
  }

  void TakeSymbol() {
    const std::string_view rest = sql_.substr(position_);
    if (rest.starts_with("<=>")) {
      out_ += " IS NOT DISTINCT FROM ";
      position_ += 3;
    } else if (rest.starts_with("==")) {
      out_ += '=';
      position_ += 2;
    } else if (rest[0] == '!' && !rest.starts_with("!=")) {
      out_ += " NOT ";
      ++position_;
    } else if (rest.starts_with("!=")) {
      out_ += "<>";
      position_ += 2;
    } else {
      after_as_ = after_as_ && rest[0] == ' ';
      out_ += sql_[position_++];
    }
  }

  std::string_view sql_;
  size_t position_ = 0;
  bool after_as_ = false;
  std::string out_;
};

}  // namespace

Result<std::string> RespellSpark(std::string_view sql) { return Respeller(sql).Run(); }

}  // namespace limno::engine
