// Any bytes as a commit of a Delta log: actions are read or refused; what was read can be written
// and reads the same; a replay of it never breaks; statistics of any shape are understood or left
// out.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "table/delta/action_json.h"
#include "table/delta/log_replay.h"
#include "table/delta/statistics_json.h"

namespace delta = limno::table::delta;

namespace {

void CheckFormatted(const std::vector<delta::Action>& actions) {
  std::string text;
  for (const delta::Action& action : actions) {
    text += delta::FormatAction(action) + "\n";
  }
  const auto again = delta::ParseActions(text, "again");
  if (!again || again->size() != actions.size()) {
    std::abort();
  }
  for (size_t index = 0; index < actions.size(); ++index) {
    if (delta::FormatAction(actions[index]) != delta::FormatAction((*again)[index])) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const limno::table::Schema schema{
      {{"a", limno::table::Primitive(limno::table::TypeKind::kLong), true, {}}}};
  (void)delta::ParseStatistics(text, schema);
  (void)delta::ParseSchema(text);
  auto actions = delta::ParseActions(text, "fuzz.json");
  if (!actions) {
    return 0;
  }
  CheckFormatted(*actions);
  (void)delta::ApplyCommit(delta::DeltaSnapshot(), 0, 0, std::move(*actions), "fuzz.json");
  return 0;
}
