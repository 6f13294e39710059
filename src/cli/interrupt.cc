#include "cli/interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace limno::cli {

namespace {

// A signal handler sees nothing but the process: these two are the one place where that is needed.
std::atomic<int> signal_pipe{-1};
std::atomic<int> first_signal{0};

constexpr char kStop = 's';
constexpr char kEnd = 'e';

extern "C" void OnSignal(int signal) {
  int expected = 0;
  if (!first_signal.compare_exchange_strong(expected, signal)) {
    _exit(128 + signal);
  }
  [[maybe_unused]] const ssize_t written = write(signal_pipe.load(), &kStop, 1);
}

void Handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptWatch::InterruptWatch(Lake& lake) : lake_(lake) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return;
  }
  read_end_ = ends[0];
  write_end_ = ends[1];
  signal_pipe = write_end_;
  first_signal = 0;
  thread_ = std::thread([this] {
    char what = 0;
    while (read(read_end_, &what, 1) == 1 && what == kStop) {
      lake_.Interrupt();
    }
  });
  Handle(OnSignal);
}

InterruptWatch::~InterruptWatch() {
  if (!thread_.joinable()) {
    return;
  }
  Handle(SIG_DFL);
  [[maybe_unused]] const ssize_t written = write(write_end_, &kEnd, 1);
  thread_.join();
  signal_pipe = -1;
  close(read_end_);
  close(write_end_);
}

int InterruptWatch::ExitCode() {
  const int signal = first_signal.load();
  return signal == 0 ? 0 : 128 + signal;
}

}  // namespace limno::cli
