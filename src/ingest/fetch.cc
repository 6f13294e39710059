#include "ingest/fetch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "ingest/byte_stream.h"
#include "ingest/url_reference.h"
#include "storage/local_files.h"

namespace limno::ingest {
namespace {

/// A change within the granularity of a file's times would not show: what was changed more recently
/// than this before it was read is read again.
constexpr base::UnixMillis kRestMillis = 2'000;
/// The clocks of a server and this machine differ, and HTTP dates are whole seconds.
constexpr base::UnixMillis kServerRestMillis = 60'000;
constexpr uint64_t kTextBytesMax = uint64_t{16} << 20U;
constexpr int64_t kNanosPerMilli = 1'000'000;

int64_t Nanos(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + int64_t{time.tv_nsec};
}

Sighting Look(const struct stat& status) {
  Sighting sighting;
  sighting.size_bytes = static_cast<uint64_t>(status.st_size);
  sighting.modified_nanos = Nanos(status.st_mtim);
  sighting.changed_nanos = Nanos(status.st_ctim);
  sighting.inode = status.st_ino;
  sighting.device = status.st_dev;
  return sighting;
}

bool SameFile(const Sighting& left, const Sighting& right) {
  return left.size_bytes == right.size_bytes && left.modified_nanos == right.modified_nanos &&
         left.changed_nanos == right.changed_nanos && left.inode == right.inode &&
         left.device == right.device;
}

bool IsStrong(const std::string& etag) { return !etag.empty() && !etag.starts_with("W/"); }

class HttpWeb final : public Web {
 public:
  explicit HttpWeb(storage::HttpClient& client) : client_(client) {}

  Result<storage::UrlInfo> Probe(const std::string& url) override { return client_.Probe(url); }

  Result<storage::DownloadInfo> Download(const std::string& url, const std::string& path,
                                         const storage::ProgressCallback& progress) override {
    return client_.Download(url, path, storage::DownloadLimits{}, progress);
  }

 private:
  storage::HttpClient& client_;
};

}  // namespace

std::unique_ptr<Web> MakeWeb(storage::HttpClient& client) {
  return std::make_unique<HttpWeb>(client);
}

std::optional<Fingerprint> Fetcher::RecallFingerprint(const InputFile& input,
                                                      const Sighting& known) {
  if (input.place == InputPlace::kStandardInput) {
    return std::nullopt;
  }
  if (input.place == InputPlace::kLocal) {
    struct stat status {};
    const bool same = stat(input.address.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
                      SameFile(Look(status), known);
    return same ? std::optional(known.fingerprint) : std::nullopt;
  }
  const Result<storage::UrlInfo> info = web_.Probe(input.address);
  if (!info) {
    return std::nullopt;
  }
  if (IsStrong(info->etag) && IsStrong(known.etag)) {
    return info->etag == known.etag ? std::optional(known.fingerprint) : std::nullopt;
  }
  const bool same = info->modified_millis && *info->modified_millis == known.modified_millis &&
                    info->size_bytes == known.size_bytes && info->etag == known.etag;
  return same ? std::optional(known.fingerprint) : std::nullopt;
}

Result<FetchedFile> Fetcher::Fetch(const InputFile& input, const std::string& work_folder) {
  switch (input.place) {
    case InputPlace::kLocal:
      return FetchLocal(input, work_folder);
    case InputPlace::kUrl:
      return FetchUrl(input, work_folder);
    case InputPlace::kStandardInput:
      return Spool(standard_input_, "standard input", work_folder);
  }
  return Fail(ErrorKind::kInternal, "unknown place of an input", input.uri);
}

Result<FetchedFile> Fetcher::FetchLocal(const InputFile& input, const std::string& work_folder) {
  struct stat status {};
  if (stat(input.address.c_str(), &status) != 0) {
    return Fail(storage::SystemError(errno, "cannot open", input.address));
  }
  if (!S_ISREG(status.st_mode)) {
    const storage::FileDescriptor pipe(open(input.address.c_str(), O_RDONLY | O_CLOEXEC));
    if (!pipe.valid()) {
      return Fail(storage::SystemError(errno, "cannot open", input.address));
    }
    return Spool(pipe.get(), input.address, work_folder);
  }
  Sighting sighting = Look(status);
  sighting.seen_millis = clock_.Now();
  FetchedFile file;
  file.path = input.address;
  LIMNO_TRY(Examine(file));
  sighting.fingerprint = file.fingerprint;
  const int64_t touched = std::max(sighting.modified_nanos, sighting.changed_nanos);
  file.memorable = touched / kNanosPerMilli + kRestMillis < sighting.seen_millis;
  file.sighting = sighting;
  LIMNO_TRY(CheckUnchanged(input, file));
  return file;
}

Result<FetchedFile> Fetcher::FetchUrl(const InputFile& input, const std::string& work_folder) {
  const base::UnixMillis begun = clock_.Now();
  FetchedFile file;
  file.path = work_folder + "/download";
  const auto go_on = [this](uint64_t, std::optional<uint64_t>) { return !stop_.load(); };
  LIMNO_ASSIGN(const storage::DownloadInfo info, web_.Download(input.address, file.path, go_on));
  LIMNO_TRY(Examine(file));
  const bool at_rest = info.modified_millis && *info.modified_millis + kServerRestMillis < begun;
  file.memorable = IsStrong(info.etag) || at_rest;
  file.sighting.size_bytes = file.bytes;
  file.sighting.etag = info.etag;
  file.sighting.modified_millis = at_rest ? *info.modified_millis : 0;
  file.sighting.seen_millis = begun;
  file.sighting.fingerprint = file.fingerprint;
  return file;
}

Result<std::string> Fetcher::FetchText(const std::string& url, const std::string& work_folder) {
  const std::string path = work_folder + "/text";
  bool too_large = false;
  const auto go_on = [&](uint64_t received, std::optional<uint64_t> total) {
    too_large = std::max(received, total.value_or(0)) > kTextBytesMax;
    return !too_large && !stop_.load();
  };
  const Result<storage::DownloadInfo> info = web_.Download(url, path, go_on);
  if (too_large) {
    return Fail(ErrorKind::kRefused,
                fmt::format("it is larger than {} bytes and no list of files", kTextBytesMax),
                WithoutUser(url), "leave the @ away to load it");
  }
  if (!info) {
    return Fail(info.error());
  }
  return ReadBeginning(path, kTextBytesMax);
}

Result<FetchedFile> Fetcher::Spool(int descriptor, const std::string& name,
                                   const std::string& work_folder) {
  FetchedFile file;
  file.path = work_folder + "/spool";
  LIMNO_ASSIGN(FileSink sink, FileSink::Create(file.path));
  FingerprintBuilder fingerprint;
  std::vector<char> buffer(kPieceBytes);
  while (true) {
    LIMNO_TRY(CheckStop());
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return Fail(storage::SystemError(errno, "cannot read", name));
    }
    if (count == 0) {
      break;
    }
    const std::string_view piece(buffer.data(), static_cast<size_t>(count));
    fingerprint.Add(piece);
    file.inspector.Add(piece);
    LIMNO_TRY(sink.Write(piece));
  }
  file.bytes = sink.bytes();
  file.fingerprint = fingerprint.Finish();
  return file;
}

Result<void> Fetcher::Examine(FetchedFile& file) {
  FingerprintBuilder fingerprint;
  const ByteSink examine = [&](std::string_view piece) -> Result<void> {
    fingerprint.Add(piece);
    file.inspector.Add(piece);
    file.bytes += piece.size();
    return CheckStop();
  };
  LIMNO_TRY(ReadPieces(file.path, examine));
  file.fingerprint = fingerprint.Finish();
  return {};
}

Result<void> Fetcher::CheckUnchanged(const InputFile& input, const FetchedFile& fetched) {
  struct stat status {};
  if (input.place != InputPlace::kLocal || fetched.path != input.address) {
    return {};
  }
  if (stat(input.address.c_str(), &status) != 0 || !SameFile(Look(status), fetched.sighting)) {
    return Fail(ErrorKind::kUnavailable, "the file changed while it was read", {},
                "load again when it is complete");
  }
  return {};
}

Result<void> Fetcher::CheckStop() const {
  if (stop_.load()) {
    return Fail(ErrorKind::kInterrupted, "stopped");
  }
  return {};
}

}  // namespace limno::ingest
