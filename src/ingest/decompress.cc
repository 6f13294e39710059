#include "ingest/decompress.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <vector>

namespace limno::ingest {
namespace {

uint64_t SizeOf(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
}

/// Counts what comes out, and stops what grows beyond the limits.
class LimitedOutput {
 public:
  LimitedOutput(const std::string& path, const UnpackLimits& limits, const ByteSink& sink)
      : packed_(SizeOf(path)), limits_(limits), sink_(sink) {}

  Result<void> Write(std::string_view piece) {
    unpacked_ += piece.size();
    LIMNO_TRY(limits_.Check(packed_, unpacked_));
    return piece.empty() ? Result<void>() : sink_(piece);
  }

 private:
  uint64_t packed_;
  uint64_t unpacked_ = 0;
  const UnpackLimits& limits_;
  const ByteSink& sink_;
};

class GzipReader {
 public:
  GzipReader() : buffer_(kPieceBytes) {}
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader() {
    if (open_) {
      inflateEnd(&stream_);
    }
  }

  Result<void> Add(std::string_view piece, LimitedOutput& output) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    while (stream_.avail_in > 0 && !padding_) {
      LIMNO_TRY(Start());
      if (padding_) {
        break;
      }
      LIMNO_TRY(Step(output));
    }
    return {};
  }

  Result<void> Finish() const {
    if (open_) {
      return Fail(ErrorKind::kCorrupt, "the gzip file is truncated");
    }
    return {};
  }

 private:
  Result<void> Start() {
    if (open_) {
      return {};
    }
    if (streams_ > 0 && *stream_.next_in == 0) {
      // Tapes and block devices pad with zeros.
      padding_ = true;
      return {};
    }
    constexpr int kGzipOnly = 15 + 16;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) {
      return Fail(ErrorKind::kExhausted, "no memory to unpack");
    }
    open_ = true;
    ++streams_;
    return {};
  }

  Result<void> Step(LimitedOutput& output) {
    int code = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      code = inflate(&stream_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        const char* reason = stream_.msg == nullptr ? "unknown" : stream_.msg;
        return Fail(ErrorKind::kCorrupt, fmt::format("the gzip file is damaged: {}", reason));
      }
      LIMNO_TRY(output.Write({buffer_.data(), buffer_.size() - stream_.avail_out}));
    } while (code == Z_OK && stream_.avail_out == 0);
    if (code == Z_STREAM_END) {
      inflateEnd(&stream_);
      open_ = false;
    }
    return {};
  }

  z_stream stream_{};
  std::vector<char> buffer_;
  bool open_ = false;
  bool padding_ = false;
  int streams_ = 0;
};

class ZstdReader {
 public:
  ZstdReader() : context_(ZSTD_createDCtx()), buffer_(kPieceBytes) {}

  Result<void> Add(std::string_view piece, LimitedOutput& output) {
    if (context_ == nullptr) {
      return Fail(ErrorKind::kExhausted, "no memory to unpack");
    }
    ZSTD_inBuffer input{piece.data(), piece.size(), 0};
    bool full = false;
    // A full buffer may hide more; but after the end of a frame to ask for more begins the next
    // one.
    while (input.pos < input.size || (full && in_frame_)) {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      const size_t expected = ZSTD_decompressStream(context_.get(), &out, &input);
      if (ZSTD_isError(expected) != 0) {
        return Fail(ErrorKind::kCorrupt,
                    fmt::format("the Zstandard file is damaged: {}", ZSTD_getErrorName(expected)));
      }
      in_frame_ = expected != 0;
      full = out.pos == out.size;
      LIMNO_TRY(output.Write({buffer_.data(), out.pos}));
    }
    return {};
  }

  Result<void> Finish() const {
    if (in_frame_) {
      return Fail(ErrorKind::kCorrupt, "the Zstandard file is truncated");
    }
    return {};
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  std::vector<char> buffer_;
  bool in_frame_ = false;
};

template <typename Reader>
Result<void> Unpack(const std::string& path, LimitedOutput& output) {
  Reader reader;
  LIMNO_TRY(ReadPieces(path, [&](std::string_view piece) { return reader.Add(piece, output); }));
  return reader.Finish();
}

}  // namespace

Result<void> UnpackLimits::Check(uint64_t packed, uint64_t unpacked) const {
  if (unpacked > total_bytes_max) {
    return Fail(ErrorKind::kRefused,
                fmt::format("it unpacks to more than {} bytes", total_bytes_max), {},
                "unpack it yourself if you trust it, and load the folder");
  }
  if (unpacked > ratio_counts_above_bytes && unpacked / ratio_max > packed) {
    return Fail(ErrorKind::kRefused,
                fmt::format("{} bytes unpack to more than {} times as much, as archives made to "
                            "fill disks do",
                            packed, ratio_max),
                {}, "unpack it yourself if you trust it, and load the folder");
  }
  return {};
}

Result<void> Decompress(const std::string& path, FileKind kind, const UnpackLimits& limits,
                        const ByteSink& sink) {
  LimitedOutput output(path, limits, sink);
  return kind == FileKind::kZstd ? Unpack<ZstdReader>(path, output)
                                 : Unpack<GzipReader>(path, output);
}

}  // namespace limno::ingest
