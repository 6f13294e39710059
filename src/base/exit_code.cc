#include "base/exit_code.h"

#include <algorithm>
#include <array>

namespace limno::base {

int ExitCode(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kRefused:
      return kExitRefused;
    case ErrorKind::kUnavailable:
    case ErrorKind::kConflict:
      return kExitTemporary;
    case ErrorKind::kInterrupted:
      return kExitInterrupted;
    case ErrorKind::kUsage:
    case ErrorKind::kNotFound:
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kUnsupported:
    case ErrorKind::kCorrupt:
    case ErrorKind::kExhausted:
    case ErrorKind::kDenied:
    case ErrorKind::kInternal:
      return kExitWrong;
  }
  return kExitWrong;
}

int WorseExitCode(int one, int other) {
  static constexpr std::array kFromBadToWorse = {kExitDone, kExitRefused, kExitTemporary,
                                                 kExitWrong, kExitInterrupted};
  return *std::max(std::find(kFromBadToWorse.begin(), kFromBadToWorse.end(), one),
                   std::find(kFromBadToWorse.begin(), kFromBadToWorse.end(), other));
}

}  // namespace limno::base
