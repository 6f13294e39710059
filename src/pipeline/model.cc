#include "pipeline/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catalog/file/folder_catalog.h"
#include "pipeline/yaml_mapping.h"

namespace limno::pipeline {

namespace {

constexpr std::string_view kHeaderBegin = "/*---";
constexpr std::string_view kHeaderEnd = "---*/";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kWhitespace = " \t\r\n";

const std::vector<std::string> kHeaderKeys = {
    "kind", "key", "cluster_by", "partition_by", "incremental", "depends_on", "description"};

int LinesIn(std::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

/// Where the header's YAML and the SQL are in a model file.
struct Division {
  std::string yaml;
  int yaml_line = 1;
  std::string sql;
  int sql_line = 1;
};

Result<Division> Divide(std::string_view text, const std::string& file) {
  Division division;
  size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  begin = std::min(text.find_first_not_of(kWhitespace, begin), text.size());
  if (text.substr(begin).starts_with(kHeaderBegin)) {
    const size_t yaml_begin = begin + kHeaderBegin.size();
    const size_t end = text.find(kHeaderEnd, yaml_begin);
    if (end == std::string_view::npos) {
      return Fail(ErrorKind::kUsage, "the header begins with /*--- and does not end",
                  fmt::format("{}:{}", file, 1 + LinesIn(text.substr(0, begin))),
                  "close it with ---*/");
    }
    division.yaml = text.substr(yaml_begin, end - yaml_begin);
    division.yaml_line = 1 + LinesIn(text.substr(0, yaml_begin));
    begin = end + kHeaderEnd.size();
  }
  begin = std::min(text.find_first_not_of(kWhitespace, begin), text.size());
  std::string_view sql = text.substr(begin);
  const size_t last = sql.find_last_not_of(std::string(kWhitespace) + ";");
  sql = last == std::string_view::npos ? std::string_view() : sql.substr(0, last + 1);
  division.sql = sql;
  division.sql_line = 1 + LinesIn(text.substr(0, begin));
  return division;
}

Result<std::vector<std::string>> ReadTexts(const YamlMapping& yaml, const std::string& key) {
  LIMNO_ASSIGN(const std::vector<PlacedText> placed, yaml.Texts(key));
  std::vector<std::string> texts;
  for (const PlacedText& text : placed) {
    texts.push_back(text.text);
  }
  return texts;
}

Result<ModelKind> ReadKind(const YamlMapping& yaml) {
  LIMNO_ASSIGN(const auto kind, yaml.Text("kind"));
  if (!kind) {
    return ModelKind::kView;
  }
  for (const ModelKind known :
       {ModelKind::kView, ModelKind::kTable, ModelKind::kAppend, ModelKind::kMerge}) {
    if (kind->text == ModelKindName(known)) {
      return known;
    }
  }
  return Fail(ErrorKind::kUsage, fmt::format("there is no kind of model '{}'", kind->text),
              kind->where, "choose one of view, table, append, merge");
}

Result<void> CheckKeysOfKind(const YamlMapping& yaml, const Model& model) {
  const std::string kind = ModelKindName(model.kind);
  if (model.kind == ModelKind::kMerge && model.key.empty()) {
    return Fail(ErrorKind::kUsage, "a model of kind 'merge' needs a key", yaml.Where("kind"),
                "add 'key: [column, ...]', the columns that tell rows apart");
  }
  const auto refuse = [&](const std::string& key, const std::string& kinds) {
    return Fail(ErrorKind::kUsage,
                fmt::format("'{}' means nothing in a model of kind '{}'", key, kind),
                yaml.Where(key), fmt::format("it belongs to models of kind {}", kinds));
  };
  if (model.kind != ModelKind::kMerge && yaml.Has("key")) {
    return refuse("key", "merge");
  }
  if (!IsIncremental(model.kind) && yaml.Has("incremental")) {
    return refuse("incremental", "append and merge");
  }
  for (const char* key : {"cluster_by", "partition_by"}) {
    if (model.kind == ModelKind::kView && yaml.Has(key)) {
      return refuse(key, "table, append and merge");
    }
  }
  return {};
}

Result<std::string> ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream) {
    return Fail(ErrorKind::kDenied, "the file cannot be read", path.string());
  }
  return text.str();
}

Result<std::vector<std::filesystem::path>> SqlFilesUnder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entries(
      folder, std::filesystem::directory_options::follow_directory_symlink, error);
  if (error == std::errc::no_such_file_or_directory) {
    return files;
  }
  while (!error && entries != std::filesystem::recursive_directory_iterator()) {
    const std::filesystem::path path = entries->path();
    if (path.extension() == ".sql" && !path.filename().string().starts_with('.')) {
      files.push_back(path);
    }
    entries.increment(error);
  }
  if (error) {
    return Fail(ErrorKind::kDenied, "the folder cannot be read: " + error.message(),
                folder.string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::string ModelKindName(ModelKind kind) {
  switch (kind) {
    case ModelKind::kView:
      return "view";
    case ModelKind::kTable:
      return "table";
    case ModelKind::kAppend:
      return "append";
    case ModelKind::kMerge:
      return "merge";
  }
  return "view";
}

std::string Model::Where(size_t offset) const {
  const std::string_view before = std::string_view(sql).substr(0, offset);
  const size_t newline = before.rfind('\n');
  const size_t column =
      newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  return fmt::format("{}:{}:{}", file, first_line + LinesIn(before), column);
}

Result<Model> ParseModel(const std::string& text, const std::string& file,
                         const catalog::TableName& name) {
  LIMNO_ASSIGN(const Division division, Divide(text, file));
  LIMNO_ASSIGN(const YamlMapping yaml, YamlMapping::Parse(division.yaml, file, division.yaml_line));
  LIMNO_TRY(yaml.AllowOnly(kHeaderKeys));
  Model model;
  model.name = name;
  model.file = file;
  model.sql = division.sql;
  model.first_line = division.sql_line;
  LIMNO_ASSIGN(model.kind, ReadKind(yaml));
  LIMNO_ASSIGN(model.key, ReadTexts(yaml, "key"));
  LIMNO_ASSIGN(model.cluster_by, ReadTexts(yaml, "cluster_by"));
  LIMNO_ASSIGN(model.partition_by, ReadTexts(yaml, "partition_by"));
  LIMNO_ASSIGN(model.incremental, ReadTexts(yaml, "incremental"));
  LIMNO_ASSIGN(model.depends_on, ReadTexts(yaml, "depends_on"));
  LIMNO_ASSIGN(const auto description, yaml.Text("description"));
  model.description = description ? description->text : "";
  LIMNO_TRY(CheckKeysOfKind(yaml, model));
  if (model.sql.empty()) {
    return Fail(ErrorKind::kUsage, "the model has no query",
                fmt::format("{}:{}", file, model.first_line), "write a SELECT below the header");
  }
  return model;
}

Result<std::vector<Model>> ReadModels(const std::string& project_folder) {
  const std::filesystem::path root(project_folder);
  LIMNO_ASSIGN(const auto paths, SqlFilesUnder(root / "models"));
  std::vector<Model> models;
  for (const std::filesystem::path& path : paths) {
    const std::string file = path.lexically_relative(root).string();
    const std::filesystem::path inside = path.lexically_relative(root / "models");
    if (std::distance(inside.begin(), inside.end()) != 2) {
      return Fail(ErrorKind::kUsage, "a model is a file models/<namespace>/<name>.sql", file,
                  "move it into the folder of its namespace");
    }
    const catalog::TableName name{inside.parent_path().string(), inside.stem().string()};
    for (const auto& [part, what] :
         {std::pair(name.name_space, "namespace"), std::pair(name.name, "table")}) {
      if (auto checked = catalog::CheckName(part, what); !checked) {
        Error error = checked.error();
        error.where = file;
        return Fail(std::move(error));
      }
    }
    LIMNO_ASSIGN(const std::string text, ReadFile(path));
    LIMNO_ASSIGN(Model model, ParseModel(text, file, name));
    models.push_back(std::move(model));
  }
  return models;
}

}  // namespace limno::pipeline
