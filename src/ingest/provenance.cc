#include "ingest/provenance.h"

#include <fmt/format.h>

#include "engine/engine.h"

namespace limno::ingest {
namespace {

using engine::QuoteString;

std::string ColumnsOfLoad(const LoadIdentity& load) {
  return fmt::format("{} AS {}, CAST({} AS TIMESTAMPTZ) AS {}", QuoteString(load.load_id),
                     kLoadIdColumn, QuoteString(load.loaded_at), kLoadedAtColumn);
}

}  // namespace

std::string ProvenanceOfFile(const LoadIdentity& load, const std::string& uri,
                             const std::string& member) {
  if (!load.provenance) {
    return {};
  }
  return fmt::format(", {} AS {}, {} AS {}, {}", QuoteString(uri), kFileColumn,
                     member.empty() ? "CAST(NULL AS VARCHAR)" : QuoteString(member), kMemberColumn,
                     ColumnsOfLoad(load));
}

std::string ProvenanceOfLanded(const LoadIdentity& load) {
  return load.provenance
             ? fmt::format(", {}, {}, {}", kFileColumn, kMemberColumn, ColumnsOfLoad(load))
             : std::string();
}

}  // namespace limno::ingest
