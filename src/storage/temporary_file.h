// A file that is written under a temporary name and then appears at once under its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "storage/local_files.h"

namespace limno::storage {

/// Ends the names of Limno's own temporary files.
inline constexpr std::string_view kOwnTemporarySuffix = ".limno.tmp";

/// Removes the file `name` from `folder` if it is one of Limno's own temporary files and was last
/// written more than a day before `now_millis`: its writer died.
void RemoveIfAbandoned(int folder, const std::string& name, base::UnixMillis now_millis);
/// Removes all such files from `folder`. What cannot be looked at or removed stays.
void RemoveAbandoned(int folder, base::UnixMillis now_millis);

/// Unlinks itself when it goes out of scope without having been published.
class TemporaryFile {
 public:
  /// Creates ".<name>.<uuid>.limno.tmp" in `folder`, which stays open longer than the file. `path`
  /// is the full path of `name`, for messages.
  static Result<TemporaryFile> Create(int folder, std::string_view name, std::string path,
                                      base::Random& random);
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile();

  int descriptor() const { return file_.get(); }
  /// In `folder`; for those who write the file by its name. They must not replace it.
  const std::string& temporary_name() const { return temporary_name_; }

  /// Takes the name, replacing what has it. kUsage if that is a folder.
  Result<void> PublishReplacing();
  /// Takes the name only if it is free: kAlreadyExists otherwise. kUnsupported if the file system
  /// can neither link nor rename without replacing. After success descriptor() stays open.
  Result<void> PublishIfAbsent();
  /// What PublishIfAbsent does where the file system has no hard links.
  Result<void> RenameWithoutReplacing();

 private:
  TemporaryFile(int folder, std::string name, std::string temporary_name, std::string path,
                FileDescriptor file);

  void Unlink();

  int folder_;
  std::string name_;
  std::string temporary_name_;
  std::string path_;
  FileDescriptor file_;
  bool has_temporary_name_ = true;
};

}  // namespace limno::storage
