#include "engine/file_groups.h"

#include <algorithm>
#include <map>

namespace limno::engine {
namespace {

/// An earlier run joins if it is at most so many times what has come together.
constexpr uint64_t kJoinFactor = 2;

std::map<std::string, FileGroup> ByPartition(const std::vector<LayoutFile>& files) {
  std::map<std::string, FileGroup> partitions;
  for (size_t position = 0; position < files.size(); ++position) {
    partitions[files[position].partition].push_back(position);
  }
  return partitions;
}

uint64_t LiveBytes(const std::vector<LayoutFile>& files, const FileGroup& group) {
  uint64_t bytes = 0;
  for (const size_t position : group) {
    bytes += files[position].live_bytes();
  }
  return bytes;
}

void SortByTime(const std::vector<LayoutFile>& files, FileGroup& group) {
  std::sort(group.begin(), group.end(), [&](size_t left, size_t right) {
    const LayoutFile& first = files[left];
    const LayoutFile& second = files[right];
    return first.modified_millis != second.modified_millis
               ? first.modified_millis < second.modified_millis
               : first.path < second.path;
  });
}

class Ordering {
 public:
  Ordering(const std::vector<LayoutFile>& files, const OrderingRule& rule)
      : files_(files), rule_(rule) {}

  void Choose(const FileGroup& partition, std::vector<FileGroup>& chosen) {
    FileGroup gathered;
    std::map<std::string, FileGroup> runs;
    for (const size_t position : partition) {
      switch (PlaceOf(files_[position])) {
        case Place::kNew:
          gathered.push_back(position);
          break;
        case Place::kRun:
          runs[files_[position].order->id].push_back(position);
          break;
        case Place::kLeft:
          break;
      }
    }
    SortByTime(files_, gathered);
    if (Join(runs, gathered)) {
      Split(gathered, chosen);
    }
  }

 private:
  enum class Place { kNew, kRun, kLeft };

  Place PlaceOf(const LayoutFile& file) const {
    if (rule_.full && !rule_.clustered) {
      return Place::kNew;
    }
    if (rule_.clustered && file.foreign_clustering) {
      return rule_.full ? Place::kNew : Place::kLeft;
    }
    // A file of few rows that are left is laid out anew, which purges it.
    if (!file.order || file.order->clustered != rule_.clustered ||
        file.deleted_ratio > rule_.max_deleted_ratio) {
      return Place::kNew;
    }
    if (file.order->columns == rule_.columns) {
      return Place::kRun;
    }
    return rule_.clustered && !rule_.full ? Place::kLeft : Place::kNew;
  }

  /// Adds runs to what has come together; false if there is nothing to be done.
  bool Join(const std::map<std::string, FileGroup>& runs, FileGroup& gathered) const {
    std::vector<std::pair<uint64_t, const FileGroup*>> by_size;
    for (const auto& [id, files] : runs) {
      const uint64_t bytes = LiveBytes(files_, files);
      if (bytes < rule_.min_cube_bytes) {
        by_size.emplace_back(bytes, &files);
      }
    }
    std::sort(by_size.begin(), by_size.end());
    const bool has_new = !gathered.empty();
    uint64_t bytes = LiveBytes(files_, gathered);
    size_t joined = 0;
    for (const auto& [run_bytes, run] : by_size) {
      if (!rule_.full && run_bytes > bytes * kJoinFactor) {
        break;
      }
      gathered.insert(gathered.end(), run->begin(), run->end());
      bytes += run_bytes;
      ++joined;
    }
    // One run alone is as it should be.
    return has_new || joined > 1;
  }

  void Split(const FileGroup& gathered, std::vector<FileGroup>& chosen) const {
    FileGroup group;
    uint64_t bytes = 0;
    for (const size_t position : gathered) {
      const uint64_t more = files_[position].live_bytes();
      if (!group.empty() && bytes + more > rule_.target_cube_bytes) {
        chosen.push_back(std::exchange(group, {}));
        bytes = 0;
      }
      group.push_back(position);
      bytes += more;
    }
    chosen.push_back(std::move(group));
  }

  const std::vector<LayoutFile>& files_;
  const OrderingRule& rule_;
};

}  // namespace

uint64_t LayoutFile::live_bytes() const {
  return bytes - static_cast<uint64_t>(static_cast<double>(bytes) * deleted_ratio);
}

std::vector<FileGroup> ChooseToCompact(const std::vector<LayoutFile>& files,
                                       const CompactionRule& rule) {
  std::vector<FileGroup> chosen;
  for (const auto& [partition, positions] : ByPartition(files)) {
    FileGroup purged;
    FileGroup small;
    for (const size_t position : positions) {
      const LayoutFile& file = files[position];
      if (rule.full || file.deleted_ratio > rule.max_deleted_ratio) {
        purged.push_back(position);
      } else if (file.live_bytes() < rule.small_bytes) {
        small.push_back(position);
      }
    }
    const uint64_t bytes = LiveBytes(files, purged) + LiveBytes(files, small);
    const uint64_t files_after =
        std::max<uint64_t>(1, (bytes + rule.target_bytes - 1) / rule.target_bytes);
    if (small.size() + purged.size() > files_after) {
      purged.insert(purged.end(), small.begin(), small.end());
    }
    if (!purged.empty()) {
      SortByTime(files, purged);
      chosen.push_back(std::move(purged));
    }
  }
  return chosen;
}

std::vector<FileGroup> ChooseToOrder(const std::vector<LayoutFile>& files,
                                     const OrderingRule& rule) {
  std::vector<FileGroup> chosen;
  Ordering ordering(files, rule);
  for (const auto& [partition, positions] : ByPartition(files)) {
    ordering.Choose(positions, chosen);
  }
  return chosen;
}

}  // namespace limno::engine
