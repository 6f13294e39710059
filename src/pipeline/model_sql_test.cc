#include "pipeline/model_sql.h"

#include <gtest/gtest.h>

namespace limno::pipeline {
namespace {

Model Flights() {
  Model model;
  model.name = {"silver", "flights"};
  model.key = {"year", "flight"};
  return model;
}

TEST(MergeSql, ComparesKeysAndUpdatesTheRest) {
  const std::vector<Column> columns = {
      {"Year", "INTEGER", true}, {"flight", "INTEGER", true}, {"dep\"delay", "DOUBLE", true}};
  EXPECT_EQ(MergeSql(Flights(), columns, "batch_rows"),
            "MERGE INTO lake.\"silver\".\"flights\" AS target USING batch_rows AS batch ON "
            "target.\"year\" = batch.\"year\" AND target.\"flight\" = batch.\"flight\"\n"
            "WHEN MATCHED THEN UPDATE SET \"dep\"\"delay\" = batch.\"dep\"\"delay\"\n"
            "WHEN NOT MATCHED THEN INSERT (\"Year\", \"flight\", \"dep\"\"delay\") VALUES "
            "(batch.\"Year\", batch.\"flight\", batch.\"dep\"\"delay\")");
}

TEST(MergeSql, WithKeysOnlyUpdatesNothing) {
  const std::vector<Column> columns = {{"year", "INTEGER", true}, {"flight", "INTEGER", true}};
  EXPECT_EQ(MergeSql(Flights(), columns, "b").find("WHEN MATCHED"), std::string::npos);
}

TEST(DuplicateKeysSql, LeavesOutNullKeys) {
  EXPECT_EQ(DuplicateKeysSql(Flights(), "b"),
            "SELECT \"year\", \"flight\" FROM b WHERE \"year\" IS NOT NULL AND \"flight\" IS NOT "
            "NULL GROUP BY \"year\", \"flight\" HAVING count(*) > 1 LIMIT 3");
}

TEST(CreateOrReplaceSql, NamesPartitionsWhereThereAreSome) {
  Model model = Flights();
  EXPECT_EQ(CreateOrReplaceSql(model, "select 1"),
            "CREATE OR REPLACE TABLE lake.\"silver\".\"flights\" AS\nselect 1");
  model.partition_by = {"year"};
  EXPECT_EQ(CreateOrReplaceSql(model, "select 1"),
            "CREATE OR REPLACE TABLE lake.\"silver\".\"flights\" PARTITIONED BY (\"year\") "
            "AS\nselect 1");
}

}  // namespace
}  // namespace limno::pipeline
