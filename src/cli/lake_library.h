// liblimno.so, loaded when the first command needs a lake: help and completion never wait for it.
#pragma once

#include <memory>
#include <string>

#include "limno/entry_point.h"

namespace limno::cli {

/// Looks beside the program, then in ../lib/limno. kInternal if it is missing or of another
/// version. The library stays loaded until the process ends.
Result<std::unique_ptr<Lake>> LoadAndOpenLake(const LakeOptions& options);

/// RunReport::ToJson of the loaded library.
Result<std::string> RunReportJson(const RunReport& report);

}  // namespace limno::cli
