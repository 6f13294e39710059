// An immutable map from text to shared values whose copies share structure: a version's map is its
// predecessor's plus a small layer, so going one version on costs what that version changed.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace limno::table {

/// A value; copies cost next to nothing. Concurrent reads are safe. Values are found and visited by
/// key; the order of visiting is stable for one object and otherwise unspecified.
template <typename Value>
class LayeredMap {
 public:
  using ValuePtr = std::shared_ptr<const Value>;
  /// What one version changes: a null value removes the key.
  using Layer = std::unordered_map<std::string, ValuePtr>;

  size_t size() const { return size_; }

  /// nullptr if the key is absent.
  ValuePtr Find(const std::string& key) const {
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
      if (const auto found = (*layer)->find(key); found != (*layer)->end()) {
        return found->second;
      }
    }
    return nullptr;
  }

  /// Visits every entry once; stops when `visit` returns false.
  void ForEach(const std::function<bool(const std::string&, const ValuePtr&)>& visit) const {
    // Layers above the lowest are small, so are the keys that hide others.
    std::unordered_set<std::string_view> seen;
    for (size_t index = layers_.size(); index-- > 0;) {
      for (const auto& [key, value] : *layers_[index]) {
        const bool hidden = index + 1 < layers_.size() && seen.count(key) > 0;
        if (!hidden && value != nullptr && !visit(key, value)) {
          return;
        }
      }
      for (auto entry = layers_[index]->begin(); index > 0 && entry != layers_[index]->end();
           ++entry) {
        seen.insert(entry->first);
      }
    }
  }

  /// This map with the changes; keys to remove that it does not have are ignored. Costs the size of
  /// the change times the logarithm of the map's, amortised; nothing if the map is empty and
  /// nothing is removed.
  LayeredMap With(Layer changes) const {
    LayeredMap result(*this);
    for (auto entry = changes.begin(); entry != changes.end();) {
      const bool present = size_ > 0 && Find(entry->first) != nullptr;
      const bool kept = entry->second != nullptr;
      result.size_ = result.size_ + (kept ? 1 : 0) - (present ? 1 : 0);
      entry = present || kept ? std::next(entry) : changes.erase(entry);
    }
    result.Push(std::move(changes));
    return result;
  }

 private:
  /// Each layer is at least so many times larger than the one above it: then there are few of them,
  /// and an entry is seldom copied.
  static constexpr size_t kGrowth = 4;

  void Push(Layer changes) {
    while (!layers_.empty() && changes.size() * kGrowth > layers_.back()->size()) {
      const bool is_lowest = layers_.size() == 1;
      Layer merged(*layers_.back());
      for (auto& [key, value] : changes) {
        if (is_lowest && value == nullptr) {
          merged.erase(key);
        } else {
          merged[key] = std::move(value);
        }
      }
      changes = std::move(merged);
      layers_.pop_back();
    }
    if (!changes.empty()) {
      layers_.push_back(std::make_shared<const Layer>(std::move(changes)));
    }
  }

  /// From the lowest up; later ones hide earlier ones. The lowest has no null values.
  std::vector<std::shared_ptr<const Layer>> layers_;
  size_t size_ = 0;
};

}  // namespace limno::table
