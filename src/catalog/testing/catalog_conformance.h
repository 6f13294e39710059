// What every catalog must do, whatever keeps the names. A test program instantiates the suite with
// a fixture that makes an empty lake.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog.h"

namespace limno::catalog {

/// An empty lake and the ways into it.
class CatalogFixture {
 public:
  virtual ~CatalogFixture() = default;
  virtual Catalog& catalog() = 0;
  /// A second catalog over the same lake, as another process would have it.
  virtual std::unique_ptr<Catalog> OpenAgain() = 0;
  /// Makes the first version of a table appear, as its first commit would.
  virtual void CommitFirstVersion(const TableName& name) = 0;
  /// Absolute path of a table outside the lake that has a first version.
  virtual std::string MakeForeignTable() = 0;
};

using CatalogFactory = std::function<std::unique_ptr<CatalogFixture>()>;

class CatalogConformance : public testing::TestWithParam<CatalogFactory> {
 protected:
  void SetUp() override { fixture_ = GetParam()(); }
  Catalog& catalog() { return fixture_->catalog(); }
  void MakeTable(const std::string& name_space, const std::string& name) {
    const auto prepared = catalog().PrepareTable({name_space, name});
    ASSERT_TRUE(prepared) << prepared.error().ToString();
    fixture_->CommitFirstVersion({name_space, name});
  }
  template <typename T>
  static Error Refusal(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? Error{} : result.error();
  }
  using Names = std::vector<std::string>;

  std::unique_ptr<CatalogFixture> fixture_;
};

TEST_P(CatalogConformance, AnEmptyLakeHasNothing) {
  EXPECT_EQ(*catalog().Namespaces(), Names{});
  EXPECT_EQ(Refusal(catalog().Tables("bronze")).kind, ErrorKind::kNotFound);
  EXPECT_EQ(Refusal(catalog().OpenTable({"bronze", "t"})).kind, ErrorKind::kNotFound);
}

TEST_P(CatalogConformance, NamespacesAreCreatedAndDropped) {
  ASSERT_TRUE(catalog().CreateNamespace("bronze"));
  ASSERT_TRUE(catalog().CreateNamespace("Bronze"));
  EXPECT_EQ(*catalog().Namespaces(), Names{"bronze"});
  EXPECT_EQ(*catalog().Tables("bronze"), Names{});
  ASSERT_TRUE(catalog().DropNamespace("BRONZE"));
  EXPECT_EQ(*catalog().Namespaces(), Names{});
  EXPECT_EQ(Refusal(catalog().DropNamespace("bronze")).kind, ErrorKind::kNotFound);
}

TEST_P(CatalogConformance, ATableMakesItsNamespace) {
  MakeTable("bronze", "flights");
  EXPECT_EQ(*catalog().Namespaces(), Names{"bronze"});
  EXPECT_EQ(*catalog().Tables("bronze"), Names{"flights"});
}

TEST_P(CatalogConformance, APreparedTableIsNotThereBeforeItsFirstCommit) {
  const auto prepared = catalog().PrepareTable({"bronze", "t"});
  ASSERT_TRUE(prepared);
  EXPECT_EQ(Refusal(catalog().OpenTable({"bronze", "t"})).kind, ErrorKind::kNotFound);
  fixture_->CommitFirstVersion({"bronze", "t"});
  const auto opened = catalog().OpenTable({"bronze", "t"});
  ASSERT_TRUE(opened) << opened.error().ToString();
  EXPECT_EQ(opened->get(), prepared->get());
}

TEST_P(CatalogConformance, NamesIgnoreCaseAndKeepIt) {
  MakeTable("Bronze", "Flights");
  const auto opened = catalog().OpenTable({"bronze", "FLIGHTS"});
  ASSERT_TRUE(opened) << opened.error().ToString();
  EXPECT_EQ(opened->get(), catalog().OpenTable({"Bronze", "Flights"})->get());
  EXPECT_EQ(catalog().PrepareTable({"BRONZE", "flights"})->get(), opened->get());
  EXPECT_EQ(*catalog().Tables("bronze"), Names{"Flights"});
}

TEST_P(CatalogConformance, RefusesBadNames) {
  for (const std::string bad : {"", "_t", ".t", "a b", "a/b", "..", "a.b", "a\nb", "a'b"}) {
    EXPECT_EQ(Refusal(catalog().PrepareTable({"bronze", bad})).kind, ErrorKind::kUsage) << bad;
    EXPECT_EQ(Refusal(catalog().CreateNamespace(bad)).kind, ErrorKind::kUsage) << bad;
    EXPECT_EQ(Refusal(catalog().PutView({{"bronze", bad}, "select 1"}, false)).kind,
              ErrorKind::kUsage)
        << bad;
    EXPECT_EQ(Refusal(catalog().OpenTable({"bronze", bad})).kind, ErrorKind::kNotFound) << bad;
  }
  EXPECT_TRUE(catalog().PrepareTable({"bronze", "größe-2_x"}));
}

TEST_P(CatalogConformance, TellsTheNearestName) {
  MakeTable("bronze", "flights");
  EXPECT_EQ(Refusal(catalog().OpenTable({"bronze", "flihgts"})).hint,
            "did you mean 'bronze.flights'?");
  EXPECT_EQ(Refusal(catalog().OpenTable({"elsewhere", "flights"})).hint,
            "did you mean 'bronze.flights'?");
  EXPECT_EQ(Refusal(catalog().Tables("bronse")).hint, "did you mean 'bronze'?");
}

TEST_P(CatalogConformance, AnotherProcessSeesTheSame) {
  MakeTable("bronze", "flights");
  ASSERT_TRUE(catalog().PutView({{"gold", "v"}, "select 1"}, false));
  const std::unique_ptr<Catalog> other = fixture_->OpenAgain();
  EXPECT_EQ(*other->Namespaces(), (Names{"bronze", "gold"}));
  EXPECT_TRUE(other->OpenTable({"bronze", "flights"}));
  EXPECT_EQ(other->Views("gold")->at(0).sql, "select 1");
}

TEST_P(CatalogConformance, DroppedTablesAreGoneAndMayComeBack) {
  MakeTable("bronze", "flights");
  const auto before = catalog().OpenTable({"bronze", "flights"});
  ASSERT_TRUE(before);
  ASSERT_TRUE(catalog().DropTable({"bronze", "Flights"}));
  EXPECT_EQ(Refusal(catalog().OpenTable({"bronze", "flights"})).kind, ErrorKind::kNotFound);
  EXPECT_EQ(Refusal(catalog().DropTable({"bronze", "flights"})).kind, ErrorKind::kNotFound);
  MakeTable("bronze", "flights");
  const auto after = catalog().OpenTable({"bronze", "flights"});
  ASSERT_TRUE(after);
  EXPECT_NE(before->get(), after->get()) << "the old object still holds the old table's snapshot";
}

TEST_P(CatalogConformance, ANamespaceInUseIsNotDropped) {
  MakeTable("bronze", "flights");
  EXPECT_EQ(Refusal(catalog().DropNamespace("bronze")).kind, ErrorKind::kRefused);
  ASSERT_TRUE(catalog().DropTable({"bronze", "flights"}));
  ASSERT_TRUE(catalog().PutView({{"gold", "v"}, "select 1"}, false));
  EXPECT_EQ(Refusal(catalog().DropNamespace("gold")).kind, ErrorKind::kRefused);
}

TEST_P(CatalogConformance, ViewsAreKeptReplacedAndDropped) {
  const TableName name{"gold", "Best"};
  ASSERT_TRUE(catalog().PutView({name, "select \"1\"\n"}, false));
  const Result<std::vector<View>> views = catalog().Views("gold");
  ASSERT_EQ(views->size(), 1u);
  EXPECT_EQ((*views)[0].name, name);
  EXPECT_EQ((*views)[0].sql, "select \"1\"\n");
  EXPECT_EQ(Refusal(catalog().PutView({{"gold", "best"}, "select 2"}, false)).kind,
            ErrorKind::kAlreadyExists);
  ASSERT_TRUE(catalog().PutView({{"GOLD", "best"}, "select 2"}, true));
  EXPECT_EQ(catalog().Views("gold")->size(), 1u);
  EXPECT_EQ(catalog().Views("gold")->at(0).sql, "select 2");
  ASSERT_TRUE(catalog().DropView({"gold", "BEST"}));
  EXPECT_EQ(Refusal(catalog().DropView({"gold", "best"})).kind, ErrorKind::kNotFound);
  EXPECT_TRUE(catalog().Views("gold")->empty());
  EXPECT_EQ(*catalog().Namespaces(), Names{}) << "nothing is left that would make a namespace";
}

TEST_P(CatalogConformance, ATableAndAViewDoNotShareAName) {
  MakeTable("gold", "t");
  EXPECT_EQ(Refusal(catalog().PutView({{"gold", "T"}, "select 1"}, true)).kind,
            ErrorKind::kAlreadyExists);
  ASSERT_TRUE(catalog().PutView({{"gold", "v"}, "select 1"}, false));
  EXPECT_EQ(Refusal(catalog().PrepareTable({"gold", "V"})).kind, ErrorKind::kAlreadyExists);
  EXPECT_EQ(Refusal(catalog().OpenTable({"gold", "v"})).hint, "'gold.v' is a view");
}

TEST_P(CatalogConformance, TablesOutsideTheLakeAreSharedWhileInUse) {
  const std::string path = fixture_->MakeForeignTable();
  const auto first = catalog().OpenPath(path);
  ASSERT_TRUE(first) << first.error().ToString();
  EXPECT_EQ(first->get(), catalog().OpenPath(path + "/")->get());
}

}  // namespace limno::catalog
