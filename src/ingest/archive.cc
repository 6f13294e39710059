#include "ingest/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <sys/stat.h>

#include <memory>

namespace limno::ingest {
namespace {

/// A ZIP without members is nothing but the end of its directory, which libarchive does not take.
constexpr std::string_view kEmptyZip = "PK\x05\x06";
constexpr size_t kEmptyZipBytes = 22;

struct FreeArchive {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using ArchiveHandle = std::unique_ptr<archive, FreeArchive>;

std::string Reason(archive* handle) {
  const char* text = archive_error_string(handle);
  return text == nullptr ? "no further reason" : text;
}

tl::unexpected<Error> Damaged(archive* handle, const std::string& member) {
  if (archive_errno(handle) == ENOMEM) {
    return Fail(ErrorKind::kExhausted, "no memory to unpack");
  }
  const std::string place = member.empty() ? "" : fmt::format(" in \"{}\"", member);
  return Fail(ErrorKind::kCorrupt,
              fmt::format("the archive is truncated or damaged{}: {}", place, Reason(handle)), {},
              "get the file again");
}

/// A ZIP is read through its directory, which stands at the end: one that was cut off has none.
Result<ArchiveHandle> Open(const std::string& path) {
  ArchiveHandle handle(archive_read_new());
  if (handle == nullptr) {
    return Fail(ErrorKind::kExhausted, "no memory to unpack");
  }
  LIMNO_ASSIGN(const std::string beginning, ReadBeginning(path, kFormatBytes));
  const bool is_zip = RecognizeFormat(beginning).kind == FileKind::kZip;
  if (is_zip) {
    archive_read_support_format_zip_seekable(handle.get());
  } else {
    archive_read_support_format_tar(handle.get());
  }
  if (archive_read_open_filename(handle.get(), path.c_str(), kPieceBytes) != ARCHIVE_OK) {
    if (is_zip) {
      return Fail(ErrorKind::kCorrupt,
                  "the ZIP archive is truncated: the directory at its end is missing", {},
                  "get the file again");
    }
    return Damaged(handle.get(), {});
  }
  return handle;
}

/// ZIPs made on old systems carry names in unknown code pages.
std::string LabelOf(archive_entry* entry, uint64_t index) {
  for (const char* name : {archive_entry_pathname_utf8(entry), archive_entry_pathname(entry)}) {
    if (name == nullptr || *name == '\0') {
      continue;
    }
    const std::string_view text(name);
    if (simdjson::validate_utf8(text.data(), text.size())) {
      return std::string(text);
    }
    std::string label;
    for (const char letter : text) {
      if (static_cast<unsigned char>(letter) < 0x80) {
        label += letter;
      } else {
        label += "\xef\xbf\xbd";
      }
    }
    return label;
  }
  return fmt::format("member {}", index + 1);
}

/// Calls `visit` for each regular file that is not hidden, with the archive standing at its data.
Result<void> ForEachMember(archive* handle, const UnpackLimits& limits,
                           const std::function<Result<void>(const ArchiveMember&)>& visit) {
  uint64_t index = 0;
  archive_entry* entry = nullptr;
  while (true) {
    const int code = archive_read_next_header(handle, &entry);
    if (code == ARCHIVE_EOF) {
      return {};
    }
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
      return Damaged(handle, {});
    }
    if (index >= limits.members_max) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("the archive has more than {} members", limits.members_max));
    }
    ArchiveMember member;
    member.path = LabelOf(entry, index);
    member.index = index++;
    if (archive_entry_filetype(entry) != AE_IFREG) {
      continue;
    }
    member.promise = JudgeName(member.path);
    if (member.promise == NamePromise::kHidden) {
      continue;
    }
    if (archive_entry_is_data_encrypted(entry) != 0) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("\"{}\" in the archive is encrypted", member.path), {},
                  "decrypt it and load what is inside");
    }
    LIMNO_TRY(visit(member));
  }
}

/// Feeds the data of the current member to `sink`; `unpacked` counts over all members.
Result<void> ReadData(archive* handle, const ArchiveMember& member, uint64_t packed,
                      const UnpackLimits& limits, uint64_t& unpacked, const ByteSink& sink) {
  int64_t written = 0;
  while (true) {
    const void* data = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(handle, &data, &size, &offset);
    if (code == ARCHIVE_EOF) {
      return {};
    }
    if (code != ARCHIVE_OK) {
      return Damaged(handle, member.path);
    }
    if (offset != written) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("\"{}\" in the archive is a sparse file", member.path), {},
                  "unpack it yourself and load what is inside");
    }
    written += static_cast<int64_t>(size);
    unpacked += size;
    LIMNO_TRY(limits.Check(packed, unpacked));
    if (size > 0) {
      LIMNO_TRY(sink(std::string_view(static_cast<const char*>(data), size)));
    }
  }
}

}  // namespace

Result<std::vector<ArchiveMember>> ListMembers(const std::string& archive_path,
                                               const UnpackLimits& limits) {
  std::vector<ArchiveMember> members;
  LIMNO_ASSIGN(const std::string beginning, ReadBeginning(archive_path, kEmptyZipBytes + 1));
  if (beginning.size() == kEmptyZipBytes && beginning.starts_with(kEmptyZip)) {
    return members;
  }
  LIMNO_ASSIGN(const ArchiveHandle handle, Open(archive_path));
  const auto collect = [&members](const ArchiveMember& member) -> Result<void> {
    members.push_back(member);
    return {};
  };
  LIMNO_TRY(ForEachMember(handle.get(), limits, collect));
  return members;
}

Result<void> ReadMembers(const std::string& archive_path, const UnpackLimits& limits,
                         const MemberVisitor& visit) {
  LIMNO_ASSIGN(const ArchiveHandle handle, Open(archive_path));
  struct stat status {};
  const uint64_t packed =
      stat(archive_path.c_str(), &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
  uint64_t unpacked = 0;
  const auto read = [&](const ArchiveMember& member) -> Result<void> {
    LIMNO_ASSIGN(const ByteSink sink, visit(member));
    if (!sink) {
      return {};
    }
    return ReadData(handle.get(), member, packed, limits, unpacked, sink);
  };
  return ForEachMember(handle.get(), limits, read);
}

}  // namespace limno::ingest
