#include "engine/property_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace limno::engine {
namespace {

Result<std::string> TakePropertyName(StatementParser& parser) {
  if (parser.Peek().kind == TokenKind::kString) {
    return parser.Take().text;
  }
  LIMNO_ASSIGN(const auto parts, parser.DottedName("the name of a property"));
  return fmt::format("{}", fmt::join(parts, "."));
}

Result<std::string> TakePropertyValue(StatementParser& parser) {
  const std::string sign = parser.TakeSymbol('-') ? "-" : "";
  if (parser.AtEnd() || parser.Peek().kind == TokenKind::kSymbol) {
    return parser.Wrong("a value");
  }
  return sign + parser.Take().text;
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> TakePropertyList(StatementParser& parser) {
  LIMNO_TRY(parser.ExpectSymbol('('));
  std::vector<std::pair<std::string, std::string>> properties;
  do {
    LIMNO_ASSIGN(std::string name, TakePropertyName(parser));
    (void)parser.TakeSymbol('=');
    LIMNO_ASSIGN(std::string value, TakePropertyValue(parser));
    properties.emplace_back(std::move(name), std::move(value));
  } while (parser.TakeSymbol(','));
  LIMNO_TRY(parser.ExpectSymbol(')'));
  return properties;
}

Result<std::vector<std::string>> TakePropertyNames(StatementParser& parser) {
  LIMNO_TRY(parser.ExpectSymbol('('));
  std::vector<std::string> names;
  do {
    LIMNO_ASSIGN(std::string name, TakePropertyName(parser));
    names.push_back(std::move(name));
  } while (parser.TakeSymbol(','));
  LIMNO_TRY(parser.ExpectSymbol(')'));
  return names;
}

}  // namespace limno::engine
