#include "cli/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/table_printer.h"
#include "cli/text_width.h"

namespace limno::cli {

namespace {

constexpr int64_t kRedrawMillis = 100;
/// A step that says nothing for this long has ended.
constexpr int64_t kForgetMillis = 1500;
constexpr size_t kBarWidth = 20;

double FractionDone(const Progress& progress) {
  if (progress.bytes_total > 0) {
    return static_cast<double>(progress.bytes_done) / static_cast<double>(progress.bytes_total);
  }
  return progress.percent >= 0 ? progress.percent / 100.0 : -1;
}

std::string Bar(double fraction, bool unicode) {
  const double shown = std::clamp(fraction, 0.0, 1.0);
  const auto filled = static_cast<size_t>(shown * static_cast<double>(kBarWidth));
  std::string bar;
  for (size_t i = 0; i < kBarWidth; ++i) {
    bar += i < filled ? (unicode ? "█" : "#") : (unicode ? "░" : ".");
  }
  return bar;
}

}  // namespace

std::string FormatBytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 999.95 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof(text), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}

std::string FormatDuration(double seconds) {
  char text[48];
  if (seconds < 10) {
    std::snprintf(text, sizeof(text), "%.1f s", seconds);
    return text;
  }
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 120) {
    return std::to_string(whole) + " s";
  }
  if (whole < 7200) {
    return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  }
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

std::string FormatProgress(const Progress& progress, int64_t elapsed_millis, size_t width,
                           bool unicode) {
  std::string line = progress.step;
  const double seconds = static_cast<double>(elapsed_millis) / 1000.0;
  const double fraction = FractionDone(progress);
  if (fraction >= 0) {
    const int percent = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * 100);
    line += "  " + Bar(fraction, unicode) + "  " + std::to_string(percent) + "%";
  }
  if (progress.rows > 0) {
    line += "  " + GroupDigits(progress.rows) + " rows";
  }
  if (progress.bytes_done > 0) {
    line += "  " + FormatBytes(progress.bytes_done);
    if (seconds > 0.5) {
      const double rate = static_cast<double>(progress.bytes_done) / seconds;
      line += "  " + FormatBytes(static_cast<uint64_t>(rate)) + "/s";
    }
  }
  if (fraction > 0.01 && fraction < 1 && seconds > 1) {
    line += "  " + FormatDuration(seconds / fraction - seconds) + " left";
  } else {
    line += "  " + FormatDuration(seconds);
  }
  return width > 0 ? Truncate(line, width) : line;
}

void ProgressLines::OnProgress(const Progress& progress) {
  if (output_.quiet() || !output_.terminal().errors_are_terminal) {
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  const base::UnixMillis now = clock_.Now();
  Shown& shown = steps_[progress.step];
  shown.started = shown.started == 0 ? now : shown.started;
  shown.heard = now;
  shown.progress = progress;
  if (now - drawn_ >= kRedrawMillis) {
    Draw(now);
  }
}

void ProgressLines::OnMessage(const std::string& line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Erase();
  output_.Say(line);
}

void ProgressLines::Clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Erase();
  steps_.clear();
}

void ProgressLines::Erase() {
  for (; lines_ > 0; --lines_) {
    std::fputs("\x1b[1A\x1b[2K", stderr);
  }
  std::fflush(stderr);
}

void ProgressLines::Draw(base::UnixMillis now) {
  std::erase_if(steps_,
                [&](const auto& entry) { return now - entry.second.heard > kForgetMillis; });
  Erase();
  const size_t width = output_.terminal().width;
  for (const auto& [name, shown] : steps_) {
    const std::string line = FormatProgress(shown.progress, now - shown.started,
                                            width > 1 ? width - 1 : 0, output_.terminal().unicode);
    std::fprintf(stderr, "%s\n", line.c_str());
    ++lines_;
  }
  std::fflush(stderr);
  drawn_ = now;
}

}  // namespace limno::cli
