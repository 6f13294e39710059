// An immutable map from text to shared values whose copies share structure: a version's map is its
// predecessor's plus a small layer, so going one version on costs what that version changed.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "table/keyed_values.h"

namespace limno::table {

/// A value; copies cost next to nothing. Concurrent reads are safe. Values are found by key and
/// visited latest first, as far as what replaced another does not keep its place.
template <typename Value>
class LayeredMap {
 public:
  using ValuePtr = std::shared_ptr<const Value>;
  /// What one version changes: an absent value removes the key.
  using Layer = KeyedValues<Value>;

  size_t size() const { return size_; }

  /// nullptr if the key is absent.
  ValuePtr Find(std::string_view key) const {
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
      if (const auto found = (*layer)->Find(key)) {
        return (*layer)->at(*found);
      }
    }
    return nullptr;
  }

  /// Visits every value once; stops when `visit` returns false.
  void ForEach(const std::function<bool(const ValuePtr&)>& visit) const {
    for (size_t index = layers_.size(); index-- > 0;) {
      const Layer& layer = *layers_[index];
      for (size_t position = layer.size(); position-- > 0;) {
        const ValuePtr& value = layer.at(position);
        if (value != nullptr && !IsHidden(index, position) && !visit(value)) {
          return;
        }
      }
    }
  }

  /// This map with the changes; keys to remove that it does not have are ignored. Costs the size of
  /// the change times the logarithm of the map's, amortised; nothing if the map is empty and
  /// nothing is removed.
  LayeredMap With(Layer changes) const {
    LayeredMap result(*this);
    const auto is_here = [&](size_t position) {
      return size_ > 0 && FindSame(changes, position) != nullptr;
    };
    if (size_ == 0) {
      changes.DropAbsent();
      result.size_ = changes.size();
    } else {
      for (size_t position = 0; position < changes.size(); ++position) {
        const bool present = is_here(position);
        const bool kept = changes.at(position) != nullptr;
        result.size_ = result.size_ + (kept ? 1 : 0) - (present ? 1 : 0);
      }
      changes.DropAbsent(is_here);
    }
    result.Push(std::move(changes));
    return result;
  }

 private:
  /// Each layer is at least so many times larger than the one above it: then there are few of them,
  /// and an entry is seldom copied.
  static constexpr size_t kGrowth = 4;

  /// What this map has under the key of an entry elsewhere.
  ValuePtr FindSame(const Layer& other, size_t position) const {
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
      if (const auto found = (*layer)->FindSame(other, position)) {
        return (*layer)->at(*found);
      }
    }
    return nullptr;
  }

  bool IsHidden(size_t index, size_t position) const {
    for (size_t above = index + 1; above < layers_.size(); ++above) {
      if (layers_[above]->FindSame(*layers_[index], position)) {
        return true;
      }
    }
    return false;
  }

  void Push(Layer changes) {
    while (!layers_.empty() && changes.size() * kGrowth > layers_.back()->size()) {
      Layer merged(*layers_.back());
      for (size_t position = 0; position < changes.size(); ++position) {
        merged.Set(changes.KeyAt(position), changes.at(position));
      }
      layers_.pop_back();
      if (layers_.empty()) {
        merged.DropAbsent();
      }
      changes = std::move(merged);
    }
    if (!changes.empty()) {
      layers_.push_back(std::make_shared<const Layer>(std::move(changes)));
    }
  }

  /// From the lowest up; later ones hide earlier ones. The lowest has no absent values.
  std::vector<std::shared_ptr<const Layer>> layers_;
  size_t size_ = 0;
};

}  // namespace limno::table
