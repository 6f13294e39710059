#include <algorithm>

#include "table/delta/action_parser.h"

namespace limno::table::delta {

bool ActionParser::ParseLine(simdjson::padded_string_view line) {
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (parser_.iterate(line).get(document) || document.get_object().get(object)) {
    return reader_.Fail("broken JSON: an object is expected");
  }
  if (!reader_.ForEachMember(
          object, [this](std::string_view key, Value& value) { return ParseMember(key, value); })) {
    return false;
  }
  // Only the end of the text has no location.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS ||
         reader_.Fail("broken JSON: text after the object");
}

bool ActionParser::ParseMember(std::string_view kind, Value& value) {
  if (kind == "add") {
    return ParseAdd(value);
  }
  if (kind == "remove") {
    return ParseRemove(value);
  }
  if (kind == "commitInfo") {
    return ParseCommitInfo(value);
  }
  if (kind == "metaData") {
    return ParseMetadata(value);
  }
  if (kind == "protocol") {
    return ParseProtocol(value);
  }
  if (kind == "txn") {
    return ParseTransaction(value);
  }
  if (kind == "domainMetadata") {
    return ParseDomain(value);
  }
  if (kind == "cdc") {
    return ParseChangeFile(value);
  }
  if (kind == "sidecar") {
    return ParseSidecar(value);
  }
  if (kind == "checkpointMetadata") {
    return ParseCheckpointMetadata(value);
  }
  return ParseUnknown(kind, value);
}

namespace {

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

Result<std::vector<Action>> ParseActions(std::string_view text, std::string_view name) {
  std::vector<Action> actions;
  actions.reserve(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
  ActionParser parser(actions);
  std::string padded;
  int64_t line_number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    ++line_number;
    const size_t after = text.size() - end;
    begin = end + 1;
    if (IsBlank(line)) {
      continue;
    }
    // The parser reads a little beyond the end: the following lines serve as padding, the last ones
    // are copied.
    simdjson::padded_string_view view;
    if (after >= simdjson::SIMDJSON_PADDING) {
      view = simdjson::padded_string_view(line.data(), line.size(), line.size() + after);
    } else {
      padded.reserve(line.size() + simdjson::SIMDJSON_PADDING);
      padded.assign(line);
      view = simdjson::padded_string_view(padded.data(), padded.size(), padded.capacity());
    }
    if (!parser.ParseLine(view)) {
      return Fail(parser.problem_kind(), parser.problem(), fmt::format("{}:{}", name, line_number),
                  parser.problem_kind() == ErrorKind::kCorrupt
                      ? "the log is damaged: restore this file from a backup"
                      : "");
    }
  }
  return actions;
}

}  // namespace limno::table::delta
