#include "cli/lake_library.h"

#include <dlfcn.h>

#include <filesystem>
#include <string_view>
#include <vector>

namespace limno::cli {

namespace {

constexpr const char* kLibraryName = "liblimno.so";

std::vector<std::string> PlacesToLook() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return {kLibraryName};
  }
  const std::filesystem::path folder = program.parent_path();
  return {(folder / kLibraryName).string(),
          (folder / ".." / "lib" / "limno" / kLibraryName).lexically_normal().string()};
}

Result<void*> OpenLibrary() {
  std::string tried;
  for (const std::string& path : PlacesToLook()) {
    if (void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
      return library;
    }
    const char* reason = dlerror();
    tried += (tried.empty() ? "" : "; ") + (reason == nullptr ? path : std::string(reason));
  }
  return Fail(ErrorKind::kInternal, std::string(kLibraryName) + " cannot be loaded: " + tried, "",
              "install Limno again, program and library belong together");
}

template <typename Function>
Result<Function> FindFunction(const char* symbol) {
  LIMNO_ASSIGN(void* const library, OpenLibrary());
  void* found = dlsym(library, symbol);
  if (found == nullptr) {
    return Fail(ErrorKind::kInternal, std::string(kLibraryName) + " lacks " + symbol, "",
                "install Limno again, program and library belong together");
  }
  return reinterpret_cast<Function>(found);
}

}  // namespace

Result<std::unique_ptr<Lake>> LoadAndOpenLake(const LakeOptions& options) {
  LIMNO_ASSIGN(const auto version, FindFunction<LibraryVersionFunction>(kLibraryVersionSymbol));
  if (std::string_view(version()) != LIMNO_VERSION) {
    return Fail(ErrorKind::kInternal,
                std::string(kLibraryName) + " is version " + version() +
                    ", the program is version " + LIMNO_VERSION,
                "", "install Limno again, program and library belong together");
  }
  LIMNO_ASSIGN(const auto open, FindFunction<OpenLakeFunction>(kOpenLakeSymbol));
  Result<std::unique_ptr<Lake>> lake;
  open(options, lake);
  return lake;
}

Result<std::string> RunReportJson(const RunReport& report) {
  LIMNO_ASSIGN(const auto encode, FindFunction<RunReportJsonFunction>(kRunReportJsonSymbol));
  std::string json;
  encode(report, json);
  return json;
}

}  // namespace limno::cli
