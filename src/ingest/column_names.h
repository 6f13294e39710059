// Names of columns as files have them, and as tables can.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace limno::ingest {

/// The name without what Delta tables do not take in a name unless they map it, which not all
/// readers understand: each run of blanks, control characters and ,;{}()= becomes one '_', none at
/// the end. "" for a name of nothing else.
std::string PlainName(const std::string& name);

/// The table's name of a column that it has, "" for others.
using KnownName = std::function<std::string(const std::string& name)>;

/// What the columns of a file are called in the table: as they are where the table has that name,
/// otherwise plain; all different, also without regard to case.
std::vector<std::string> NamesInTable(const std::vector<std::string>& names,
                                      const KnownName& known);

}  // namespace limno::ingest
