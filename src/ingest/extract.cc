#include "ingest/extract.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "ingest/archive.h"

namespace limno::ingest {
namespace {

/// Removes its file when it goes.
class TemporaryPath {
 public:
  explicit TemporaryPath(std::string path) : path_(std::move(path)) {}
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;
  ~TemporaryPath() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// How a file came to lie here: what may still be inside it.
struct Wrapping {
  std::string member;
  bool unpacked = false;
  bool in_archive = false;
};

class Extraction {
 public:
  Extraction(const ExtractOptions& options, const ExtractVisitor& visit)
      : options_(options), visit_(visit) {}

  Result<void> Add(const std::string& path, TextInspector& inspector, const Wrapping& wrapping) {
    Result<void> added = TryAdd(path, inspector, wrapping);
    if (!added && added.error().where.empty()) {
      added.error().where = wrapping.member;
    }
    return added;
  }

 private:
  Result<void> TryAdd(const std::string& path, TextInspector& inspector, const Wrapping& wrapping) {
    LIMNO_ASSIGN(const std::string beginning, ReadBeginning(path, kFormatBytes));
    const FileFormat format = RecognizeFormat(beginning);
    switch (format.kind) {
      case FileKind::kEmpty:
        return Fail(ErrorKind::kRefused, "the file is empty");
      case FileKind::kForeign:
        return Fail(ErrorKind::kRefused,
                    fmt::format("it is {}, not CSV or Parquet", format.description));
      case FileKind::kParquet:
        return AddParquet(path, wrapping);
      case FileKind::kText:
        return AddText(path, inspector, wrapping);
      case FileKind::kGzip:
      case FileKind::kZstd:
        return AddCompressed(path, format, wrapping);
      case FileKind::kZip:
      case FileKind::kTar:
        if (wrapping.in_archive) {
          return Fail(ErrorKind::kRefused, "it is an archive inside an archive", {},
                      "unpack the outer one and load what is inside");
        }
        return AddArchive(path);
    }
    return {};
  }

  Result<void> AddParquet(const std::string& path, const Wrapping& wrapping) {
    if (options_.format == TableFormat::kCsv) {
      return Fail(ErrorKind::kRefused, "the format was given as csv, but it is a Parquet file");
    }
    return visit_({path, wrapping.member, TableFormat::kParquet});
  }

  Result<void> AddText(const std::string& path, TextInspector& inspector,
                       const Wrapping& wrapping) {
    if (options_.format == TableFormat::kParquet) {
      return Fail(ErrorKind::kRefused, "it is not a Parquet file");
    }
    LIMNO_ASSIGN(const Encoding encoding, inspector.Conclude(options_.encoding));
    if (encoding == Encoding::kUtf8) {
      return AddUtf8(path, inspector.line_ends(), wrapping);
    }
    const TemporaryPath converted(NewPath());
    LIMNO_ASSIGN(FileSink file, FileSink::Create(converted.path()));
    LineEndInspector line_ends;
    LIMNO_TRY(ConvertToUtf8(path, encoding, [&](std::string_view piece) {
      line_ends.Add(piece);
      return file.Write(piece);
    }));
    return AddUtf8(converted.path(), line_ends, wrapping);
  }

  Result<void> AddUtf8(const std::string& path, const LineEndInspector& line_ends,
                       const Wrapping& wrapping) {
    if (!line_ends.mixed() && options_.skip_lines == 0) {
      return visit_({path, wrapping.member, TableFormat::kCsv});
    }
    const TemporaryPath cleaned(NewPath());
    LIMNO_ASSIGN(FileSink file, FileSink::Create(cleaned.path()));
    LineSkipper skipper(options_.skip_lines);
    LineEndUnifier unifier;
    std::string text;
    LIMNO_TRY(ReadPieces(path, [&](std::string_view piece) {
      piece = skipper.Rest(piece);
      if (!line_ends.mixed()) {
        return file.Write(piece);
      }
      text.clear();
      unifier.Add(piece, text);
      return file.Write(text);
    }));
    if (file.bytes() == 0) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("nothing is left after the first {} lines", options_.skip_lines));
    }
    return visit_({cleaned.path(), wrapping.member, TableFormat::kCsv});
  }

  Result<void> AddCompressed(const std::string& path, const FileFormat& format,
                             const Wrapping& wrapping) {
    if (wrapping.unpacked) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("it is {} inside a compressed file", format.description), {},
                  "unpack it first");
    }
    const TemporaryPath unpacked(NewPath());
    LIMNO_ASSIGN(FileSink file, FileSink::Create(unpacked.path()));
    TextInspector inspector;
    const ByteSink write = [&](std::string_view piece) {
      inspector.Add(piece);
      return file.Write(piece);
    };
    LIMNO_TRY(Decompress(path, format.kind, options_.limits, write));
    Wrapping inner = wrapping;
    inner.unpacked = true;
    return Add(unpacked.path(), inspector, inner);
  }

  /// Indexes of the members that are tables.
  Result<std::set<uint64_t>> ChooseMembers(const std::string& path) const {
    LIMNO_ASSIGN(const std::vector<ArchiveMember> members, ListMembers(path, options_.limits));
    std::set<uint64_t> tables;
    std::set<uint64_t> perhaps;
    std::string others;
    for (const ArchiveMember& member : members) {
      if (member.path == "[Content_Types].xml") {
        return Fail(ErrorKind::kRefused, "it is an Office document, not CSV or Parquet", {},
                    "save the sheet as CSV");
      }
      if (member.promise == NamePromise::kArchive) {
        return Fail(ErrorKind::kRefused, "it is an archive inside an archive", member.path,
                    "unpack the outer one and load what is inside");
      }
      if (member.promise == NamePromise::kTable) {
        tables.insert(member.index);
      } else if (member.promise == NamePromise::kPerhaps) {
        perhaps.insert(member.index);
      } else if (others.size() < 200) {
        others += (others.empty() ? "" : ", ") + member.path;
      }
    }
    if (tables.empty() && perhaps.empty()) {
      return Fail(ErrorKind::kRefused, "no CSV inside the archive", {},
                  others.empty() ? "it holds no file" : "it holds " + others);
    }
    return tables.empty() ? perhaps : tables;
  }

  Result<void> AddArchive(const std::string& path) {
    LIMNO_ASSIGN(const std::set<uint64_t> chosen, ChooseMembers(path));
    std::unique_ptr<Member> current;
    const MemberVisitor begin = [&](const ArchiveMember& member) -> Result<ByteSink> {
      LIMNO_TRY(Finish(current));
      if (!chosen.contains(member.index)) {
        return ByteSink();
      }
      const std::string member_path = NewPath();
      LIMNO_ASSIGN(FileSink file, FileSink::Create(member_path));
      current = std::make_unique<Member>(member_path, std::move(file), member.path);
      Member* receiver = current.get();
      return ByteSink([receiver](std::string_view piece) {
        receiver->inspector.Add(piece);
        return receiver->file.Write(piece);
      });
    };
    LIMNO_TRY(ReadMembers(path, options_.limits, begin));
    return Finish(current);
  }

  struct Member {
    Member(std::string path, FileSink sink, std::string member_name)
        : temporary(std::move(path)), file(std::move(sink)), name(std::move(member_name)) {}
    TemporaryPath temporary;
    FileSink file;
    TextInspector inspector;
    std::string name;
  };

  Result<void> Finish(std::unique_ptr<Member>& current) {
    if (current == nullptr) {
      return {};
    }
    const std::unique_ptr<Member> member = std::move(current);
    return Add(member->temporary.path(), member->inspector,
               {.member = member->name, .unpacked = false, .in_archive = true});
  }

  std::string NewPath() { return fmt::format("{}/{}", options_.work_folder, next_file_++); }

  const ExtractOptions& options_;
  const ExtractVisitor& visit_;
  uint64_t next_file_ = 0;
};

}  // namespace

Result<void> Extract(const std::string& path, TextInspector inspector,
                     const ExtractOptions& options, const ExtractVisitor& visit) {
  Extraction extraction(options, visit);
  return extraction.Add(path, inspector, {});
}

}  // namespace limno::ingest
