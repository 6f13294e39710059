// A thin layer over simdjson's on-demand parser for reading action lines: typed getters that
// remember what was wrong instead of throwing. Included by .cc files of this folder only.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "limno/error.h"

namespace limno::table::delta {

/// Getters return false after noting the problem. A value may be read once and in document order.
class JsonReader {
 public:
  using Value = simdjson::ondemand::value;
  using Object = simdjson::ondemand::object;

  const std::string& problem() const { return problem_; }
  ErrorKind problem_kind() const { return problem_kind_; }
  void ClearProblem() { problem_.clear(); }

  bool Fail(std::string problem, ErrorKind kind = ErrorKind::kCorrupt) {
    problem_ = std::move(problem);
    problem_kind_ = kind;
    return false;
  }

  /// Calls handle(key, value) for each member that is not null; the key is valid during the call.
  /// The handler reads or skips the value and returns false to stop.
  template <typename Handler>
  bool ForEachMember(Object object, Handler handle) {
    for (auto&& element : object) {
      simdjson::ondemand::field field;
      std::string_view key;
      if (std::move(element).get(field) || field.unescaped_key().get(key)) {
        return Fail("broken JSON");
      }
      Value value = field.value();
      bool is_null = false;
      if (value.is_null().get(is_null) || (!is_null && !handle(key, value))) {
        return problem_.empty() ? Fail(BadMember(key)) : false;
      }
    }
    return true;
  }

  template <typename Handler>
  bool ForEachMember(Value& value, Handler handle) {
    Object object;
    if (value.get_object().get(object)) {
      return Fail("an object is expected");
    }
    return ForEachMember(object, handle);
  }

  bool String(Value& value, std::string& out) {
    std::string_view text;
    if (value.get_string().get(text)) {
      return false;
    }
    out.assign(text);
    return true;
  }

  bool Bool(Value& value, bool& out) { return !value.get_bool().get(out); }

  /// An integer; "1.0" and "1e3" count as integers.
  bool Int(Value& value, int64_t& out);
  bool Int(Value& value, std::optional<int64_t>& out);
  bool Int32(Value& value, int32_t& out);

  /// The value's JSON text on one line, checked.
  bool Raw(Value& value, std::string& out);
  /// A string as it is, anything else as its JSON text.
  bool Text(Value& value, std::string& out);

 private:
  static std::string BadMember(std::string_view key) {
    return "wrong type or broken JSON in member '" + std::string(key) + "'";
  }

  simdjson::dom::parser checker_;
  std::string problem_;
  ErrorKind problem_kind_ = ErrorKind::kCorrupt;
};

}  // namespace limno::table::delta
