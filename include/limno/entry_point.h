// The entry points of liblimno.so for programs that load it only when they need it (dlopen).
// Programs that link it use limno/lake.h alone.
#pragma once

#include <memory>
#include <string>

#include "limno/lake.h"
#include "limno/result.h"

namespace limno {

/// Version of the library ("0.1.0"). The types below cross the library's door as they are, so a
/// program uses only a library of its own version.
using LibraryVersionFunction = const char* (*)();
inline constexpr const char* kLibraryVersionSymbol = "limno_library_version";

/// OpenLake.
using OpenLakeFunction = void (*)(const LakeOptions& options, Result<std::unique_ptr<Lake>>& lake);
inline constexpr const char* kOpenLakeSymbol = "limno_open_lake_v1";

/// RunReport::ToJson.
using RunReportJsonFunction = void (*)(const RunReport& report, std::string& json);
inline constexpr const char* kRunReportJsonSymbol = "limno_run_report_json_v1";

}  // namespace limno
