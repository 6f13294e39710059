#include "pipeline/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/name_match.h"
#include "catalog/file/folder_catalog.h"

namespace limno::pipeline {

namespace {

using catalog::TableName;
using engine::TableReference;

std::string Folded(const TableName& name) { return base::FoldCase(name.ToString()); }

/// "12:6" within the model's SQL -> "models/silver/flights.sql:14:6"; other texts go behind the
/// file.
std::string PlaceInModel(const Model& model, const std::string& where) {
  int line = 0;
  int column = 0;
  char rest = 0;
  // NOLINTNEXTLINE(cert-err34-c): the count of conversions says whether the text had that form.
  if (std::sscanf(where.c_str(), "%d:%d%c", &line, &column, &rest) == 2 && line > 0) {
    return fmt::format("{}:{}:{}", model.file, model.first_line + line - 1, column);
  }
  return fmt::format("{}:{}", model.file, model.first_line);
}

/// Something a query can name.
struct Relation {
  TableName name;
  /// Drafted steps that write it.
  std::vector<size_t> makers;
  /// The query of a view; nullptr for a table.
  const std::string* view_sql = nullptr;
};

class GraphBuilder {
 public:
  GraphBuilder(const Project& project, const std::vector<Model>& models, const LakeNames& lake,
               const TableFinder& find_tables)
      : project_(project), models_(models), lake_(lake), find_tables_(find_tables) {}

  Result<Graph> Build();

 private:
  Result<void> DraftSteps();
  void AddLakeRelations();
  Result<std::vector<Read>> FindReads(const Model& model);
  Result<std::optional<const Relation*>> Resolve(const Model& model,
                                                 const TableReference& reference,
                                                 const std::string& where);
  Result<const Relation*> ResolveUnqualified(const TableReference& reference,
                                             const std::string& where);
  tl::unexpected<Error> UnknownTable(const std::string& name, const std::string& where) const;
  Result<void> FollowViews(Step& step);
  Result<void> MarkIncremental(const Model& model, Step& step);
  Result<void> AddNeeds(size_t index);
  Result<void> AddDependsOn(const Model& model, Step& step);
  Result<Graph> Order();
  size_t NextUnplaced(const Step& step, const std::vector<bool>& placed) const;
  Error DescribeCycle(const std::vector<bool>& placed) const;

  const Project& project_;
  const std::vector<Model>& models_;
  const LakeNames& lake_;
  const TableFinder& find_tables_;
  std::vector<Step> steps_;
  std::map<std::string, Relation> relations_;
};

Result<void> GraphBuilder::DraftSteps() {
  for (size_t i = 0; i < project_.sources.size(); ++i) {
    const Source& source = project_.sources[i];
    Step step;
    step.name = source.name;
    step.writes = source.into;
    step.source = static_cast<int>(i);
    Relation& relation = relations_[Folded(source.into)];
    relation.name = relation.makers.empty() ? source.into : relation.name;
    relation.makers.push_back(steps_.size());
    steps_.push_back(std::move(step));
  }
  for (size_t i = 0; i < models_.size(); ++i) {
    const Model& model = models_[i];
    Relation& relation = relations_[Folded(model.name)];
    if (!relation.makers.empty()) {
      const Step& other = steps_[relation.makers.front()];
      const std::string maker = other.model < 0 ? fmt::format("source '{}'", other.name)
                                                : models_[static_cast<size_t>(other.model)].file;
      return Fail(
          ErrorKind::kUsage,
          fmt::format("'{}' is made twice, the other time by {}", model.name.ToString(), maker),
          fmt::format("{}:1", model.file), "rename one of the two");
    }
    relation.name = model.name;
    relation.makers.push_back(steps_.size());
    relation.view_sql = model.kind == ModelKind::kView ? &model.sql : nullptr;
    Step step;
    step.name = model.name.ToString();
    step.writes = model.name;
    step.model = static_cast<int>(i);
    steps_.push_back(std::move(step));
  }
  return {};
}

void GraphBuilder::AddLakeRelations() {
  for (const TableName& table : lake_.tables) {
    relations_.try_emplace(Folded(table), Relation{table, {}, nullptr});
  }
  for (const catalog::View& view : lake_.views) {
    relations_.try_emplace(Folded(view.name), Relation{view.name, {}, &view.sql});
  }
}

tl::unexpected<Error> GraphBuilder::UnknownTable(const std::string& name,
                                                 const std::string& where) const {
  std::vector<std::string> names;
  for (const auto& [folded, relation] : relations_) {
    names.push_back(name.find('.') == std::string::npos ? relation.name.name
                                                        : relation.name.ToString());
  }
  std::string hint = base::NearestNameHint(name, names);
  if (hint.empty()) {
    hint = "no source, model or table of the lake has that name";
  }
  return Fail(ErrorKind::kUsage, fmt::format("unknown table '{}'", name), where, hint);
}

Result<const Relation*> GraphBuilder::ResolveUnqualified(const TableReference& reference,
                                                         const std::string& where) {
  std::vector<const Relation*> candidates;
  std::vector<std::string> names;
  for (const auto& [folded, relation] : relations_) {
    if (base::FoldCase(relation.name.name) == base::FoldCase(reference.name)) {
      candidates.push_back(&relation);
      names.push_back(relation.name.ToString());
    }
  }
  if (candidates.empty()) {
    return UnknownTable(reference.name, where);
  }
  if (candidates.size() > 1) {
    return Fail(ErrorKind::kUsage,
                fmt::format("'{}' may mean {}", reference.name, fmt::join(names, " or ")), where,
                fmt::format("write {}", names.front()));
  }
  return candidates.front();
}

/// nullopt for names that are none of ours: system tables and files read by name.
Result<std::optional<const Relation*>> GraphBuilder::Resolve(const Model& model,
                                                             const TableReference& reference,
                                                             const std::string& where) {
  static const std::set<std::string> kSystemSchemas = {"information_schema", "pg_catalog", "system",
                                                       "temp"};
  if (kSystemSchemas.count(base::FoldCase(reference.name_space)) > 0) {
    return std::optional<const Relation*>();
  }
  if (reference.name_space.empty()) {
    if (!catalog::CheckName(reference.name, "table")) {
      return std::optional<const Relation*>();
    }
    LIMNO_ASSIGN(const Relation* relation, ResolveUnqualified(reference, where));
    if (model.kind == ModelKind::kView) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("a view names its tables with their namespace, '{}' has none",
                              reference.name),
                  where, fmt::format("write {}", relation->name.ToString()));
    }
    return std::optional<const Relation*>(relation);
  }
  const TableName name{reference.name_space, reference.name};
  const auto found = relations_.find(Folded(name));
  if (found == relations_.end()) {
    return UnknownTable(name.ToString(), where);
  }
  return std::optional<const Relation*>(&found->second);
}

Result<std::vector<Read>> GraphBuilder::FindReads(const Model& model) {
  auto references = find_tables_(model.sql);
  if (!references) {
    Error error = references.error();
    error.where = PlaceInModel(model, error.where);
    return Fail(std::move(error));
  }
  std::vector<Read> reads;
  for (const TableReference& reference : *references) {
    const size_t found = reference.offset.value_or(model.sql.find(reference.name));
    Read read;
    read.where = model.Where(found == std::string::npos ? 0 : found);
    read.reference = reference;
    LIMNO_ASSIGN(const auto relation, Resolve(model, reference, read.where));
    if (!relation) {
      continue;
    }
    read.table = (*relation)->name;
    read.is_view = (*relation)->view_sql != nullptr;
    reads.push_back(std::move(read));
  }
  return reads;
}

/// Finds the tables whose rows reach the step through views, and the SQL of those views.
Result<void> GraphBuilder::FollowViews(Step& step) {
  std::set<TableName> tables;
  std::set<std::string> seen;
  std::vector<TableName> open;
  for (const Read& read : step.reads) {
    open.push_back(read.table);
  }
  while (!open.empty()) {
    const TableName name = open.back();
    open.pop_back();
    if (!seen.insert(Folded(name)).second) {
      continue;
    }
    const auto found = relations_.find(Folded(name));
    if (found == relations_.end()) {
      continue;  // a view of the lake may name what is gone; running it will tell
    }
    const Relation& relation = found->second;
    if (relation.view_sql == nullptr) {
      tables.insert(relation.name);
      continue;
    }
    step.full_sql += "\n--- " + relation.name.ToString() + "\n" + *relation.view_sql;
    auto references = find_tables_(*relation.view_sql);
    if (!references) {
      continue;  // reported where the view itself is checked
    }
    for (const TableReference& reference : *references) {
      open.push_back({reference.name_space, reference.name});
    }
  }
  step.base_tables.assign(tables.begin(), tables.end());
  return {};
}

Result<void> GraphBuilder::MarkIncremental(const Model& model, Step& step) {
  if (!IsIncremental(model.kind) || step.reads.empty()) {
    return {};
  }
  const std::string where = fmt::format("{}:1", model.file);
  std::set<std::string> wanted;
  for (const std::string& text : model.incremental) {
    LIMNO_ASSIGN(const TableName name, ParseTableName(text, where));
    wanted.insert(Folded(name));
  }
  std::vector<std::string> names;
  for (Read& read : step.reads) {
    names.push_back(read.table.ToString());
    read.incremental = wanted.erase(Folded(read.table)) > 0;
  }
  if (!wanted.empty()) {
    return Fail(
        ErrorKind::kUsage,
        fmt::format("'incremental' names '{}', which the query does not read", *wanted.begin()),
        where, base::NearestNameHint(*wanted.begin(), names));
  }
  if (model.incremental.empty()) {
    if (step.reads.size() > 1) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("a model of kind '{}' that reads {} has to say which of them is read "
                              "by its new rows only",
                              ModelKindName(model.kind), fmt::join(names, ", ")),
                  where, fmt::format("add 'incremental: {}' to the header", names.front()));
    }
    step.reads.front().incremental = true;
  }
  for (const Read& read : step.reads) {
    if (read.incremental && read.is_view) {
      return Fail(
          ErrorKind::kUsage,
          fmt::format("the new rows of '{}' cannot be told, it is a view", read.table.ToString()),
          read.where, "read the tables behind it, or make it a model of kind append");
    }
  }
  return {};
}

Result<void> GraphBuilder::AddDependsOn(const Model& model, Step& step) {
  for (const std::string& name : model.depends_on) {
    std::vector<std::string> names;
    bool found = false;
    for (size_t i = 0; i < steps_.size(); ++i) {
      names.push_back(steps_[i].name);
      if (base::FoldCase(steps_[i].name) == base::FoldCase(name) ||
          Folded(steps_[i].writes) == base::FoldCase(name)) {
        step.needs.push_back(i);
        found = true;
      }
    }
    if (!found) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("'depends_on' names '{}', which is not there", name),
                  fmt::format("{}:1", model.file), base::NearestNameHint(name, names));
    }
  }
  return {};
}

Result<void> GraphBuilder::AddNeeds(size_t index) {
  Step& step = steps_[index];
  const Model& model = models_[static_cast<size_t>(step.model)];
  const auto add_makers = [&](const TableName& table) {
    const auto found = relations_.find(Folded(table));
    if (found != relations_.end()) {
      step.needs.insert(step.needs.end(), found->second.makers.begin(), found->second.makers.end());
    }
  };
  for (const Read& read : step.reads) {
    add_makers(read.table);
  }
  for (const TableName& table : step.base_tables) {
    add_makers(table);
  }
  LIMNO_TRY(AddDependsOn(model, step));
  std::sort(step.needs.begin(), step.needs.end());
  step.needs.erase(std::unique(step.needs.begin(), step.needs.end()), step.needs.end());
  return {};
}

/// A step that is not placed and that `step` needs; one that its query names, where there is one.
size_t GraphBuilder::NextUnplaced(const Step& step, const std::vector<bool>& placed) const {
  for (const Read& read : step.reads) {
    for (const size_t maker : relations_.at(Folded(read.table)).makers) {
      if (!placed[maker]) {
        return maker;
      }
    }
  }
  return *std::find_if(step.needs.begin(), step.needs.end(),
                       [&](size_t need) { return !placed[need]; });
}

Error GraphBuilder::DescribeCycle(const std::vector<bool>& placed) const {
  // Every step left needs another one that is left: following them ends in a circle.
  size_t current =
      static_cast<size_t>(std::find(placed.begin(), placed.end(), false) - placed.begin());
  std::vector<size_t> path;
  while (std::find(path.begin(), path.end(), current) == path.end()) {
    path.push_back(current);
    current = NextUnplaced(steps_[current], placed);
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), current));
  path.push_back(current);
  std::vector<std::string> names;
  for (const size_t index : path) {
    names.push_back(steps_[index].name);
  }
  const Step& first = steps_[path[0]];
  const Model& model = models_[static_cast<size_t>(first.model)];
  std::string where = fmt::format("{}:1", model.file);
  for (const Read& read : first.reads) {
    if (Folded(read.table) == Folded(steps_[path[1]].writes)) {
      where = read.where;
    }
  }
  if (path.size() == 2) {
    return Error{ErrorKind::kUsage, fmt::format("model '{}' reads itself", first.name), where,
                 "read the table it is made from"};
  }
  return Error{ErrorKind::kUsage,
               fmt::format("models read each other in a circle: {}", fmt::join(names, " -> ")),
               where, "one of them has to read something else"};
}

Result<Graph> GraphBuilder::Order() {
  std::vector<bool> placed(steps_.size(), false);
  std::vector<size_t> position(steps_.size());
  Graph graph;
  while (graph.steps.size() < steps_.size()) {
    size_t next = 0;
    const auto ready = [&](size_t index) {
      return !placed[index] && std::all_of(steps_[index].needs.begin(), steps_[index].needs.end(),
                                           [&](size_t need) { return placed[need]; });
    };
    while (next < steps_.size() && !ready(next)) {
      ++next;
    }
    if (next == steps_.size()) {
      return Fail(DescribeCycle(placed));
    }
    placed[next] = true;
    position[next] = graph.steps.size();
    graph.steps.push_back(steps_[next]);
  }
  for (Step& step : graph.steps) {
    for (size_t& need : step.needs) {
      need = position[need];
    }
    std::sort(step.needs.begin(), step.needs.end());
  }
  return graph;
}

Result<Graph> GraphBuilder::Build() {
  LIMNO_TRY(DraftSteps());
  AddLakeRelations();
  for (Step& step : steps_) {
    if (step.model < 0) {
      continue;
    }
    const Model& model = models_[static_cast<size_t>(step.model)];
    LIMNO_ASSIGN(step.reads, FindReads(model));
    step.full_sql = model.sql;
    LIMNO_TRY(FollowViews(step));
    LIMNO_TRY(MarkIncremental(model, step));
  }
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].model >= 0) {
      LIMNO_TRY(AddNeeds(i));
    }
  }
  return Order();
}

}  // namespace

Result<Graph> BuildGraph(const Project& project, const std::vector<Model>& models,
                         const LakeNames& lake, const TableFinder& find_tables) {
  return GraphBuilder(project, models, lake, find_tables).Build();
}

}  // namespace limno::pipeline
