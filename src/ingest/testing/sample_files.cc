#include "ingest/testing/sample_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

namespace limno::ingest::testing {
namespace {

namespace fs = std::filesystem;

std::string MakeArchive(const Members& members, const std::function<void(archive*)>& prepare) {
  const TemporaryFolder folder;
  const std::string path = folder / "archive";
  archive* writer = archive_write_new();
  prepare(writer);
  archive_write_open_filename(writer, path.c_str());
  for (const auto& [name, content] : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_write_header(writer, entry);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  return ReadWhole(path);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  const char* parent = std::getenv("TMPDIR");
  path_ = std::string(parent == nullptr ? "/tmp" : parent) + "/limno-ingest-XXXXXX";
  if (mkdtemp(path_.data()) == nullptr) {
    std::abort();
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(const std::string& name, const std::string& content) const {
  const fs::path path = fs::path(path_) / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path.string();
}

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::string MakeZip(const Members& members, const std::string& options) {
  return MakeArchive(members, [&options](archive* writer) {
    archive_write_set_format_zip(writer);
    if (archive_write_set_options(writer, options.c_str()) != ARCHIVE_OK) {
      std::abort();
    }
  });
}

std::string MakeEncryptedZip(const Members& members) {
  return MakeArchive(members, [](archive* writer) {
    archive_write_set_format_zip(writer);
    archive_write_set_options(writer, "zip:encryption=traditional");
    archive_write_set_passphrase(writer, "secret");
  });
}

std::string MakeTar(const Members& members) {
  return MakeArchive(members, [](archive* writer) { archive_write_set_format_ustar(writer); });
}

std::string MakeGzip(const std::string& content) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string MakeZstd(const std::string& content) {
  std::string packed(ZSTD_compressBound(content.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), 3));
  return packed;
}

std::string MakeCsv(int first, int count) {
  std::string csv = "a,b\n";
  for (int i = first; i < first + count; ++i) {
    csv += fmt::format("{},x{}\n", i, i);
  }
  return csv;
}

}  // namespace limno::ingest::testing
