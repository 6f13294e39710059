// The symbols that liblimno.so shows; everything else in it is hidden.
#include "limno/entry_point.h"

#include "lake/lake.h"

#define LIMNO_EXPORT __attribute__((visibility("default")))

namespace limno {

LIMNO_EXPORT Result<std::unique_ptr<Lake>> OpenLake(const LakeOptions& options) {
  return lake::Open(options);
}

}  // namespace limno

extern "C" {

LIMNO_EXPORT const char* limno_library_version() { return LIMNO_VERSION; }

LIMNO_EXPORT void limno_open_lake_v1(const limno::LakeOptions& options,
                                     limno::Result<std::unique_ptr<limno::Lake>>& lake) {
  lake = limno::OpenLake(options);
}

LIMNO_EXPORT void limno_run_report_json_v1(const limno::RunReport& report, std::string& json) {
  json = report.ToJson();
}
}
