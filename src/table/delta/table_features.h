// The table features of the protocol, whether or not Limno can do them. Values.
// PROTOCOL.md, "Valid Feature Names in Table Features", and names that writers use before they are
// listed there.
#pragma once

#include <array>
#include <string_view>
#include <vector>

namespace limno::table::delta {

struct TableFeature {
  std::string_view name;
  /// It has to be in both lists.
  bool concerns_readers = false;
  /// Features without which it must not be; empty where there are none, or not two.
  std::array<std::string_view, 2> needs = {};

  bool Needs(std::string_view feature) const { return needs[0] == feature || needs[1] == feature; }
};

/// nullptr for a name that the protocol does not know.
const TableFeature* FindTableFeature(std::string_view name);

/// The final name of a feature that writers also call "...-preview": what both are for.
std::string_view FinalName(std::string_view name);

}  // namespace limno::table::delta
