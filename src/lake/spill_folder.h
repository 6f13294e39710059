// Where the engine puts what does not fit into memory.
#pragma once

#include <string>

namespace limno::lake {

/// A folder of this process alone, which does not exist and whose parent does and can be written:
/// "<lake>/_limno/spill-<process>-<id>"; beside the lake as long as it is not there; in the
/// system's temporary folder if neither may be written. DuckDB makes it when it needs it, only the
/// last folder of the path, and removes it in the end. Removes what processes that are gone have
/// left there for a day.
std::string PrepareSpillFolder(const std::string& lake, const std::string& id);

}  // namespace limno::lake
