// The table features of the protocol, whether or not Limno can do them. Values.
// PROTOCOL.md, "Valid Feature Names in Table Features", and names that writers use before they are
// listed there.
#pragma once

#include <string_view>
#include <vector>

namespace limno::table::delta {

struct TableFeature {
  std::string_view name;
  /// It has to be in both lists.
  bool concerns_readers = false;
  /// A feature without which it must not be; empty if there is none.
  std::string_view needs = {};
};

/// nullptr for a name that the protocol does not know.
const TableFeature* FindTableFeature(std::string_view name);

/// The final name of a feature that writers also call "...-preview": what both are for.
std::string_view FinalName(std::string_view name);

}  // namespace limno::table::delta
