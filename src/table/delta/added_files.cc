#include "table/delta/added_files.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace limno::table::delta {

/// The actions of one version on files, by canonical path.
struct AddedFiles::Commit {
  std::map<std::string, const Remove*> removed;
  std::map<std::string, const Add*> added;
  /// The paths of `added` as they came.
  std::vector<std::string> order;

  explicit Commit(const std::vector<Action>& actions) {
    for (const Action& action : actions) {
      if (const auto* remove = std::get_if<Remove>(&action)) {
        removed.emplace(FileKey(remove->path, std::nullopt), remove);
      } else if (const auto* add = std::get_if<Add>(&action)) {
        std::string key = FileKey(add->file.path, std::nullopt);
        added[key] = add;
        order.push_back(std::move(key));
      }
    }
  }

  bool IsGone(const std::string& key) const {
    return removed.count(key) > 0 && added.count(key) == 0;
  }
  bool Changes(const std::string& key) const {
    const auto add = added.find(key);
    if (add != added.end()) {
      return add->second->file.data_change;
    }
    const auto remove = removed.find(key);
    return remove != removed.end() && remove->second->data_change;
  }
};

/// Files of one partition that were read and written again, without a change to their rows.
struct AddedFiles::Rearrangement {
  std::vector<std::string> inputs;
  std::map<std::string, DataFilePtr> outputs;

  /// Rows stay in their partition. Where the log does not say so, all is one.
  template <typename IsTracked>
  static std::vector<Rearrangement> Of(const Commit& commit, IsTracked is_tracked) {
    std::map<PartitionValues, Rearrangement> by_partition;
    Rearrangement all;
    for (const auto& [key, remove] : commit.removed) {
      if (commit.IsGone(key) && !remove->data_change) {
        by_partition[remove->partition_values].inputs.push_back(key);
        all.inputs.push_back(key);
      }
    }
    for (const auto& [key, add] : commit.added) {
      if (!add->file.data_change && commit.removed.count(key) == 0 && !is_tracked(key)) {
        all.outputs[key] = std::make_shared<const DataFile>(add->file);
        by_partition[add->file.partition_values].outputs[key] = all.outputs[key];
      }
    }
    std::vector<Rearrangement> parts;
    for (auto& [partition, part] : by_partition) {
      if (part.inputs.empty()) {
        return {std::move(all)};
      }
      parts.push_back(std::move(part));
    }
    return parts;
  }
};

void AddedFiles::Apply(const std::vector<Action>& actions) {
  const Commit commit(actions);
  DissolveChangedMixtures(commit);
  const auto is_tracked = [this](const std::string& key) { return IsTracked(key); };
  for (const Rearrangement& rearrangement : Rearrangement::Of(commit, is_tracked)) {
    Rearrange(rearrangement);
  }
  ApplyRemoves(commit);
  ApplyAdds(commit);
}

bool AddedFiles::IsTracked(const std::string& key) const {
  return files_.count(key) > 0 || carriers_.count(key) > 0;
}

void AddedFiles::DissolveChangedMixtures(const Commit& commit) {
  std::vector<MixturePtr> changed;
  for (const auto& [key, mixture] : carriers_) {
    if (commit.Changes(key)) {
      changed.push_back(mixture);
    }
  }
  for (const MixturePtr& mixture : changed) {
    Dissolve(mixture);
  }
}

/// May be called again for the same one.
void AddedFiles::Dissolve(const MixturePtr& mixture) {
  for (const std::string& source : mixture->sources) {
    files_.erase(source);
  }
  mixture->sources.clear();
  for (auto& [key, file] : mixture->carriers) {
    carriers_.erase(key);
    files_[key] = {std::move(file), mixture->order, false};
  }
  mixture->carriers.clear();
}

void AddedFiles::Rearrange(const Rearrangement& rearrangement) {
  std::vector<std::string> sources;
  std::vector<MixturePtr> mixtures;
  bool all_new = true;
  int64_t order = next_order_;
  for (const std::string& input : rearrangement.inputs) {
    const auto known = files_.find(input);
    const auto carrier = carriers_.find(input);
    if (known != files_.end()) {
      sources.push_back(input);
      order = std::min(order, known->second.order);
    } else if (carrier != carriers_.end()) {
      mixtures.push_back(carrier->second);
    } else {
      gone_.insert(input);
      all_new = false;
    }
  }
  if (!mixtures.empty() || (!all_new && !sources.empty())) {
    return Mix(sources, mixtures, rearrangement);
  }
  for (const std::string& source : sources) {
    files_.erase(source);
  }
  if (!sources.empty()) {
    for (const auto& [key, file] : rearrangement.outputs) {
      files_[key] = {file, order, false};
    }
  }
}

void AddedFiles::Mix(const std::vector<std::string>& sources,
                     const std::vector<MixturePtr>& mixtures, const Rearrangement& rearrangement) {
  const auto mixed = std::make_shared<Mixture>();
  mixed->order = next_order_;
  for (const MixturePtr& mixture : mixtures) {
    mixed->order = std::min(mixed->order, mixture->order);
    mixed->sources.merge(mixture->sources);
    mixed->carriers.merge(mixture->carriers);
  }
  for (const std::string& source : sources) {
    Entry& entry = files_.at(source);
    entry.is_rearranged = true;
    mixed->order = std::min(mixed->order, entry.order);
    mixed->sources.insert(source);
  }
  for (const std::string& input : rearrangement.inputs) {
    mixed->carriers.erase(input);
    carriers_.erase(input);
  }
  for (const auto& [key, file] : rearrangement.outputs) {
    mixed->carriers[key] = file;
  }
  for (const auto& [key, file] : mixed->carriers) {
    carriers_[key] = mixed;
  }
}

void AddedFiles::ApplyRemoves(const Commit& commit) {
  for (const auto& [key, remove] : commit.removed) {
    if (!remove->data_change || !commit.IsGone(key)) {
      continue;
    }
    const auto known = files_.find(key);
    if (known == files_.end()) {
      gone_.insert(key);
    } else if (!known->second.is_rearranged) {
      files_.erase(known);
    }
  }
}

void AddedFiles::ApplyAdds(const Commit& commit) {
  for (const std::string& key : commit.order) {
    const Add& add = *commit.added.at(key);
    const auto known = files_.find(key);
    const auto carrier = carriers_.find(key);
    // The same path removed and added at once: fewer rows of it are left, none are new.
    const bool is_new =
        add.file.data_change && commit.removed.count(key) == 0 && gone_.count(key) == 0;
    if (carrier != carriers_.end()) {
      carrier->second->carriers[key] = std::make_shared<const DataFile>(add.file);
    } else if (known != files_.end()) {
      known->second.file = std::make_shared<const DataFile>(add.file);
    } else if (is_new) {
      files_[key] = {std::make_shared<const DataFile>(add.file), next_order_++, false};
    }
  }
}

std::vector<DataFilePtr> AddedFiles::Take() {
  std::vector<std::tuple<int64_t, std::string, DataFilePtr>> entries;
  entries.reserve(files_.size());
  for (auto& [key, entry] : files_) {
    entries.emplace_back(entry.order, key, std::move(entry.file));
  }
  std::sort(entries.begin(), entries.end());
  std::vector<DataFilePtr> files;
  files.reserve(entries.size());
  for (auto& [order, key, file] : entries) {
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace limno::table::delta
