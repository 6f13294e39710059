#include "pipeline/model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace limno::pipeline {
namespace {

const catalog::TableName kName{"silver", "flights"};

Result<Model> Parse(const std::string& text) {
  return ParseModel(text, "models/silver/flights.sql", kName);
}

std::string Refusal(const std::string& text) {
  const auto model = Parse(text);
  return model ? "accepted" : model.error().where + " | " + model.error().message;
}

TEST(ParseModel, ReadsHeaderAndQuery) {
  const auto model = Parse(R"(
/*---
kind: merge
key: [year, flight]
cluster_by: dest
partition_by: [year]
incremental: bronze.flights
depends_on: [airports]
description: All flights
---*/

select 1 as one
from bronze.flights;
)");
  ASSERT_TRUE(model) << model.error().ToString();
  EXPECT_EQ(model->kind, ModelKind::kMerge);
  EXPECT_EQ(model->key, (std::vector<std::string>{"year", "flight"}));
  EXPECT_EQ(model->cluster_by, std::vector<std::string>{"dest"});
  EXPECT_EQ(model->partition_by, std::vector<std::string>{"year"});
  EXPECT_EQ(model->incremental, std::vector<std::string>{"bronze.flights"});
  EXPECT_EQ(model->depends_on, std::vector<std::string>{"airports"});
  EXPECT_EQ(model->description, "All flights");
  EXPECT_EQ(model->sql, "select 1 as one\nfrom bronze.flights");
  EXPECT_EQ(model->first_line, 12);
  EXPECT_EQ(model->Where(0), "models/silver/flights.sql:12:1");
  EXPECT_EQ(model->Where(model->sql.find("bronze")), "models/silver/flights.sql:13:6");
}

TEST(ParseModel, WithoutHeaderIsAView) {
  const auto model = Parse(
      "\xEF\xBB\xBF"
      "select 1");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->kind, ModelKind::kView);
  EXPECT_EQ(model->sql, "select 1");
  EXPECT_EQ(model->first_line, 1);
}

TEST(ParseModel, CountsLinesInTheHeader) {
  EXPECT_EQ(Refusal("\n/*---\nkind: table\nkey: [a]\n---*/\nselect 1"),
            "models/silver/flights.sql:4:6 | 'key' means nothing in a model of kind 'table'");
  EXPECT_EQ(Refusal("/*---\nkind: tabel\n---*/\nselect 1"),
            "models/silver/flights.sql:2:7 | there is no kind of model 'tabel'");
  EXPECT_EQ(Refusal("/*---\n\nkinds: table\n---*/\nselect 1"),
            "models/silver/flights.sql:3:1 | unknown key 'kinds'");
}

TEST(ParseModel, RefusesWhatCannotRun) {
  EXPECT_EQ(Refusal("/*---\nkind: merge\n---*/\nselect 1"),
            "models/silver/flights.sql:2:7 | a model of kind 'merge' needs a key");
  EXPECT_EQ(Refusal("/*---\nkind: table\nselect 1"),
            "models/silver/flights.sql:1 | the header begins with /*--- and does not end");
  EXPECT_EQ(Refusal("/*---\nkind: table\n---*/\n ;\n"),
            "models/silver/flights.sql:4 | the model has no query");
  EXPECT_EQ(
      Refusal("/*---\nkind: view\ncluster_by: a\n---*/\nselect 1"),
      "models/silver/flights.sql:3:13 | 'cluster_by' means nothing in a model of kind 'view'");
}

class ReadModelsTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(root_); }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void Write(const std::string& path) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << "select 1";
  }

  const std::filesystem::path root_ = std::filesystem::path(testing::TempDir()) / "limno_models";
};

TEST_F(ReadModelsTest, NamesModelsAfterTheirFiles) {
  Write("models/silver/b.sql");
  Write("models/gold/a.sql");
  Write("models/gold/notes.txt");
  const auto models = ReadModels(root_.string());
  ASSERT_TRUE(models) << models.error().ToString();
  ASSERT_EQ(models->size(), 2u);
  EXPECT_EQ((*models)[0].name.ToString(), "gold.a");
  EXPECT_EQ((*models)[1].name.ToString(), "silver.b");
  EXPECT_EQ((*models)[1].file, "models/silver/b.sql");
}

TEST_F(ReadModelsTest, RefusesFilesInTheWrongPlaceAndBadNames) {
  Write("models/a.sql");
  EXPECT_EQ(ReadModels(root_.string()).error().where, "models/a.sql");
  std::filesystem::remove_all(root_);
  Write("models/gold/a b.sql");
  EXPECT_EQ(ReadModels(root_.string()).error().message, "'a b' cannot name a table");
}

TEST_F(ReadModelsTest, AFolderWithoutModelsHasNone) {
  const auto models = ReadModels(root_.string());
  ASSERT_TRUE(models);
  EXPECT_TRUE(models->empty());
}

}  // namespace
}  // namespace limno::pipeline
