// SIGINT and SIGTERM while a lake works: the first asks it to stop, the second ends the process.
#pragma once

#include <atomic>
#include <thread>

#include "limno/lake.h"

namespace limno::cli {

/// At most one at a time. The lake outlives it.
class InterruptWatch {
 public:
  explicit InterruptWatch(Lake& lake);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  /// 128 + the signal that came; 0 if none did.
  static int ExitCode();

 private:
  Lake& lake_;
  int read_end_ = -1;
  int write_end_ = -1;
  std::thread thread_;
};

}  // namespace limno::cli
