// Getting the bytes of an input onto this machine, and knowing which bytes they are.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "ingest/fingerprint.h"
#include "ingest/landing.h"
#include "ingest/source_files.h"
#include "ingest/text_encoding.h"
#include "limno/result.h"
#include "storage/http_client.h"

namespace limno::ingest {

/// What loading needs of HTTP. Thread safe; retries by itself; the kinds of storage::HttpClient.
class Web {
 public:
  virtual ~Web() = default;
  virtual Result<storage::UrlInfo> Probe(const std::string& url) = 0;
  virtual Result<storage::DownloadInfo> Download(const std::string& url, const std::string& path,
                                                 const storage::ProgressCallback& progress) = 0;
};

/// `client` must outlive the result.
std::unique_ptr<Web> MakeWeb(storage::HttpClient& client);

struct FetchedFile {
  /// The local file itself, or a file in the work folder.
  std::string path;
  uint64_t bytes = 0;
  Fingerprint fingerprint;
  /// Has seen all its bytes.
  TextInspector inspector;
  /// How it looked; empty for what was spooled.
  Sighting sighting;
  /// The sighting proves something later. Not so for pipes, servers that give no versions, and
  /// files that changed a moment before they were read.
  bool memorable = false;
};

/// Thread safe.
class Fetcher {
 public:
  /// All must outlive the fetcher; `stop` ends work with kInterrupted. `standard_input`: descriptor
  /// read for "-", not closed.
  Fetcher(Web& web, base::Clock& clock, const std::atomic<bool>& stop, int standard_input)
      : web_(web), clock_(clock), stop_(stop), standard_input_(standard_input) {}

  /// The fingerprint without reading the content, if a look at the file or a HEAD request shows
  /// that nothing has changed since `known`: same size, times and inode of a file that had been at
  /// rest when it was read; same strong ETag, or same date and size, of a URL.
  std::optional<Fingerprint> RecallFingerprint(const InputFile& input, const Sighting& known);

  /// Local files are used where they are; URLs, pipes and standard input are copied to
  /// `work_folder`. kNotFound, kDenied, kUnavailable (also: it changed while it was read),
  /// kExhausted.
  Result<FetchedFile> Fetch(const InputFile& input, const std::string& work_folder);

  /// The content of a small text at a URL, like a list of files. kinds as of Fetch, kRefused if it
  /// is larger than 16 MiB.
  Result<std::string> FetchText(const std::string& url, const std::string& work_folder);

  /// kUnavailable if a local input is not any more what Fetch() has seen.
  static Result<void> CheckUnchanged(const InputFile& input, const FetchedFile& fetched);

 private:
  Result<FetchedFile> FetchLocal(const InputFile& input, const std::string& work_folder);
  Result<FetchedFile> FetchUrl(const InputFile& input, const std::string& work_folder);
  Result<FetchedFile> Spool(int descriptor, const std::string& name,
                            const std::string& work_folder);
  Result<void> Examine(FetchedFile& file);
  Result<void> CheckStop() const;

  Web& web_;
  base::Clock& clock_;
  const std::atomic<bool>& stop_;
  int standard_input_;
};

}  // namespace limno::ingest
