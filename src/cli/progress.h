// Progress of long commands: lines that redraw themselves at a terminal, plain messages elsewhere.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/output.h"
#include "limno/lake.h"

namespace limno::cli {

/// One line of progress: "silver.flights  ████████░░░░  62%  1,234,567 rows  12 MB  3.4 MB/s  8 s
/// left".
std::string FormatProgress(const Progress& progress, int64_t elapsed_millis, size_t width,
                           bool unicode);

/// "1.5 MB".
std::string FormatBytes(uint64_t bytes);
/// "45 s", "3 min", "2 h 5 min".
std::string FormatDuration(double seconds);

/// Draws on standard error. Calls come one at a time, but from any thread.
class ProgressLines final : public Observer {
 public:
  /// Both outlive the observer.
  ProgressLines(const Output& output, base::Clock& clock) : output_(output), clock_(clock) {}
  ~ProgressLines() override { Clear(); }

  void OnProgress(const Progress& progress) override;
  void OnMessage(const std::string& line) override;
  /// Takes the lines away; what is printed next begins on a clean line.
  void Clear();

 private:
  struct Shown {
    Progress progress;
    base::UnixMillis started = 0;
    base::UnixMillis heard = 0;
  };

  void Draw(base::UnixMillis now);
  void Erase();

  const Output& output_;
  base::Clock& clock_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, Shown> steps_;
  base::UnixMillis drawn_ = 0;
  size_t lines_ = 0;
};

}  // namespace limno::cli
