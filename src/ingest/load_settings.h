// LoadOptions checked and understood.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "engine/engine.h"
#include "ingest/addition.h"
#include "ingest/input_landing.h"
#include "limno/lake.h"
#include "limno/result.h"

namespace limno::ingest {

struct LoadSettings {
  std::vector<std::string> from;
  catalog::TableName into;
  std::string source;
  ReadingOptions reading;
  /// Types in the engine's own spelling.
  WantedColumns declared;
  std::vector<std::string> partition_by;
  bool provenance = true;
  bool continue_on_error = true;
};

/// kUsage, naming the option, for what makes no sense. The session is asked what declared types
/// are.
Result<LoadSettings> UnderstandLoad(const LoadOptions& load, engine::Session& session);

/// The columns `table` has, and the declared ones: kUsage where the two contradict each other.
Result<WantedColumns> KnownColumns(const LoadSettings& settings, bool table_exists,
                                   engine::Session& session);

}  // namespace limno::ingest
