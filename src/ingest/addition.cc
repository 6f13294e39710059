#include "ingest/addition.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/name_match.h"

namespace limno::ingest {
namespace {

using engine::QuoteIdentifier;
using engine::QuoteString;

std::map<std::string, const LandedColumn*> ColumnsByName(const LandedFile& file) {
  std::map<std::string, const LandedColumn*> columns;
  for (const LandedColumn& column : file.columns) {
    columns[base::FoldCase(column.name)] = &column;
  }
  return columns;
}

std::string ProjectionOf(const LandedFile& file, const WantedColumns& wanted,
                         const std::vector<std::string>& order) {
  const std::map<std::string, const LandedColumn*> columns = ColumnsByName(file);
  std::string projection;
  for (const std::string& name : order) {
    const WantedColumn& target = wanted.at(base::FoldCase(name));
    const auto found = columns.find(base::FoldCase(name));
    const std::string source =
        found == columns.end() ? "NULL" : QuoteIdentifier(found->second->name);
    const bool as_it_is = found != columns.end() && found->second->type == target.type;
    projection += projection.empty() ? "" : ", ";
    projection += as_it_is ? source : fmt::format("CAST({} AS {})", source, target.type);
    projection += " AS " + QuoteIdentifier(target.name);
  }
  return projection;
}

/// Its columns need neither another name nor another type.
bool IsAsWanted(const LandedFile& file, const WantedColumns& wanted) {
  return std::all_of(file.columns.begin(), file.columns.end(), [&](const LandedColumn& column) {
    const WantedColumn& target = wanted.at(base::FoldCase(column.name));
    return column.name == target.name && column.type == target.type;
  });
}

}  // namespace

void ElectColumns(const std::vector<const LandedFile*>& files, WantedColumns& wanted,
                  std::vector<std::string>& order) {
  std::map<std::string, std::vector<TypeVote>> votes;
  std::set<std::string> seen;
  for (const LandedFile* file : files) {
    for (const LandedColumn& column : file->columns) {
      const std::string folded = base::FoldCase(column.name);
      if (seen.insert(folded).second) {
        order.push_back(column.name);
      }
      if (!wanted.contains(folded)) {
        votes[folded].push_back({column.type, column.decided});
      }
    }
  }
  for (const std::string& name : order) {
    if (const auto cast = votes.find(base::FoldCase(name)); cast != votes.end()) {
      wanted[cast->first] = {name, ElectType(cast->second), TypeOrigin::kElected};
    }
  }
}

bool MatchesWanted(const LandedFile& file, const WantedColumns& wanted) {
  for (const LandedColumn& column : file.columns) {
    const WantedColumn& target = wanted.at(base::FoldCase(column.name));
    if (column.decided && !FitsInto(column.type, target.type)) {
      return false;
    }
  }
  return true;
}

std::vector<size_t> FindStrangers(const std::vector<const LandedFile*>& files) {
  std::map<std::string, size_t> frequency;
  for (const LandedFile* file : files) {
    for (const LandedColumn& column : file->columns) {
      ++frequency[base::FoldCase(column.name)];
    }
  }
  const LandedFile* model = nullptr;
  size_t most = 0;
  for (const LandedFile* file : files) {
    size_t resemblance = 0;
    for (const LandedColumn& column : file->columns) {
      resemblance += frequency[base::FoldCase(column.name)] - 1;
    }
    if (model == nullptr || resemblance > most) {
      model = file;
      most = resemblance;
    }
  }
  std::vector<size_t> strangers;
  for (size_t i = 0; model != nullptr && i < files.size(); ++i) {
    const std::map<std::string, const LandedColumn*> columns = ColumnsByName(*files[i]);
    bool shares = false;
    for (const LandedColumn& column : model->columns) {
      shares |= columns.contains(base::FoldCase(column.name));
    }
    if (!shares) {
      strangers.push_back(i);
    }
  }
  return strangers;
}

engine::Addition MakeAddition(const std::vector<const LandedFile*>& files,
                              const WantedColumns& wanted, const std::vector<std::string>& order,
                              const LoadIdentity& load) {
  engine::Addition addition;
  // One scan for neighbours that need the same projection: usually a single one for all files.
  std::string open_projection;
  for (const LandedFile* file : files) {
    if (file->written && IsAsWanted(*file, wanted)) {
      addition.files.push_back(*file->written);
      addition.files.back().path = file->path;
      continue;
    }
    std::string projection = ProjectionOf(*file, wanted, order);
    if (projection == open_projection) {
      addition.query += ", " + QuoteString(file->path);
      continue;
    }
    if (!addition.query.empty()) {
      addition.query += "]) UNION ALL ";
    }
    addition.query += fmt::format("SELECT {}{} FROM read_parquet([{}", projection,
                                  ProvenanceOfLanded(load), QuoteString(file->path));
    open_projection = std::move(projection);
  }
  // A file without columns has every column as NULL, and no rows.
  addition.query = addition.query.empty()
                       ? fmt::format("SELECT {}{} WHERE false", ProjectionOf({}, wanted, order),
                                     ProvenanceOfFile(load, "", ""))
                       : addition.query + "])";
  return addition;
}

}  // namespace limno::ingest
