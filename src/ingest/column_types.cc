#include "ingest/column_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace limno::ingest {
namespace {

constexpr int kDecimalDigitsMax = 38;

struct DecimalType {
  int precision = 0;
  int scale = 0;
};

/// Integers as decimals of as many digits as they can have.
constexpr std::array<std::pair<std::string_view, int>, 5> kIntegers = {
    {{"TINYINT", 3}, {"SMALLINT", 5}, {"INTEGER", 10}, {"BIGINT", 19}, {"HUGEINT", 39}}};

int IntegerRank(std::string_view type) {
  for (size_t i = 0; i < kIntegers.size(); ++i) {
    if (kIntegers[i].first == type) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

std::optional<DecimalType> AsDecimal(std::string_view type) {
  if (const int rank = IntegerRank(type); rank >= 0) {
    return DecimalType{kIntegers[static_cast<size_t>(rank)].second, 0};
  }
  if (!type.starts_with("DECIMAL(")) {
    return std::nullopt;
  }
  DecimalType decimal;
  const char* end = type.data() + type.size();
  const auto [comma, failed] = std::from_chars(type.data() + 8, end, decimal.precision);
  if (failed != std::errc() || comma == end || *comma != ',') {
    return std::nullopt;
  }
  std::from_chars(comma + 1, end, decimal.scale);
  return decimal;
}

bool IsFloating(std::string_view type) { return type == "DOUBLE" || type == "FLOAT"; }

std::optional<std::string> CommonNumber(const std::string& left, const std::string& right) {
  const std::optional<DecimalType> first = AsDecimal(left);
  const std::optional<DecimalType> second = AsDecimal(right);
  if (IsFloating(left) || IsFloating(right)) {
    const bool numbers = (first || IsFloating(left)) && (second || IsFloating(right));
    return numbers ? std::optional<std::string>("DOUBLE") : std::nullopt;
  }
  if (!first || !second) {
    return std::nullopt;
  }
  const int scale = std::max(first->scale, second->scale);
  const int digits = std::max(first->precision - first->scale, second->precision - second->scale);
  if (digits + scale > kDecimalDigitsMax) {
    return std::nullopt;
  }
  return fmt::format("DECIMAL({},{})", digits + scale, scale);
}

}  // namespace

std::optional<std::string> CommonType(const std::string& left, const std::string& right) {
  if (left == right) {
    return left;
  }
  const int left_rank = IntegerRank(left);
  const int right_rank = IntegerRank(right);
  if (left_rank >= 0 && right_rank >= 0) {
    return left_rank > right_rank ? left : right;
  }
  const auto is_pair = [&](std::string_view one, std::string_view other) {
    return (left == one && right == other) || (left == other && right == one);
  };
  if (is_pair("DATE", "TIMESTAMP")) {
    return "TIMESTAMP";
  }
  return CommonNumber(left, right);
}

bool FitsInto(const std::string& from, const std::string& to) { return CommonType(from, to) == to; }

std::string StoredType(const std::string& type) {
  static const std::map<std::string, std::string, std::less<>> kOthers = {
      {"UTINYINT", "SMALLINT"},      {"USMALLINT", "INTEGER"},
      {"UINTEGER", "BIGINT"},        {"UBIGINT", "DECIMAL(20,0)"},
      {"HUGEINT", "DECIMAL(38,0)"},  {"UHUGEINT", "DECIMAL(38,0)"},
      {"TIME", "VARCHAR"},           {"TIME WITH TIME ZONE", "VARCHAR"},
      {"TIME_NS", "VARCHAR"},        {"UUID", "VARCHAR"},
      {"INTERVAL", "VARCHAR"},       {"BIT", "VARCHAR"},
      {"JSON", "VARCHAR"},           {"\"NULL\"", "VARCHAR"},
      {"TIMESTAMP_S", "TIMESTAMP"},  {"TIMESTAMP_MS", "TIMESTAMP"},
      {"TIMESTAMP_NS", "TIMESTAMP"},
  };
  if (type.starts_with("ENUM(")) {
    return "VARCHAR";
  }
  const auto found = kOthers.find(type);
  return found == kOthers.end() ? type : found->second;
}

std::string ElectType(const std::vector<TypeVote>& votes) {
  std::string elected = votes.front().type;
  size_t most = 0;
  for (size_t candidate = 0; candidate < votes.size(); ++candidate) {
    if (!votes[candidate].decided) {
      continue;
    }
    std::string type = votes[candidate].type;
    size_t agreeing = 0;
    for (const TypeVote& vote : votes) {
      if (const std::optional<std::string> common = CommonType(type, vote.type);
          vote.decided && common) {
        type = *common;
        ++agreeing;
      }
    }
    if (agreeing > most) {
      most = agreeing;
      elected = type;
    }
  }
  return elected;
}

}  // namespace limno::ingest
