// Any bytes as an input file: unpacking ends with tables or an Error, never writes outside the work
// folder, never beyond the limits; what comes out as text has lines that end alike and a dialect.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "ingest/byte_stream.h"
#include "ingest/column_names.h"
#include "ingest/csv_dialect.h"
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

void LookAtText(const std::string& path) {
  const auto beginning = limno::ingest::ReadBeginning(path, limno::ingest::kDialectBytes);
  if (!beginning) {
    std::abort();
  }
  const limno::ingest::CsvDialect dialect = limno::ingest::DetectDialect(*beginning);
  const auto start = limno::ingest::FindTableStart(*beginning);
  if (start && (start->line < 2 || start->fields <= start->fields_before)) {
    std::abort();
  }
  for (const std::string& name :
       limno::ingest::NamesInTable(dialect.first_record, [](const std::string&) { return ""; })) {
    if (name.empty() || name.find_first_of(" ,;{}()\n\t=") != std::string::npos) {
      std::abort();
    }
  }
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
  options.skip_lines = size % 3;
  const auto visit = [](const limno::ingest::ExtractedFile& extracted) -> Result<void> {
    if (std::filesystem::path(extracted.path).parent_path() != WorkFolder()) {
      std::abort();
    }
    if (extracted.format == limno::ingest::TableFormat::kCsv) {
      LookAtText(extracted.path);
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
