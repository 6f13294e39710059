// What every ObjectStore must do, as two parameterised suites:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreReadConformance, testing::Values(MemoryCase()),
//                            StoreReadConformance::CaseName);
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(MemoryCase()),
//                            StoreConformance::CaseName);
//
// Stores that cannot be written take the first one only. Do name CaseName: it is what pulls the
// tests out of the library.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "storage/object_store.h"

namespace limno::storage {

struct StoreCase {
  /// A word for the test's name.
  std::string name;
  /// A new store that holds exactly these objects and keeps alive whatever it needs.
  std::function<std::shared_ptr<ObjectStore>(const std::map<std::string, std::string>&)> make;

  friend void PrintTo(const StoreCase& store_case, std::ostream* out) { *out << store_case.name; }
};

/// Reading what is there.
class StoreReadConformance : public testing::TestWithParam<StoreCase> {
 public:
  static std::string CaseName(const testing::TestParamInfo<StoreCase>& info);

 protected:
  std::shared_ptr<ObjectStore> StoreWith(const std::map<std::string, std::string>& objects) {
    return GetParam().make(objects);
  }
};

/// Writing, listing and deleting.
class StoreConformance : public testing::TestWithParam<StoreCase> {
 public:
  static std::string CaseName(const testing::TestParamInfo<StoreCase>& info);

 protected:
  void SetUp() override { store_ = GetParam().make({}); }

  std::vector<std::string> Keys(std::string_view prefix, const ListOptions& options = {});
  void PutAll(const std::vector<std::string>& keys);

  std::shared_ptr<ObjectStore> store_;
};

}  // namespace limno::storage
