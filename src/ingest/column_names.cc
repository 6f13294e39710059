#include "ingest/column_names.h"

#include <fmt/format.h>

#include <set>

#include "base/name_match.h"
#include "table/physical_name.h"

namespace limno::ingest {
namespace {

bool IsPlain(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return byte > 0x20 && byte != 0x7f &&
         table::kReservedInNames.find(letter) == std::string_view::npos;
}

}  // namespace

std::string PlainName(const std::string& name) {
  std::string plain;
  bool gap = false;
  for (const char letter : name) {
    if (!IsPlain(letter)) {
      gap = !plain.empty();
      continue;
    }
    plain += gap ? "_" : "";
    plain += letter;
    gap = false;
  }
  return plain;
}

std::vector<std::string> NamesInTable(const std::vector<std::string>& names,
                                      const KnownName& known) {
  std::vector<std::string> chosen;
  std::set<std::string> taken;
  for (const std::string& name : names) {
    std::string candidate = known(name);
    if (candidate.empty()) {
      const std::string plain = PlainName(name);
      candidate = plain.empty() ? fmt::format("column{}", chosen.size()) : plain;
      const std::string as_known = known(candidate);
      candidate = as_known.empty() ? candidate : as_known;
    }
    const std::string base = candidate;
    for (int number = 1; !taken.insert(base::FoldCase(candidate)).second; ++number) {
      candidate = fmt::format("{}_{}", base, number);
    }
    chosen.push_back(candidate);
  }
  return chosen;
}

}  // namespace limno::ingest
