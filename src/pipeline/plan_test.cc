#include "pipeline/plan.h"

#include <gtest/gtest.h>

namespace limno::pipeline {
namespace {

class PlanTest : public testing::Test {
 protected:
  PlanTest() {
    model_.name = {"silver", "flights"};
    step_.full_sql = "select 1";
    step_.reads.resize(1);
  }
  /// The output as a run over those input versions leaves it.
  OutputState After(int64_t bronze, const std::string& sql = "select 1") {
    OutputState output;
    output.exists = true;
    output.app_transactions["limno:model:silver.flights:id-b"] = bronze;
    output.app_transactions["limno:model:silver.flights:sql"] = HashSql(sql);
    return output;
  }
  InputState Bronze(int64_t version) const {
    return {{"bronze", "flights"}, "id-b", version, IsIncremental(model_.kind), false};
  }
  ModelPlan Plan(const std::vector<InputState>& inputs, const OutputState& output,
                 bool full_refresh = false) {
    return PlanModel(model_, step_, inputs, output, full_refresh);
  }

  Model model_;
  Step step_;
};

TEST_F(PlanTest, FirstRunIsFull) {
  model_.kind = ModelKind::kMerge;
  const ModelPlan plan = Plan({Bronze(4)}, OutputState{});
  EXPECT_EQ(plan.action, Action::kFull);
  EXPECT_EQ(plan.inputs[0].after, -1);
  EXPECT_EQ(plan.inputs[0].upto, 4);
  EXPECT_EQ(plan.app_transactions.at("limno:model:silver.flights:id-b"), 4);
  EXPECT_EQ(plan.why, "first run: all of bronze.flights up to version 4");
}

TEST_F(PlanTest, IncrementalReadsOnlyNewVersions) {
  model_.kind = ModelKind::kAppend;
  const ModelPlan plan = Plan({Bronze(6)}, After(3));
  EXPECT_EQ(plan.action, Action::kIncremental);
  EXPECT_EQ(plan.inputs[0].after, 3);
  EXPECT_EQ(plan.inputs[0].upto, 6);
  EXPECT_EQ(plan.why, "new: bronze.flights versions 4 to 6");
  EXPECT_EQ(plan.expected_app_versions.at("limno:model:silver.flights:id-b"), 3);
}

TEST_F(PlanTest, NothingNewIsNothingToDo) {
  for (const ModelKind kind : {ModelKind::kAppend, ModelKind::kMerge, ModelKind::kTable}) {
    model_.kind = kind;
    EXPECT_EQ(Plan({Bronze(3)}, After(3)).action, Action::kNothing);
  }
}

TEST_F(PlanTest, RearrangedInputsAreNotNew) {
  InputState rearranged = Bronze(5);
  rearranged.only_rearranged = true;
  for (const ModelKind kind : {ModelKind::kAppend, ModelKind::kTable}) {
    model_.kind = kind;
    EXPECT_EQ(Plan({rearranged}, After(3)).action, Action::kNothing);
  }
}

TEST_F(PlanTest, ATableMadeAnewIsReadFromItsBeginning) {
  model_.kind = ModelKind::kMerge;
  InputState recreated = Bronze(0);
  recreated.id = "another";
  const ModelPlan plan = Plan({recreated}, After(3));
  EXPECT_EQ(plan.action, Action::kIncremental);
  EXPECT_EQ(plan.inputs[0].after, -1);
  EXPECT_EQ(plan.expected_app_versions.at("limno:model:silver.flights:another"), std::nullopt);
}

TEST_F(PlanTest, ATableIsMadeAnewWhenItsSqlChanges) {
  model_.kind = ModelKind::kTable;
  const ModelPlan plan = Plan({Bronze(3)}, After(3, "select 2"));
  EXPECT_EQ(plan.action, Action::kFull);
  EXPECT_EQ(plan.why, "its SQL has changed: all of bronze.flights up to version 3");
}

TEST_F(PlanTest, AnIncrementalModelSaysThatItsSqlChanged) {
  model_.kind = ModelKind::kMerge;
  const ModelPlan plan = Plan({Bronze(4)}, After(3, "select 2"));
  EXPECT_EQ(plan.action, Action::kIncremental);
  EXPECT_NE(plan.why.find("its SQL has changed"), std::string::npos);
  const ModelPlan idle = Plan({Bronze(3)}, After(3, "select 2"));
  EXPECT_EQ(idle.action, Action::kNothing);
  EXPECT_NE(idle.why.find("--full-refresh"), std::string::npos);
}

TEST_F(PlanTest, FullRefreshReadsAll) {
  model_.kind = ModelKind::kMerge;
  const ModelPlan plan = Plan({Bronze(3)}, After(3), /*full_refresh=*/true);
  EXPECT_EQ(plan.action, Action::kFull);
  EXPECT_EQ(plan.inputs[0].after, -1);
}

TEST_F(PlanTest, ATableThatIsLookedUpDoesNotMakeAnIncrementalModelRun) {
  model_.kind = ModelKind::kAppend;
  const InputState lookup{{"bronze", "airports"}, "id-a", 9, false, false};
  EXPECT_EQ(Plan({Bronze(3), lookup}, After(3)).action, Action::kNothing);
  model_.kind = ModelKind::kTable;
  EXPECT_EQ(Plan({Bronze(3), lookup}, After(3)).action, Action::kFull);
}

TEST_F(PlanTest, ATableThatSomebodyElseMadeIsReplacedOnlyByTableModels) {
  OutputState foreign;
  foreign.exists = true;
  model_.kind = ModelKind::kTable;
  EXPECT_EQ(Plan({Bronze(3)}, foreign).action, Action::kFull);
  model_.kind = ModelKind::kMerge;
  EXPECT_EQ(Plan({Bronze(3)}, foreign).action, Action::kIncremental);
}

TEST_F(PlanTest, AModelWithoutInputsRunsOnce) {
  model_.kind = ModelKind::kAppend;
  step_.reads.clear();
  EXPECT_EQ(Plan({}, OutputState{}).action, Action::kFull);
  EXPECT_EQ(Plan({}, After(0)).action, Action::kNothing);
}

TEST(HashSql, IsTheSameForever) {
  EXPECT_EQ(HashSql(""), static_cast<int64_t>(14695981039346656037ULL >> 1));
  EXPECT_NE(HashSql("select 1"), HashSql("select 2"));
  EXPECT_GE(HashSql("select 1"), 0);
}

}  // namespace
}  // namespace limno::pipeline
