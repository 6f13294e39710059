#include "ingest/fingerprint.h"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace limno::ingest {
namespace {

constexpr size_t kHexDigits = 64;

int DigitValue(char digit) {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  if (digit >= 'a' && digit <= 'f') {
    return digit - 'a' + 10;
  }
  return -1;
}

}  // namespace

Result<Fingerprint> Fingerprint::Parse(std::string_view hex) {
  bool valid = hex.size() == kHexDigits;
  for (const char digit : hex) {
    valid = valid && DigitValue(digit) >= 0;
  }
  if (!valid) {
    return Fail(ErrorKind::kUsage, "not a SHA-256 in lower-case hexadecimal digits",
                std::string(hex));
  }
  return Fingerprint(std::string(hex));
}

Fingerprint Fingerprint::Of(std::string_view bytes) {
  FingerprintBuilder builder;
  builder.Add(bytes);
  return builder.Finish();
}

int64_t Fingerprint::Version() const {
  uint64_t bits = 0;
  for (size_t i = 0; i < 16 && i < hex_.size(); ++i) {
    bits = bits << 4 | static_cast<uint64_t>(DigitValue(hex_[i]));
  }
  return static_cast<int64_t>(bits >> 1);
}

struct FingerprintBuilder::Context {
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(digest); }
};

// OpenSSL's digest calls fail only when memory is used up.
FingerprintBuilder::FingerprintBuilder() : context_(std::make_unique<Context>()) {
  if (context_->digest == nullptr ||
      EVP_DigestInit_ex(context_->digest, EVP_sha256(), nullptr) != 1) {
    throw std::bad_alloc();
  }
}

FingerprintBuilder::FingerprintBuilder(FingerprintBuilder&&) noexcept = default;
FingerprintBuilder& FingerprintBuilder::operator=(FingerprintBuilder&&) noexcept = default;
FingerprintBuilder::~FingerprintBuilder() = default;

void FingerprintBuilder::Add(std::string_view bytes) {
  EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size());
}

Fingerprint FingerprintBuilder::Finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(context_->digest, digest.data(), &length);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(kHexDigits);
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return Fingerprint(std::move(hex));
}

}  // namespace limno::ingest
