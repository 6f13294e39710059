// Columns that say where a row came from and with which load.
#pragma once

#include <string>

namespace limno::ingest {

inline constexpr char kFileColumn[] = "_limno_file";
inline constexpr char kMemberColumn[] = "_limno_member";
inline constexpr char kLoadIdColumn[] = "_limno_load_id";
inline constexpr char kLoadedAtColumn[] = "_limno_loaded_at";

/// What the rows of a load have in common besides their files.
struct LoadIdentity {
  std::string load_id;
  /// "2013-01-01 12:00:00.000+00".
  std::string loaded_at;
  /// Adds the four _limno_ columns.
  bool provenance = true;
};

/// The four columns as items of a SELECT, each after a comma, for rows of one file (`member`: its
/// path in the archive, empty if there is none); nothing if they are not wanted.
std::string ProvenanceOfFile(const LoadIdentity& load, const std::string& uri,
                             const std::string& member);

/// The same for rows of landed files, which have the first two and may be of an earlier load.
std::string ProvenanceOfLanded(const LoadIdentity& load);

}  // namespace limno::ingest
