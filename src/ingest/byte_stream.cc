#include "ingest/byte_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace limno::ingest {

Result<void> ReadPieces(const std::string& path, const ByteSink& sink) {
  const storage::FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return Fail(storage::SystemError(errno, "cannot open", path));
  }
  posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  std::vector<char> buffer(kPieceBytes);
  while (true) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return Fail(storage::SystemError(errno, "cannot read", path));
    }
    if (count == 0) {
      return {};
    }
    LIMNO_TRY(sink(std::string_view(buffer.data(), static_cast<size_t>(count))));
  }
}

Result<std::string> ReadBeginning(const std::string& path, size_t length) {
  const storage::FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return Fail(storage::SystemError(errno, "cannot open", path));
  }
  return storage::ReadAt(file.get(), 0, length, path);
}

Result<FileSink> FileSink::Create(const std::string& path) {
  storage::FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.valid()) {
    return Fail(storage::SystemError(errno, "cannot create", path));
  }
  return FileSink(std::move(file), path);
}

Result<void> FileSink::Write(std::string_view piece) {
  LIMNO_TRY(storage::WriteAll(file_.get(), piece, path_));
  bytes_ += piece.size();
  return {};
}

}  // namespace limno::ingest
