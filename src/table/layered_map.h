// An immutable map from text to shared values whose copies share structure: a version's map is its
// predecessor's plus a small layer, so going one version on costs what that version changed.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace limno::table {

/// A value; copies are O(1). Concurrent reads are safe. Values are found and visited by key; the order
/// of visiting is stable for one object and otherwise unspecified.
template <typename Value>
class LayeredMap {
 public:
  using ValuePtr = std::shared_ptr<const Value>;
  using Entry = std::pair<std::string, ValuePtr>;

  LayeredMap() : base_(std::make_shared<const Layer>()), top_(base_) {}

  size_t size() const { return size_; }

  /// nullptr if the key is absent.
  ValuePtr Find(const std::string& key) const {
    if (top_ != base_) {
      if (const auto found = top_->find(key); found != top_->end()) {
        return found->second;
      }
    }
    const auto found = base_->find(key);
    return found == base_->end() ? nullptr : found->second;
  }

  /// Visits every entry once; stops when `visit` returns false.
  void ForEach(const std::function<bool(const std::string&, const ValuePtr&)>& visit) const {
    for (const auto& [key, value] : *base_) {
      const bool shadowed = top_ != base_ && top_->count(key) > 0;
      if (!shadowed && !visit(key, value)) {
        return;
      }
    }
    if (top_ == base_) {
      return;
    }
    for (const auto& [key, value] : *top_) {
      if (value != nullptr && !visit(key, value)) {
        return;
      }
    }
  }

  /// This map with `puts` (replacing) and then without those of `removed_keys` that `puts` does not
  /// name. Costs the size of the change and of the top layer, which is folded into the base when it
  /// has grown to an eighth of it.
  LayeredMap With(std::vector<Entry> puts, const std::vector<std::string>& removed_keys) const {
    auto top = std::make_shared<Layer>(top_ == base_ ? Layer() : *top_);
    LayeredMap result(*this);
    for (const std::string& key : removed_keys) {
      if (Find(key) != nullptr) {
        (*top)[key] = nullptr;
        --result.size_;
      }
    }
    for (Entry& entry : puts) {
      const auto in_top = top->find(entry.first);
      const bool present = in_top != top->end() ? in_top->second != nullptr
                                                : base_->count(entry.first) > 0;
      result.size_ += present ? 0 : 1;
      (*top)[std::move(entry.first)] = std::move(entry.second);
    }
    result.top_ = std::move(top);
    if (result.top_->size() * 8 > base_->size() + 64) {
      result.Fold();
    }
    return result;
  }

 private:
  /// In the top layer a null value marks a removed key.
  using Layer = std::unordered_map<std::string, ValuePtr>;

  void Fold() {
    auto folded = std::make_shared<Layer>();
    folded->reserve(size_);
    ForEach([&](const std::string& key, const ValuePtr& value) {
      folded->emplace(key, value);
      return true;
    });
    base_ = std::move(folded);
    top_ = base_;
  }

  std::shared_ptr<const Layer> base_;
  std::shared_ptr<const Layer> top_;
  size_t size_ = 0;
};

}  // namespace limno::table
