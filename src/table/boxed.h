// An optional value that takes the room of a pointer while there is none: for what few of very many
// objects have.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace limno::table {

/// Behaves as std::optional<T> does; a copy copies the value.
template <typename T>
class Boxed {
 public:
  Boxed() = default;
  Boxed(std::nullopt_t /*none*/) {}  // NOLINT
  template <typename U>
  requires std::is_convertible_v<U, T> Boxed(U&& value)
      : value_(std::make_unique<T>(std::forward<U>(value))) {}  // NOLINT
  Boxed(std::optional<T> value)                                 // NOLINT
      : value_(value ? std::make_unique<T>(*std::move(value)) : nullptr) {}
  Boxed(const Boxed& other)
      : value_(other.value_ == nullptr ? nullptr : std::make_unique<T>(*other.value_)) {}
  Boxed(Boxed&& other) noexcept = default;
  Boxed& operator=(const Boxed& other) {
    Boxed copy(other);
    value_ = std::move(copy.value_);
    return *this;
  }
  Boxed& operator=(Boxed&& other) noexcept = default;
  ~Boxed() = default;

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  operator std::optional<T>() const {  // NOLINT
    return has_value() ? std::optional<T>(*value_) : std::nullopt;
  }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  T value_or(T other) const { return has_value() ? *value_ : std::move(other); }

  T& emplace() {
    value_ = std::make_unique<T>();
    return *value_;
  }
  void reset() { value_.reset(); }

  bool operator==(const Boxed& other) const {
    return has_value() == other.has_value() && (!has_value() || *value_ == *other.value_);
  }
  bool operator==(std::nullopt_t /*none*/) const { return !has_value(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace limno::table
