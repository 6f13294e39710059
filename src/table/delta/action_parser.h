// Turns log lines into actions: the inside of ParseActions(). Included by action_parse*.cc only.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "table/delta/action_json.h"
#include "table/delta/json_reader.h"

namespace limno::table::delta {

/// Appends the actions of each line to `out`. After a false return, problem() says what is wrong
/// with the line.
class ActionParser {
 public:
  explicit ActionParser(std::vector<Action>& out) : out_(out) {}

  bool ParseLine(simdjson::padded_string_view line);
  const std::string& problem() const { return reader_.problem(); }
  ErrorKind problem_kind() const { return reader_.problem_kind(); }

 private:
  using Value = JsonReader::Value;

  bool ParseMember(std::string_view kind, Value& value);
  bool ParseProtocol(Value& value);
  bool ParseMetadata(Value& value);
  bool ParseAdd(Value& value);
  bool ParseRemove(Value& value);
  bool ParseTransaction(Value& value);
  bool ParseDomain(Value& value);
  bool ParseChangeFile(Value& value);
  bool ParseCommitInfo(Value& value);
  bool ParseCommitInfoMember(std::string_view key, Value& value, CommitInfo& info);
  bool ParseSidecar(Value& value);
  bool ParseCheckpointMetadata(Value& value);
  bool ParseUnknown(std::string_view kind, Value& value);

  bool Path(Value& value, std::string& out);
  bool Partition(Value& value, PartitionValues& out);
  bool Vector(Value& value, Boxed<DeletionVector>& out);
  bool Texts(Value& value, std::map<std::string, std::string>& out);
  bool Strings(Value& value, std::vector<std::string>& out);
  bool UnknownMember(std::string_view key, Value& value, std::vector<std::string>& out);
  bool AddMember(std::string_view key, Value& value, DataFile& file);
  bool MetadataMember(std::string_view key, Value& value, MetadataAction& action);
  bool Missing(std::string_view action, std::string_view member) {
    return reader_.Fail(fmt::format("'{}' lacks the member '{}'", action, member));
  }

  JsonReader reader_;
  simdjson::ondemand::parser parser_;
  std::vector<Action>& out_;
};

}  // namespace limno::table::delta
