#include "limno/error.h"

// Part of the library's public face, which shows nothing else.
#define LIMNO_EXPORT __attribute__((visibility("default")))

namespace limno {

LIMNO_EXPORT std::string_view ErrorKindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return "usage";
    case ErrorKind::kNotFound:
      return "not_found";
    case ErrorKind::kAlreadyExists:
      return "already_exists";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kUnsupported:
      return "unsupported";
    case ErrorKind::kCorrupt:
      return "corrupt";
    case ErrorKind::kRefused:
      return "refused";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kExhausted:
      return "exhausted";
    case ErrorKind::kDenied:
      return "denied";
    case ErrorKind::kInterrupted:
      return "interrupted";
    case ErrorKind::kInternal:
      return "internal";
  }
  return "internal";
}

LIMNO_EXPORT std::string Error::ToString() const {
  std::string text;
  if (!where.empty()) {
    text += where;
    text += ": ";
  }
  text += message;
  if (!hint.empty()) {
    text += " (";
    text += hint;
    text += ")";
  }
  return text;
}

}  // namespace limno
