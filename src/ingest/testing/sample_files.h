// Folders, files and archives that tests of loading make for themselves.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace limno::ingest::testing {

/// A new folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }
  /// Path of `name` in it.
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file, making the folders on the way; returns its path.
  std::string Write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

std::string ReadWhole(const std::string& path);

using Members = std::vector<std::pair<std::string, std::string>>;

/// Bytes of a ZIP; a member whose name ends in '/' is a folder. `options`: libarchive's, like
/// "zip:zip64".
std::string MakeZip(const Members& members, const std::string& options = {});
/// One encrypted with a password.
std::string MakeEncryptedZip(const Members& members);
std::string MakeTar(const Members& members);
std::string MakeGzip(const std::string& content);
std::string MakeZstd(const std::string& content);
/// "a,b\n1,x1\n2,x2\n...".
std::string MakeCsv(int first, int count);

}  // namespace limno::ingest::testing
