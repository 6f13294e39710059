#include "pipeline/yaml_mapping.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "base/name_match.h"

namespace limno::pipeline {

namespace {

std::string PlaceText(const std::string& file, int first_line, const YAML::Mark& mark) {
  if (mark.is_null()) {
    return file;
  }
  return fmt::format("{}:{}:{}", file, mark.line + first_line, mark.column + 1);
}

const char* KindOf(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return "a single value";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a mapping";
    default:
      return "nothing";
  }
}

tl::unexpected<Error> WrongType(const std::string& key, const std::string& expected,
                                const YAML::Node& node, const std::string& where) {
  return Fail(ErrorKind::kUsage,
              fmt::format("'{}' should be {}, and here is {}", key, expected, KindOf(node)), where);
}

}  // namespace

YamlMapping::YamlMapping(std::shared_ptr<const YAML::Node> node, std::string file, int first_line)
    : node_(std::move(node)), file_(std::move(file)), first_line_(first_line) {}

Result<YamlMapping> YamlMapping::Parse(const std::string& text, const std::string& file,
                                       int first_line) {
  YAML::Node node;
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      return Fail(ErrorKind::kUsage, "one YAML document is expected, and here begins another",
                  PlaceText(file, first_line, documents[1].Mark()), "remove the line '---'");
    }
    if (!documents.empty()) {
      node = documents.front();
    }
  } catch (const YAML::Exception& exception) {
    return Fail(ErrorKind::kUsage, "this is not valid YAML: " + exception.msg,
                PlaceText(file, first_line, exception.mark), "check indentation and quotes");
  }
  if (node.IsNull()) {
    node = YAML::Node(YAML::NodeType::Map);
  }
  YamlMapping mapping(std::make_shared<const YAML::Node>(node), file, first_line);
  if (!node.IsMap()) {
    return Fail(ErrorKind::kUsage,
                fmt::format("'key: value' lines are expected, and here is {}", KindOf(node)),
                mapping.Place(node));
  }
  return mapping;
}

std::string YamlMapping::Place(const YAML::Node& node) const {
  return PlaceText(file_, first_line_, node.Mark());
}

std::optional<YAML::Node> YamlMapping::Find(const std::string& key) const {
  for (const auto& entry : *node_) {
    if (entry.first.IsScalar() && entry.first.Scalar() == key) {
      return entry.second;
    }
  }
  return std::nullopt;
}

bool YamlMapping::Has(const std::string& key) const { return Find(key).has_value(); }

std::string YamlMapping::Where(const std::string& key) const {
  const auto node = Find(key);
  return Place(node ? *node : *node_);
}

Result<void> YamlMapping::AllowOnly(const std::vector<std::string>& known) const {
  std::set<std::string> seen;
  for (const auto& entry : *node_) {
    const std::string where = Place(entry.first);
    if (!entry.first.IsScalar()) {
      return Fail(ErrorKind::kUsage, "a key should be a single word", where);
    }
    const std::string& key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      std::string hint = base::NearestNameHint(key, known);
      if (hint.empty()) {
        hint = fmt::format("known here: {}", fmt::join(known, ", "));
      }
      return Fail(ErrorKind::kUsage, fmt::format("unknown key '{}'", key), where, hint);
    }
    if (!seen.insert(key).second) {
      return Fail(ErrorKind::kUsage, fmt::format("key '{}' is given twice", key), where);
    }
  }
  return {};
}

Result<PlacedText> YamlMapping::Scalar(const YAML::Node& node, const std::string& key) const {
  if (!node.IsScalar()) {
    return WrongType(key, "a text", node, Place(node));
  }
  return PlacedText{node.Scalar(), Place(node)};
}

Result<std::optional<PlacedText>> YamlMapping::Text(const std::string& key) const {
  const auto node = Find(key);
  if (!node) {
    return std::optional<PlacedText>();
  }
  LIMNO_ASSIGN(PlacedText text, Scalar(*node, key));
  return std::optional<PlacedText>(std::move(text));
}

Result<std::optional<bool>> YamlMapping::Flag(const std::string& key) const {
  const auto node = Find(key);
  if (!node) {
    return std::optional<bool>();
  }
  bool value = false;
  if (!node->IsScalar() || !YAML::convert<bool>::decode(*node, value)) {
    return WrongType(key, "true or false", *node, Place(*node));
  }
  return std::optional<bool>(value);
}

Result<std::optional<uint64_t>> YamlMapping::Count(const std::string& key) const {
  const auto node = Find(key);
  if (!node) {
    return std::optional<uint64_t>();
  }
  int64_t value = -1;
  if (!node->IsScalar() || !YAML::convert<int64_t>::decode(*node, value) || value < 0) {
    return WrongType(key, "a whole number", *node, Place(*node));
  }
  return std::optional<uint64_t>(value);
}

Result<std::vector<PlacedText>> YamlMapping::Texts(const std::string& key) const {
  std::vector<PlacedText> texts;
  const auto node = Find(key);
  if (!node) {
    return texts;
  }
  if (node->IsScalar()) {
    texts.push_back({node->Scalar(), Place(*node)});
    return texts;
  }
  if (!node->IsSequence()) {
    return WrongType(key, "a list of texts", *node, Place(*node));
  }
  for (const YAML::Node& element : *node) {
    LIMNO_ASSIGN(PlacedText text, Scalar(element, key));
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<std::vector<std::pair<std::string, PlacedText>>> YamlMapping::TextPairs(
    const std::string& key) const {
  std::vector<std::pair<std::string, PlacedText>> pairs;
  const auto node = Find(key);
  if (!node) {
    return pairs;
  }
  if (!node->IsMap()) {
    return WrongType(key, "'name: value' lines", *node, Place(*node));
  }
  std::set<std::string> seen;
  for (const auto& entry : *node) {
    LIMNO_ASSIGN(const PlacedText name, Scalar(entry.first, key));
    LIMNO_ASSIGN(PlacedText text, Scalar(entry.second, name.text));
    if (!seen.insert(name.text).second) {
      return Fail(ErrorKind::kUsage, fmt::format("'{}' is given twice", name.text), name.where);
    }
    pairs.emplace_back(name.text, std::move(text));
  }
  return pairs;
}

Result<std::vector<std::pair<std::string, YamlMapping>>> YamlMapping::Mappings(
    const std::string& key) const {
  std::vector<std::pair<std::string, YamlMapping>> mappings;
  const auto node = Find(key);
  if (!node || node->IsNull()) {
    return mappings;
  }
  if (!node->IsMap()) {
    return WrongType(key, "'name:' entries with indented lines below", *node, Place(*node));
  }
  std::set<std::string> seen;
  for (const auto& entry : *node) {
    LIMNO_ASSIGN(const PlacedText name, Scalar(entry.first, key));
    if (!entry.second.IsMap()) {
      return WrongType(name.text, "indented 'key: value' lines", entry.second, Place(entry.second));
    }
    if (!seen.insert(name.text).second) {
      return Fail(ErrorKind::kUsage, fmt::format("'{}' is given twice", name.text), name.where);
    }
    mappings.emplace_back(name.text, YamlMapping(std::make_shared<const YAML::Node>(entry.second),
                                                 file_, first_line_));
  }
  return mappings;
}

}  // namespace limno::pipeline
