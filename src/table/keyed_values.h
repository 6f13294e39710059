// A hash table from text to shared values that know their own keys: the text is not kept a second
// time, entries lie one after the other in the order in which they came, and an entry costs some
// forty bytes. Made for the files of a table, of which there may be millions.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limno::table {

/// Value has `std::string Key() const`, and there is `bool HasKey(const Value&, std::string_view)`
/// beside it. An entry may stand for the absence of a value; its key is then kept here. At most
/// 2^32 - 2 entries. Not synchronised.
template <typename Value>
class KeyedValues {
 public:
  using ValuePtr = std::shared_ptr<const Value>;

  /// Entries, absent values included.
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  size_t absent() const { return absent_; }

  void Reserve(size_t count) {
    entries_.reserve(count);
    Rehash(count);
  }

  /// The position of an entry: it stays what it is until DropAbsent.
  std::optional<size_t> Find(std::string_view key) const { return Find(key, HashOf(key)); }
  /// The entry here that has the key of entry `position` over there.
  std::optional<size_t> FindSame(const KeyedValues& other, size_t position) const {
    const Entry& entry = other.entries_[position];
    return FindIf(entry.hash, [&](const Entry& here) { return Same(here, other, entry); });
  }

  const ValuePtr& at(size_t position) const { return entries_[position].value; }
  std::string KeyAt(size_t position) const {
    const Entry& entry = entries_[position];
    return entry.value == nullptr ? absent_keys_[entry.absent_key] : entry.value->Key();
  }

  /// Sets the entry of `key`, which must be the value's, or makes one; nullptr: the value is
  /// absent. Returns the entry's position.
  size_t Set(std::string_view key, ValuePtr value) {
    const uint32_t hash = HashOf(key);
    if (const std::optional<size_t> found = Find(key, hash)) {
      SetAt(*found, key, std::move(value));
      return *found;
    }
    Append(hash, key, std::move(value));
    return entries_.size() - 1;
  }
  void SetAt(size_t position, std::string_view key, ValuePtr value) {
    Entry& entry = entries_[position];
    if (value == nullptr && entry.value != nullptr) {
      entry.absent_key = KeepKey(key);
    }
    absent_ = absent_ + (value == nullptr ? 1 : 0) - (entry.value == nullptr ? 1 : 0);
    entry.value = std::move(value);
  }

  /// Forgets entries of absent values; `kept` says which of them stay, by position.
  void DropAbsent(const std::function<bool(size_t)>& kept = {}) {
    if (absent_ == 0) {
      return;
    }
    KeyedValues rest;
    rest.entries_.reserve(entries_.size());
    for (size_t position = 0; position < entries_.size(); ++position) {
      Entry& entry = entries_[position];
      if (entry.value == nullptr) {
        if (!kept || !kept(position)) {
          continue;
        }
        entry.absent_key = rest.KeepKey(absent_keys_[entry.absent_key]);
        ++rest.absent_;
      }
      rest.entries_.push_back(std::move(entry));
    }
    rest.Rehash(rest.entries_.size());
    *this = std::move(rest);
  }

 private:
  struct Entry {
    ValuePtr value;
    uint32_t hash = 0;
    /// Of an absent value: where its key is in absent_keys_.
    uint32_t absent_key = 0;
  };

  static constexpr uint32_t kFree = UINT32_MAX;
  static constexpr size_t kFewestSlots = 8;

  struct Slot {
    uint32_t position = kFree;
    /// Of the entry there, so that a clash of slots does not cost a look at it.
    uint32_t hash = 0;
  };

  static uint32_t HashOf(std::string_view key) {
    const uint64_t hash = std::hash<std::string_view>()(key);
    return static_cast<uint32_t>(hash ^ (hash >> 32));
  }

  bool Same(const Entry& here, const KeyedValues& other, const Entry& there) const {
    if (there.value == nullptr) {
      return HasKeyHere(here, other.absent_keys_[there.absent_key]);
    }
    return HasKeyHere(here, there.value->Key());
  }
  bool HasKeyHere(const Entry& entry, std::string_view key) const {
    return entry.value == nullptr ? absent_keys_[entry.absent_key] == key
                                  : HasKey(*entry.value, key);
  }

  std::optional<size_t> Find(std::string_view key, uint32_t hash) const {
    return FindIf(hash, [&](const Entry& entry) { return HasKeyHere(entry, key); });
  }
  template <typename IsIt>
  std::optional<size_t> FindIf(uint32_t hash, const IsIt& is_it) const {
    if (slots_.empty()) {
      return std::nullopt;
    }
    const size_t mask = slots_.size() - 1;
    for (size_t slot = hash & mask; slots_[slot].position != kFree; slot = (slot + 1) & mask) {
      if (slots_[slot].hash == hash && is_it(entries_[slots_[slot].position])) {
        return slots_[slot].position;
      }
    }
    return std::nullopt;
  }

  uint32_t KeepKey(std::string_view key) {
    absent_keys_.emplace_back(key);
    return static_cast<uint32_t>(absent_keys_.size() - 1);
  }

  void Append(uint32_t hash, std::string_view key, ValuePtr value) {
    Entry entry{std::move(value), hash, 0};
    if (entry.value == nullptr) {
      entry.absent_key = KeepKey(key);
      ++absent_;
    }
    entries_.push_back(std::move(entry));
    if (entries_.size() * 4 > slots_.size() * 3) {
      Rehash(entries_.size() * 2);
    } else {
      Occupy(entries_.size() - 1);
    }
  }

  void Occupy(size_t position) {
    const size_t mask = slots_.size() - 1;
    const uint32_t hash = entries_[position].hash;
    size_t slot = hash & mask;
    while (slots_[slot].position != kFree) {
      slot = (slot + 1) & mask;
    }
    slots_[slot] = {static_cast<uint32_t>(position), hash};
  }

  /// Makes slots for so many entries.
  void Rehash(size_t count) {
    slots_.assign(std::bit_ceil(std::max(kFewestSlots, count * 4 / 3 + 1)), Slot());
    for (size_t position = 0; position < entries_.size(); ++position) {
      Occupy(position);
    }
  }

  std::vector<Entry> entries_;
  /// Open addressing with linear probing.
  std::vector<Slot> slots_;
  std::vector<std::string> absent_keys_;
  size_t absent_ = 0;
};

}  // namespace limno::table
