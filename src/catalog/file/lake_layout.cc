#include "catalog/file/lake_layout.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_writer.h"

namespace limno::catalog {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kJsonSuffix = ".json";

base::JsonWriter BeginDocument() {
  base::JsonWriter json;
  json.BeginObject().Key("format_version").Int(kLakeFormatVersion);
  return json;
}

std::string EndDocument(base::JsonWriter& json) { return json.EndObject().Take() + "\n"; }

Result<Json> ParseDocument(const std::string& text, const std::string& where) {
  Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || !document.contains("format_version") ||
      !document["format_version"].is_number_integer()) {
    return Fail(ErrorKind::kCorrupt, "this is not a document of a Limno lake", where,
                "restore the file from a backup, or delete it if it was put there by mistake");
  }
  const auto version = document["format_version"].get<int64_t>();
  if (version != kLakeFormatVersion) {
    return Fail(
        ErrorKind::kUnsupported,
        fmt::format("the lake was written in format version {}, this Limno knows version {}",
                    version, kLakeFormatVersion),
        where, "use the version of Limno that wrote it, or a newer one");
  }
  return document;
}

Result<std::string> TextMember(const Json& document, const char* name, const std::string& where) {
  const auto member = document.find(name);
  if (member == document.end() || !member->is_string()) {
    return Fail(ErrorKind::kCorrupt, fmt::format("the document has no text member '{}'", name),
                where);
  }
  return member->get<std::string>();
}

}  // namespace

std::string NamespaceDocument(const std::string& name_space) {
  return std::string(kNamespacesFolder) + name_space + std::string(kJsonSuffix);
}

std::string ViewFolder(const std::string& name_space) {
  return std::string(kViewsFolder) + name_space + "/";
}

std::string ViewDocument(const TableName& name) {
  return ViewFolder(name.name_space) + name.name + std::string(kJsonSuffix);
}

std::string TableFolder(const TableName& name) { return name.name_space + "/" + name.name + "/"; }

std::string LogFolder(const TableName& name) { return TableFolder(name) + "_delta_log/"; }

std::optional<std::string> NameOfDocument(std::string_view key) {
  const size_t slash = key.rfind('/');
  std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
  if (name.size() <= kJsonSuffix.size() || !name.ends_with(kJsonSuffix)) {
    return std::nullopt;
  }
  name.remove_suffix(kJsonSuffix.size());
  return std::string(name);
}

std::string EncodeLake(const std::string& id) {
  base::JsonWriter json = BeginDocument();
  json.Key("id").String(id);
  return EndDocument(json);
}

std::string EncodeNamespace(const std::string& name_space) {
  base::JsonWriter json = BeginDocument();
  json.Key("namespace").String(name_space);
  return EndDocument(json);
}

std::string EncodeView(const View& view) {
  base::JsonWriter json = BeginDocument();
  json.Key("namespace").String(view.name.name_space);
  json.Key("name").String(view.name.name);
  json.Key("sql").String(view.sql);
  return EndDocument(json);
}

Result<void> CheckLake(const std::string& text, const std::string& where) {
  LIMNO_TRY(ParseDocument(text, where));
  return {};
}

Result<View> DecodeView(const std::string& text, const std::string& where) {
  LIMNO_ASSIGN(const Json document, ParseDocument(text, where));
  View view;
  LIMNO_ASSIGN(view.name.name_space, TextMember(document, "namespace", where));
  LIMNO_ASSIGN(view.name.name, TextMember(document, "name", where));
  LIMNO_ASSIGN(view.sql, TextMember(document, "sql", where));
  return view;
}

}  // namespace limno::catalog
