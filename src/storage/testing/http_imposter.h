// A small HTTP/1.1 server on loopback, inside the test, that misbehaves on request.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace limno::storage {

/// What a path answers.
struct ImposterContent {
  std::string bytes;
  /// With quotes; "" sends no ETag.
  std::string etag = "\"1\"";
  /// "" sends no Last-Modified.
  std::string last_modified = "Tue, 01 Jan 2013 10:00:00 GMT";
};

/// How one answer goes wrong; members at their defaults do nothing.
struct ImposterFault {
  /// Answers this status with no content.
  int status = 0;
  /// "Retry-After: 7", "Location: /other".
  std::vector<std::string> headers = {};
  /// Closes the connection after this many bytes of the body.
  std::optional<uint64_t> cut_after_bytes = {};
  /// After that many bytes sends nothing more but keeps the connection open.
  std::optional<uint64_t> stall_after_bytes = {};
  /// Sends the whole content whatever range is asked for.
  bool ignores_ranges = false;
  /// Tells no Content-Length: chunked.
  bool is_chunked = false;
  /// Sends at most this many bytes of a range.
  std::optional<uint64_t> shortens_ranges_to = {};
  /// Closes the connection without a word.
  bool hangs_up = false;
  /// Answers HEAD with 405.
  bool refuses_head = false;
};

struct ImposterRequest {
  std::string method;
  /// Percent-decoded, with the leading '/', without the query.
  std::string path;
  /// By lower-case name.
  std::map<std::string, std::string> headers;
};

/// Serves from construction to destruction. Thread safe.
class HttpImposter {
 public:
  HttpImposter();
  ~HttpImposter();

  /// "http://127.0.0.1:<port>"
  std::string url() const;

  /// `path` begins with '/'.
  void Serve(const std::string& path, ImposterContent content);
  /// The next requests each meet one of these, in order; after that `always` (default: no fault).
  void Misbehave(std::vector<ImposterFault> next, ImposterFault always = {});
  /// All requests so far.
  std::vector<ImposterRequest> requests() const;

 private:
  void Accept();
  void Converse(int connection);
  /// False: hang up.
  bool Answer(int connection, const ImposterRequest& request);
  bool AnswerContent(int connection, const ImposterRequest& request, const ImposterContent& content,
                     const ImposterFault& fault);
  bool SendBody(int connection, std::string_view body, const ImposterFault& fault);
  ImposterFault NextFault();

  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  bool stopping_ = false;
  std::map<std::string, ImposterContent> contents_;
  std::deque<ImposterFault> next_faults_;
  ImposterFault always_;
  std::vector<ImposterRequest> requests_;
  std::set<int> connections_;
  std::vector<std::thread> conversations_;
};

}  // namespace limno::storage
