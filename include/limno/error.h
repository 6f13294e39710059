// The one vocabulary of failure in Limno. An Error answers three questions for its reader:
// what happened (message), where (where), and what to do now (kind, hint).
#pragma once

#include <string>
#include <string_view>

namespace limno {

/// What the caller can do about a failure. Each kind has one reaction, so kinds are few.
enum class ErrorKind {
  /// The request itself is wrong (unknown name, bad option, bad SQL): change it.
  kUsage,
  /// The named object does not exist.
  kNotFound,
  /// Put-if-absent lost, or a table of that name is already there.
  kAlreadyExists,
  /// Somebody else committed first in a way that cannot be reconciled: redo from a fresh snapshot.
  kConflict,
  /// The table uses a feature this version does not know: use another tool or version.
  kUnsupported,
  /// Stored data contradicts its own format: restore or repair it.
  kCorrupt,
  /// The data offends a contract (schema clash, constraint, duplicate match): fix the data.
  kRefused,
  /// Temporary (network, throttling, busy): the same call may succeed later.
  kUnavailable,
  /// Disk, memory or a configured limit is used up.
  kExhausted,
  /// The operating system or store refused access.
  kDenied,
  /// The user asked to stop.
  kInterrupted,
  /// A bug in Limno.
  kInternal,
};

/// Short stable name of a kind, as printed in JSON reports ("not_found", ...).
std::string_view ErrorKindName(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  /// One sentence, fixed part first, values last; no trailing full stop.
  std::string message;
  /// Where it happened: "file:line:column", a table name, an object key. May be empty.
  std::string where;
  /// What to do next. May be empty.
  std::string hint;

  /// "where: message (hint)", the form shown to people.
  std::string ToString() const;
};

}  // namespace limno
