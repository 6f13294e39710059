// Any bytes as an input file: unpacking ends with tables or an Error, never writes outside the work
// folder, never beyond the limits.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "ingest/byte_stream.h"
#include "ingest/extract.h"

namespace {

using limno::Result;

constexpr uint64_t kUnpackedBytesMax = 4 << 20;

const std::string& WorkFolder() {
  static const std::string folder = [] {
    std::string path = "/tmp/limno-fuzz-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      std::abort();
    }
    return path;
  }();
  return folder;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string path = WorkFolder() + "/input";
  auto file = limno::ingest::FileSink::Create(path);
  if (!file || !file->Write(bytes)) {
    std::abort();
  }
  limno::ingest::TextInspector inspector;
  inspector.Add(bytes);
  limno::ingest::ExtractOptions options;
  options.work_folder = WorkFolder();
  options.limits.total_bytes_max = kUnpackedBytesMax;
  options.limits.members_max = 100;
  const auto visit = [](const limno::ingest::ExtractedFile& extracted) -> Result<void> {
    if (std::filesystem::path(extracted.path).parent_path() != WorkFolder()) {
      std::abort();
    }
    // Latin-1 grows at most three times when it becomes UTF-8.
    if (std::filesystem::file_size(extracted.path) > 3 * kUnpackedBytesMax + (1 << 20)) {
      std::abort();
    }
    return {};
  };
  (void)limno::ingest::Extract(path, inspector, options, visit);
  size_t left = 0;
  for (const auto& entry : std::filesystem::directory_iterator(WorkFolder())) {
    left += entry.path() == path ? 0 : 1;
  }
  if (left != 0) {
    std::abort();
  }
  return 0;
}
