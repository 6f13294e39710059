// Where the documents of a lake are and what is in them: names and JSON are built and parsed here
// only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "limno/result.h"

namespace limno::catalog {

inline constexpr int kLakeFormatVersion = 1;
inline constexpr std::string_view kLakeDocument = "_limno/lake.json";
inline constexpr std::string_view kNamespacesFolder = "_limno/namespaces/";
inline constexpr std::string_view kViewsFolder = "_limno/views/";

std::string NamespaceDocument(const std::string& name_space);
std::string ViewFolder(const std::string& name_space);
std::string ViewDocument(const TableName& name);
/// The folder of the table's log, with a trailing '/'.
std::string LogFolder(const TableName& name);
/// "<namespace>/<table>/".
std::string TableFolder(const TableName& name);
/// "a/b/name.json" -> "name"; nullopt for other keys.
std::optional<std::string> NameOfDocument(std::string_view key);

std::string EncodeLake(const std::string& id);
std::string EncodeNamespace(const std::string& name_space);
std::string EncodeView(const View& view);

/// kCorrupt if `text` is not a document of that sort, kUnsupported if a newer Limno wrote it.
/// `where` names the object in messages.
Result<void> CheckLake(const std::string& text, const std::string& where);
Result<View> DecodeView(const std::string& text, const std::string& where);

}  // namespace limno::catalog
