#include "table/delta/clustering.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "table/delta/statistics_columns.h"

namespace limno::table::delta {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxColumns = 4;
constexpr char kColumnsMember[] = "clusteringColumns";

constexpr char kProvider[] = "liquid";
constexpr char kCubeId[] = "ZCUBE_ID";
constexpr char kCubeColumns[] = "ZCUBE_ZORDER_BY";
constexpr char kCubeCurve[] = "ZCUBE_ZORDER_CURVE";
constexpr char kZOrderId[] = "LIMNO_ZORDER_ID";
constexpr char kZOrderColumns[] = "LIMNO_ZORDER_BY";

/// A list of lists of texts; nullopt for anything else.
std::optional<std::vector<ColumnPath>> Paths(const Json& list) {
  if (!list.is_array()) {
    return std::nullopt;
  }
  std::vector<ColumnPath> paths;
  for (const Json& entry : list) {
    const bool texts =
        entry.is_array() && !entry.empty() &&
        std::all_of(entry.begin(), entry.end(), [](const Json& name) { return name.is_string(); });
    if (!texts) {
      return std::nullopt;
    }
    paths.push_back(entry.get<ColumnPath>());
  }
  return paths;
}

tl::unexpected<Error> Refuse(std::string message, std::string hint = {}) {
  return Fail(ErrorKind::kRefused, std::move(message), {}, std::move(hint));
}

/// A member of an object of texts; nullopt if there is none.
std::optional<std::string> Tag(const Json& tags, const char* name) {
  const auto found = tags.find(name);
  return found == tags.end() || !found->is_string()
             ? std::nullopt
             : std::optional<std::string>(found->get<std::string>());
}

std::optional<FileOrder> OrderFrom(const Json& tags, const char* id_name,
                                   const char* columns_name) {
  const auto id = Tag(tags, id_name);
  const auto columns = Tag(tags, columns_name);
  if (!id || !columns) {
    return std::nullopt;
  }
  const Json list = Json::parse(*columns, nullptr, false);
  if (!list.is_array() ||
      !std::all_of(list.begin(), list.end(), [](const Json& name) { return name.is_string(); })) {
    return std::nullopt;
  }
  return FileOrder{*id, list.get<std::vector<std::string>>(), false};
}

}  // namespace

DomainMetadata ClusteringDomain(const Metadata& metadata) {
  Json columns = Json::array();
  if (metadata.clustering_columns) {
    for (const ColumnPath& path : *metadata.clustering_columns) {
      columns.push_back(PhysicalPath(metadata.schema, path));
    }
  }
  const Json configuration = {{kColumnsMember, columns}, {"domainName", kClusteringDomain}};
  return {kClusteringDomain, configuration.dump(), false};
}

Result<std::optional<std::vector<ColumnPath>>> ClusteringColumns(
    const std::map<std::string, std::string>& domains, const Schema& schema) {
  const auto domain = domains.find(kClusteringDomain);
  if (domain == domains.end()) {
    return std::optional<std::vector<ColumnPath>>();
  }
  const Json configuration = Json::parse(domain->second, nullptr, false);
  auto paths = configuration.is_object() && configuration.contains(kColumnsMember)
                   ? Paths(configuration[kColumnsMember])
                   : std::nullopt;
  if (!paths) {
    return Fail(ErrorKind::kCorrupt, "the domain delta.clustering does not list columns: " +
                                         domain->second.substr(0, 200));
  }
  for (ColumnPath& path : *paths) {
    path = LogicalPath(schema, path);
  }
  return paths;
}

std::optional<DomainMetadata> ClusteringChange(const DeltaSnapshot& before, const Metadata& after) {
  const auto known = before.domains.find(kClusteringDomain);
  if (known == before.domains.end() && !after.clustering_columns) {
    return std::nullopt;
  }
  DomainMetadata domain = ClusteringDomain(after);
  if (known != before.domains.end() &&
      ClusteringColumns({{kClusteringDomain, known->second}}, after.schema)
              .value_or(std::nullopt) ==
          ClusteringColumns({{kClusteringDomain, domain.configuration}}, after.schema)
              .value_or(std::nullopt)) {
    return std::nullopt;
  }
  return domain;
}

Result<void> CheckClustering(const Metadata& metadata, bool was_clustered) {
  const bool is_clustered = was_clustered || metadata.clustering_columns.has_value();
  if (is_clustered && !metadata.partition_columns.empty()) {
    return Refuse("a table is either clustered or partitioned, not both",
                  was_clustered ? "drop the table and create it anew" : "leave one clause out");
  }
  if (!metadata.clustering_columns) {
    return {};
  }
  const auto& columns = *metadata.clustering_columns;
  if (columns.size() > kMaxColumns) {
    return Refuse(fmt::format("a table is clustered by up to {} columns, not by {}", kMaxColumns,
                              columns.size()));
  }
  std::vector<const Field*> seen;
  for (const ColumnPath& path : columns) {
    const Field* field = FindField(metadata.schema, path);
    if (field == nullptr) {
      return Refuse("the table is clustered by a column that it does not have: " +
                    ColumnPathText(path));
    }
    if (!HasBounds(field->type)) {
      return Refuse(
          fmt::format("a table cannot be clustered by column {} of type {}: files state "
                      "no bounds of it",
                      ColumnPathText(path), field->type.ToString()));
    }
    if (std::find(seen.begin(), seen.end(), field) != seen.end()) {
      return Refuse("the table is clustered twice by column " + ColumnPathText(path));
    }
    seen.push_back(field);
  }
  return {};
}

void MarkOrder(const FileOrder& order, DataFile& file) {
  Json tags = file.tags.empty() ? Json::object() : Json::parse(file.tags, nullptr, false);
  if (!tags.is_object()) {
    tags = Json::object();
  }
  const std::string columns = Json(order.columns).dump();
  if (order.clustered) {
    tags[kCubeId] = order.id;
    tags[kCubeColumns] = columns;
    tags[kCubeCurve] = order.columns.size() > 1 ? "hilbert" : "zorder";
    file.clustering_provider = kProvider;
  } else {
    tags[kZOrderId] = order.id;
    tags[kZOrderColumns] = columns;
  }
  file.tags = tags.dump();
}

std::optional<FileOrder> ReadOrder(const DataFile& file) {
  if (file.tags.empty() || file.clustering_provider.value_or(kProvider) != kProvider) {
    return std::nullopt;
  }
  const Json tags = Json::parse(file.tags, nullptr, false);
  if (!tags.is_object()) {
    return std::nullopt;
  }
  if (auto order = OrderFrom(tags, kCubeId, kCubeColumns)) {
    // Databricks marks so what its ZORDER BY has laid out, without a provider.
    order->clustered = file.clustering_provider.has_value();
    return order;
  }
  return OrderFrom(tags, kZOrderId, kZOrderColumns);
}

}  // namespace limno::table::delta
