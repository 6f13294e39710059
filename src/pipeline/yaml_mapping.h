// One mapping of a YAML document, read key by key with errors that say where. Hides the YAML
// library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "limno/result.h"

namespace YAML {
class Node;
}

namespace limno::pipeline {

/// A text and where it was written ("limno.yml:7:12").
struct PlacedText {
  std::string text;
  std::string where;
};

/// Every failure is kUsage with file, line and column. Absent keys give nullopt or an empty list.
class YamlMapping {
 public:
  /// `first_line` is the 1-based line of `file` on which `text` begins. An empty text is an empty
  /// mapping.
  static Result<YamlMapping> Parse(const std::string& text, const std::string& file,
                                   int first_line = 1);

  /// Refuses keys that are not in `known` (with the nearest of them as hint) and keys given twice.
  Result<void> AllowOnly(const std::vector<std::string>& known) const;
  bool Has(const std::string& key) const;
  /// Place of the key's value; of the mapping itself if there is no such key.
  std::string Where(const std::string& key) const;

  Result<std::optional<PlacedText>> Text(const std::string& key) const;
  Result<std::optional<bool>> Flag(const std::string& key) const;
  Result<std::optional<uint64_t>> Count(const std::string& key) const;
  /// A list of texts, or one text as a list of one.
  Result<std::vector<PlacedText>> Texts(const std::string& key) const;
  /// The pairs of a nested mapping of texts, in order.
  Result<std::vector<std::pair<std::string, PlacedText>>> TextPairs(const std::string& key) const;
  /// The entries of a nested mapping of mappings, in order.
  Result<std::vector<std::pair<std::string, YamlMapping>>> Mappings(const std::string& key) const;

 private:
  YamlMapping(std::shared_ptr<const YAML::Node> node, std::string file, int first_line);
  std::string Place(const YAML::Node& node) const;
  std::optional<YAML::Node> Find(const std::string& key) const;
  Result<PlacedText> Scalar(const YAML::Node& node, const std::string& key) const;

  std::shared_ptr<const YAML::Node> node_;
  std::string file_;
  int first_line_;
};

}  // namespace limno::pipeline
