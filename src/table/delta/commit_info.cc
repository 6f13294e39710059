#include "table/delta/commit_info.h"

#include <string>
#include <string_view>

#include "table/delta/action_json.h"
#include "table/delta/log_path.h"

namespace limno::table::delta {
namespace {

/// The lines that can hold a commitInfo; the others become blank, so that line numbers hold.
std::string LinesWithCommitInfo(std::string_view text) {
  std::string lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    // Inside of other actions the word would stand between escaped quotes.
    if (line.find("\"commitInfo\"") != std::string_view::npos) {
      lines.append(line);
    }
    lines += '\n';
    begin = end + 1;
  }
  return lines;
}

}  // namespace

Result<CommitInfo> ReadCommitInfo(storage::ObjectStore& store, int64_t version) {
  const std::string key = CommitKey(version);
  LIMNO_ASSIGN(const std::string text, store.Read(key));
  LIMNO_ASSIGN(const std::vector<Action> actions, ParseActions(LinesWithCommitInfo(text), key));
  for (const Action& action : actions) {
    if (const auto* info = std::get_if<CommitInfo>(&action)) {
      return *info;
    }
  }
  return CommitInfo{};
}

}  // namespace limno::table::delta
