#include "pipeline/project.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "pipeline/yaml_mapping.h"

namespace limno::pipeline {

namespace {

const std::vector<std::string> kProjectKeys = {"name", "lake", "sources"};
const std::vector<std::string> kPlaceKeys = {"url", "urls", "path", "files"};
const std::vector<std::string> kSourceKeys = {"url",    "urls",       "path",         "files",
                                              "into",   "write",      "on_error",     "format",
                                              "header", "skip_lines", "delimiter",    "encoding",
                                              "nulls",  "columns",    "partition_by", "provenance"};

std::string Absolute(const std::string& path, const std::string& folder) {
  const std::filesystem::path joined = std::filesystem::path(folder) / path;
  std::string text = joined.lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) {
    text.pop_back();
  }
  return text;
}

bool IsUrl(const std::string& text) { return text.find("://") != std::string::npos; }

/// A place of a source as the loader takes it: a URL, "-", an absolute path or "@" and one.
std::string AbsolutePlace(const std::string& place, const std::string& folder) {
  if (place == "-" || IsUrl(place)) {
    return place;
  }
  if (place.starts_with('@')) {
    const std::string list = place.substr(1);
    return IsUrl(list) ? place : "@" + Absolute(list, folder);
  }
  const bool is_folder = place.ends_with('/');
  return Absolute(place, folder) + (is_folder ? "/" : "");
}

tl::unexpected<Error> WrongChoice(const std::string& key, const PlacedText& value,
                                  const std::string& choices) {
  return Fail(ErrorKind::kUsage, fmt::format("'{}' cannot be '{}'", key, value.text), value.where,
              "choose one of " + choices);
}

Result<void> ReadPlaces(const YamlMapping& yaml, const std::string& folder,
                        const EnvironmentLookup& environment, Source& source) {
  for (const std::string& key : kPlaceKeys) {
    LIMNO_ASSIGN(const std::vector<PlacedText> places, yaml.Texts(key));
    for (const PlacedText& place : places) {
      const auto text = SubstituteEnvironment(place.text, place.where, environment);
      if (!text) {
        return Fail(text.error());
      }
      if (text->empty()) {
        return Fail(ErrorKind::kUsage, fmt::format("'{}' holds an empty text", key), place.where);
      }
      source.load.from.push_back(AbsolutePlace(*text, folder));
    }
  }
  if (source.load.from.empty()) {
    return Fail(ErrorKind::kUsage,
                fmt::format("source '{}' does not say what to load", source.name), source.where,
                "add url, urls, path or files");
  }
  return {};
}

Result<void> ReadManner(const YamlMapping& yaml, LoadOptions& load) {
  LIMNO_ASSIGN(const auto write, yaml.Text("write"));
  if (write && write->text != "append") {
    if (write->text == "replace" || write->text == "merge") {
      return Fail(ErrorKind::kUnsupported,
                  fmt::format("'write: {}' does not exist yet, sources append", write->text),
                  write->where, "let a model of kind 'merge' or 'table' read what is appended");
    }
    return WrongChoice("write", *write, "append");
  }
  LIMNO_ASSIGN(const auto on_error, yaml.Text("on_error"));
  if (on_error && on_error->text != "continue" && on_error->text != "stop") {
    return WrongChoice("on_error", *on_error, "continue, stop");
  }
  load.continue_on_error = !on_error || on_error->text == "continue";
  LIMNO_ASSIGN(const auto provenance, yaml.Flag("provenance"));
  load.provenance = provenance.value_or(true);
  LIMNO_ASSIGN(const std::vector<PlacedText> partition_by, yaml.Texts("partition_by"));
  for (const PlacedText& column : partition_by) {
    load.partition_by.push_back(column.text);
  }
  return {};
}

Result<void> ReadFormat(const YamlMapping& yaml, LoadOptions& load) {
  LIMNO_ASSIGN(const auto format, yaml.Text("format"));
  if (format && format->text != "csv" && format->text != "parquet") {
    return WrongChoice("format", *format, "csv, parquet");
  }
  load.format = format ? format->text : "";
  LIMNO_ASSIGN(const auto header, yaml.Flag("header"));
  load.header_given = header.has_value();
  load.header = header.value_or(true);
  LIMNO_ASSIGN(const auto skip_lines, yaml.Count("skip_lines"));
  load.skip_lines = skip_lines.value_or(0);
  LIMNO_ASSIGN(const auto delimiter, yaml.Text("delimiter"));
  load.delimiter = delimiter ? delimiter->text : "";
  LIMNO_ASSIGN(const auto encoding, yaml.Text("encoding"));
  if (encoding && encoding->text != "utf-8" && encoding->text != "utf-16" &&
      encoding->text != "latin-1") {
    return WrongChoice("encoding", *encoding, "utf-8, utf-16, latin-1");
  }
  load.encoding = encoding ? encoding->text : "";
  LIMNO_ASSIGN(const std::vector<PlacedText> nulls, yaml.Texts("nulls"));
  for (const PlacedText& text : nulls) {
    load.null_values.push_back(text.text);
  }
  LIMNO_ASSIGN(const auto columns, yaml.TextPairs("columns"));
  for (const auto& [name, type] : columns) {
    load.columns[name] = type.text;
  }
  return {};
}

Result<Source> ReadSource(const std::string& name, const YamlMapping& yaml,
                          const std::string& folder, const EnvironmentLookup& environment) {
  LIMNO_TRY(yaml.AllowOnly(kSourceKeys));
  Source source;
  source.name = name;
  source.where = yaml.Where("");
  LIMNO_TRY(ReadPlaces(yaml, folder, environment, source));
  LIMNO_ASSIGN(const auto into, yaml.Text("into"));
  if (!into) {
    return Fail(ErrorKind::kUsage, fmt::format("source '{}' does not say into which table", name),
                source.where, fmt::format("add 'into: bronze.{}'", name));
  }
  LIMNO_ASSIGN(source.into, ParseTableName(into->text, into->where));
  source.load.into = source.into.ToString();
  source.load.source = name;
  LIMNO_TRY(ReadManner(yaml, source.load));
  LIMNO_TRY(ReadFormat(yaml, source.load));
  return source;
}

}  // namespace

Result<catalog::TableName> ParseTableName(const std::string& text, const std::string& where) {
  const size_t dot = text.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == text.size() ||
      text.find('.', dot + 1) != std::string::npos) {
    return Fail(ErrorKind::kUsage, fmt::format("'{}' does not name a table", text), where,
                "write namespace.name, like bronze.flights");
  }
  return catalog::TableName{text.substr(0, dot), text.substr(dot + 1)};
}

Result<std::string> SubstituteEnvironment(const std::string& text, const std::string& where,
                                          const EnvironmentLookup& environment) {
  std::string result;
  size_t position = 0;
  for (;;) {
    const size_t begin = text.find("${", position);
    if (begin == std::string::npos) {
      return result + text.substr(position);
    }
    const size_t end = text.find('}', begin);
    if (end == std::string::npos) {
      return Fail(ErrorKind::kUsage, "'${' without a closing '}'", where);
    }
    result += text.substr(position, begin - position);
    std::string name = text.substr(begin + 2, end - begin - 2);
    std::optional<std::string> fallback;
    if (const size_t mark = name.find(":-"); mark != std::string::npos) {
      fallback = name.substr(mark + 2);
      name.resize(mark);
    }
    std::optional<std::string> value = environment(name);
    if (!value || (value->empty() && fallback)) {
      value = fallback;
    }
    if (!value) {
      return Fail(ErrorKind::kUsage, fmt::format("environment variable '{}' is not set", name),
                  where, fmt::format("set it, or write ${{{}:-default}}", name));
    }
    result += *value;
    position = end + 1;
  }
}

Result<Project> ParseProject(const std::string& text, const std::string& folder,
                             const EnvironmentLookup& environment) {
  LIMNO_ASSIGN(const YamlMapping yaml, YamlMapping::Parse(text, kProjectFile));
  LIMNO_TRY(yaml.AllowOnly(kProjectKeys));
  Project project;
  project.folder = folder;
  LIMNO_ASSIGN(const auto name, yaml.Text("name"));
  project.name = name ? name->text : std::filesystem::path(folder).filename().string();
  LIMNO_ASSIGN(const auto lake, yaml.Text("lake"));
  std::string lake_path = "lake";
  if (lake) {
    LIMNO_ASSIGN(lake_path, SubstituteEnvironment(lake->text, lake->where, environment));
    if (lake_path.empty() || IsUrl(lake_path)) {
      return Fail(ErrorKind::kUnsupported,
                  fmt::format("'{}' is not a folder of this machine", lake_path), lake->where,
                  "a lake on object storage is not possible yet; name a local folder");
    }
  }
  project.lake = Absolute(lake_path, folder);
  LIMNO_ASSIGN(const auto sources, yaml.Mappings("sources"));
  for (const auto& [source_name, mapping] : sources) {
    LIMNO_ASSIGN(Source source, ReadSource(source_name, mapping, folder, environment));
    project.sources.push_back(std::move(source));
  }
  return project;
}

Result<Project> FindProject(const std::string& start, const EnvironmentLookup& environment) {
  std::filesystem::path folder = std::filesystem::path(start).lexically_normal();
  for (;;) {
    const std::filesystem::path file = folder / kProjectFile;
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error)) {
      std::ifstream stream(file, std::ios::binary);
      std::stringstream text;
      text << stream.rdbuf();
      if (!stream) {
        return Fail(ErrorKind::kDenied, "the file cannot be read", file.string());
      }
      return ParseProject(text.str(), folder.string(), environment);
    }
    if (!folder.has_relative_path()) {
      break;
    }
    folder = folder.parent_path();
  }
  Project project;
  project.folder = Absolute("", start);
  project.name = std::filesystem::path(project.folder).filename().string();
  project.lake = project.folder + "/lake";
  return project;
}

}  // namespace limno::pipeline
