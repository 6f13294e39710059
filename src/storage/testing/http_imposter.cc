#include "storage/testing/http_imposter.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>

namespace limno::storage {
namespace {

bool SendAll(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

/// Appends what arrives; false when the peer has closed.
bool Receive(int connection, std::string& buffer) {
  std::array<char, 4096> chunk;
  const ssize_t got = ::recv(connection, chunk.data(), chunk.size(), 0);
  if (got <= 0) {
    return false;
  }
  buffer.append(chunk.data(), static_cast<size_t>(got));
  return true;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t position = 0; position < text.size(); ++position) {
    unsigned value = 0;
    const char* const digits = text.data() + position + 1;
    if (text[position] == '%' && position + 2 < text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      decoded += static_cast<char>(value);
      position += 2;
    } else {
      decoded += text[position];
    }
  }
  return decoded;
}

ImposterRequest ParseRequest(std::string_view text) {
  ImposterRequest request;
  const std::string_view line = text.substr(0, text.find("\r\n"));
  const size_t first_space = line.find(' ');
  request.method = line.substr(0, first_space);
  const std::string_view target = line.substr(first_space + 1, line.rfind(' ') - first_space - 1);
  request.path = PercentDecoded(target.substr(0, target.find('?')));
  text.remove_prefix(line.size() + 2);
  while (!text.empty() && !text.starts_with("\r\n")) {
    const std::string_view header = text.substr(0, text.find("\r\n"));
    const size_t colon = header.find(':');
    std::string name(header.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char character) {
      return static_cast<char>(std::tolower(character));
    });
    const size_t value = header.find_first_not_of(' ', colon + 1);
    request.headers[name] = value == std::string_view::npos ? "" : header.substr(value);
    text.remove_prefix(header.size() + 2);
  }
  return request;
}

struct AskedRange {
  uint64_t first = 0;
  uint64_t last = UINT64_MAX;
};

std::optional<AskedRange> RangeOf(const ImposterRequest& request, const ImposterContent& content) {
  const auto range = request.headers.find("range");
  if (range == request.headers.end() || !range->second.starts_with("bytes=")) {
    return std::nullopt;
  }
  const auto condition = request.headers.find("if-range");
  if (condition != request.headers.end() && condition->second != content.etag &&
      condition->second != content.last_modified) {
    return std::nullopt;
  }
  AskedRange asked;
  const char* const end = range->second.data() + range->second.size();
  const auto first = std::from_chars(range->second.data() + 6, end, asked.first);
  std::from_chars(first.ptr + 1, end, asked.last);
  return asked;
}

}  // namespace

HttpImposter::HttpImposter() {
  // Whatever proxy the machine has, it must not see these requests.
  ::setenv("no_proxy", "127.0.0.1", 1);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, generic, length) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &length) != 0) {
    std::abort();
  }
  port_ = ::ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

HttpImposter::~HttpImposter() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    for (const int connection : connections_) {
      ::shutdown(connection, SHUT_RDWR);
    }
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& conversation : conversations_) {
    conversation.join();
  }
}

std::string HttpImposter::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

void HttpImposter::Serve(const std::string& path, ImposterContent content) {
  const std::lock_guard<std::mutex> lock(mutex_);
  contents_.insert_or_assign(path, std::move(content));
}

void HttpImposter::Misbehave(std::vector<ImposterFault> next, ImposterFault always) {
  const std::lock_guard<std::mutex> lock(mutex_);
  next_faults_.assign(next.begin(), next.end());
  always_ = std::move(always);
}

std::vector<ImposterRequest> HttpImposter::requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

void HttpImposter::Accept() {
  while (true) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (connection < 0 || stopping_) {
      if (connection >= 0) {
        ::close(connection);
      }
      return;
    }
    // Heads and bodies are sent apart; without this each answer waits for a delayed ACK.
    const int at_once = 1;
    ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
    connections_.insert(connection);
    conversations_.emplace_back([this, connection] { Converse(connection); });
  }
}

void HttpImposter::Converse(int connection) {
  std::string buffer;
  bool goes_on = true;
  while (goes_on) {
    size_t end = buffer.find("\r\n\r\n");
    while (end == std::string::npos && Receive(connection, buffer)) {
      end = buffer.find("\r\n\r\n");
    }
    if (end == std::string::npos) {
      break;
    }
    const ImposterRequest request = ParseRequest(std::string_view(buffer).substr(0, end + 4));
    buffer.erase(0, end + 4);
    goes_on = Answer(connection, request);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  connections_.erase(connection);
  ::close(connection);
}

ImposterFault HttpImposter::NextFault() {
  if (next_faults_.empty()) {
    return always_;
  }
  ImposterFault fault = std::move(next_faults_.front());
  next_faults_.pop_front();
  return fault;
}

bool HttpImposter::Answer(int connection, const ImposterRequest& request) {
  ImposterFault fault;
  std::optional<ImposterContent> content;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    requests_.push_back(request);
    fault = NextFault();
    if (const auto found = contents_.find(request.path); found != contents_.end()) {
      content = found->second;
    }
  }
  if (fault.hangs_up) {
    return false;
  }
  int status = fault.status;
  if (status == 0 && fault.refuses_head && request.method == "HEAD") {
    status = 405;
  }
  if (status == 0 && !content) {
    status = 404;
  }
  if (status == 0) {
    return AnswerContent(connection, request, *content, fault);
  }
  std::string head = fmt::format("HTTP/1.1 {} Imposter\r\n", status);
  for (const std::string& header : fault.headers) {
    head += header + "\r\n";
  }
  const bool has_body = status != 304 && request.method != "HEAD";
  head += fmt::format("Content-Length: {}\r\n\r\n{}", has_body ? 6 : 0, has_body ? "sorry\n" : "");
  return SendAll(connection, head);
}

bool HttpImposter::AnswerContent(int connection, const ImposterRequest& request,
                                 const ImposterContent& content, const ImposterFault& fault) {
  std::string_view body = content.bytes;
  const uint64_t size = body.size();
  const std::optional<AskedRange> range =
      fault.ignores_ranges ? std::nullopt : RangeOf(request, content);
  std::string head = "HTTP/1.1 200 OK\r\n";
  if (range && range->first >= size) {
    return SendAll(connection, fmt::format("HTTP/1.1 416 Imposter\r\nContent-Length: 6\r\n"
                                           "Content-Range: bytes */{}\r\n\r\n{}",
                                           size, request.method == "HEAD" ? "" : "sorry\n"));
  }
  if (range) {
    uint64_t length = std::min(range->last, size - 1) - range->first + 1;
    length = std::min(length, fault.shortens_ranges_to.value_or(length));
    body = body.substr(range->first, length);
    head = fmt::format("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {}-{}/{}\r\n",
                       range->first, range->first + length - 1, size);
  }
  head += content.etag.empty() ? "" : fmt::format("ETag: {}\r\n", content.etag);
  head += content.last_modified.empty()
              ? ""
              : fmt::format("Last-Modified: {}\r\n", content.last_modified);
  head += fault.is_chunked ? std::string("Transfer-Encoding: chunked\r\n")
                           : fmt::format("Content-Length: {}\r\n", body.size());
  head += "Date: Wed, 02 Jan 2013 10:00:00 GMT\r\nAccept-Ranges: bytes\r\n\r\n";
  return SendAll(connection, head) &&
         (request.method == "HEAD" || SendBody(connection, body, fault));
}

bool HttpImposter::SendBody(int connection, std::string_view body, const ImposterFault& fault) {
  const uint64_t whole = body.size();
  const uint64_t sent = std::min(
      {whole, fault.cut_after_bytes.value_or(whole), fault.stall_after_bytes.value_or(whole)});
  const std::string_view part = body.substr(0, sent);
  const bool delivered =
      fault.is_chunked
          ? (part.empty() || SendAll(connection, fmt::format("{:x}\r\n{}\r\n", sent, part))) &&
                (sent < whole || SendAll(connection, "0\r\n\r\n"))
          : SendAll(connection, part);
  if (fault.stall_after_bytes && sent < whole) {
    std::string ignored;
    while (Receive(connection, ignored)) {
    }
    return false;
  }
  return delivered && sent == whole;
}

}  // namespace limno::storage
