#include "pipeline/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Understands "reads a.b, c" instead of SQL, with offsets; "broken" is a syntax error on line 2.
Result<std::vector<engine::TableReference>> FakeTablesIn(const std::string& sql) {
  if (sql.starts_with("broken")) {
    return Fail(ErrorKind::kUsage, "syntax error", "2:5");
  }
  std::vector<engine::TableReference> references;
  size_t at = sql.find("reads ");
  at = at == std::string::npos ? sql.size() : at + 6;
  while (at < sql.size()) {
    size_t end = sql.find(", ", at);
    end = end == std::string::npos ? sql.size() : end;
    const std::string name = sql.substr(at, end - at);
    const size_t dot = name.find('.');
    engine::TableReference reference;
    reference.name_space = dot == std::string::npos ? "" : name.substr(0, dot);
    reference.name = dot == std::string::npos ? name : name.substr(dot + 1);
    reference.offset = at;
    references.push_back(reference);
    at = end + 2;
  }
  return references;
}

class GraphTest : public testing::Test {
 protected:
  void AddSource(const std::string& name, const std::string& into) {
    Source source;
    source.name = name;
    source.into = *ParseTableName(into, "");
    project_.sources.push_back(source);
  }
  Model& AddModel(const std::string& name, const std::string& sql,
                  ModelKind kind = ModelKind::kTable) {
    Model model;
    model.name = *ParseTableName(name, "");
    model.file = "models/" + name + ".sql";
    model.sql = sql;
    model.kind = kind;
    models_.push_back(model);
    return models_.back();
  }
  Result<Graph> Build() { return BuildGraph(project_, models_, lake_, FakeTablesIn); }
  std::vector<std::string> Order() {
    std::vector<std::string> names;
    const auto graph = Build();
    if (!graph) {
      return {graph.error().ToString()};
    }
    for (const Step& step : graph->steps) {
      names.push_back(step.name);
    }
    return names;
  }
  Error Refusal() {
    const auto graph = Build();
    EXPECT_FALSE(graph);
    return graph ? Error{} : graph.error();
  }

  Project project_;
  std::vector<Model> models_;
  LakeNames lake_;
};

TEST_F(GraphTest, OrdersByWhatIsRead) {
  AddSource("flights", "bronze.flights");
  AddModel("gold.delays", "reads silver.flights, bronze.airports");
  AddModel("silver.flights", "reads bronze.flights");
  lake_.tables = {{"bronze", "airports"}};
  EXPECT_THAT(Order(), ElementsAre("flights", "silver.flights", "gold.delays"));
  const auto graph = Build();
  EXPECT_THAT(graph->steps[2].needs, ElementsAre(1u));
}

TEST_F(GraphTest, NeedsAllSourcesOfATable) {
  AddSource("one", "bronze.t");
  AddSource("two", "bronze.t");
  AddModel("silver.t", "reads BRONZE.T");
  const auto graph = Build();
  ASSERT_TRUE(graph);
  EXPECT_THAT(graph->steps[2].needs, ElementsAre(0u, 1u));
}

TEST_F(GraphTest, TellsTheCircle) {
  AddModel("a.a", "reads a.b");
  AddModel("a.b", "select\nreads a.c");
  AddModel("a.c", "reads a.a");
  const Error error = Refusal();
  EXPECT_EQ(error.message, "models read each other in a circle: a.a -> a.b -> a.c -> a.a");
  EXPECT_EQ(error.where, "models/a.a.sql:1:7");
}

TEST_F(GraphTest, TellsAModelThatReadsItself) {
  AddModel("a.a", "reads a.a");
  EXPECT_EQ(Refusal().message, "model 'a.a' reads itself");
}

TEST_F(GraphTest, TellsUnknownTablesWithPlaceAndNearestName) {
  AddSource("flights", "bronze.flights");
  AddModel("silver.a", "select 1\nreads bronze.flihgts").first_line = 4;
  const Error error = Refusal();
  EXPECT_EQ(error.message, "unknown table 'bronze.flihgts'");
  EXPECT_EQ(error.where, "models/silver.a.sql:5:7");
  EXPECT_EQ(error.hint, "did you mean 'bronze.flights'?");
}

TEST_F(GraphTest, TellsAmbiguousNames) {
  lake_.tables = {{"bronze", "flights"}, {"raw", "flights"}};
  AddModel("silver.a", "reads flights");
  const Error error = Refusal();
  EXPECT_EQ(error.message, "'flights' may mean bronze.flights or raw.flights");
  EXPECT_EQ(error.hint, "write bronze.flights");
}

TEST_F(GraphTest, FindsAnUnqualifiedNameThatMeansOneTable) {
  AddSource("flights", "bronze.flights");
  AddModel("silver.a", "reads flights");
  const auto graph = Build();
  ASSERT_TRUE(graph) << graph.error().ToString();
  EXPECT_EQ(graph->steps[1].reads[0].table.ToString(), "bronze.flights");
}

TEST_F(GraphTest, ViewsMustNameTheNamespace) {
  AddSource("flights", "bronze.flights");
  AddModel("silver.a", "reads flights", ModelKind::kView);
  EXPECT_EQ(Refusal().hint, "write bronze.flights");
}

TEST_F(GraphTest, RefusesATableMadeTwice) {
  AddSource("flights", "silver.a");
  AddModel("silver.A", "select 1");
  EXPECT_EQ(Refusal().message, "'silver.A' is made twice, the other time by source 'flights'");
}

TEST_F(GraphTest, PlacesSyntaxErrorsInTheFile) {
  AddModel("silver.a", "broken").first_line = 7;
  EXPECT_EQ(Refusal().where, "models/silver.a.sql:8:5");
}

TEST_F(GraphTest, FollowsViewsToTheirTables) {
  lake_.tables = {{"bronze", "t"}};
  lake_.views = {{{"old", "v"}, "reads bronze.t"}};
  AddModel("silver.v", "reads old.v", ModelKind::kView);
  AddModel("gold.t", "reads silver.v");
  const auto graph = Build();
  ASSERT_TRUE(graph) << graph.error().ToString();
  const Step& gold = graph->steps[1];
  EXPECT_THAT(gold.base_tables, ElementsAre(catalog::TableName{"bronze", "t"}));
  EXPECT_THAT(gold.full_sql, HasSubstr("reads old.v"));
  EXPECT_THAT(gold.full_sql, HasSubstr("reads bronze.t"));
}

TEST_F(GraphTest, ALoneInputIsReadIncrementally) {
  lake_.tables = {{"bronze", "t"}};
  AddModel("silver.t", "reads bronze.t", ModelKind::kAppend);
  EXPECT_TRUE(Build()->steps[0].reads[0].incremental);
}

TEST_F(GraphTest, SeveralInputsNeedAWordOnWhichIsIncremental) {
  lake_.tables = {{"bronze", "t"}, {"bronze", "u"}};
  AddModel("silver.t", "reads bronze.t, bronze.u", ModelKind::kAppend);
  EXPECT_EQ(Refusal().hint, "add 'incremental: bronze.t' to the header");
  models_[0].incremental = {"bronze.t"};
  const auto graph = Build();
  ASSERT_TRUE(graph);
  EXPECT_TRUE(graph->steps[0].reads[0].incremental);
  EXPECT_FALSE(graph->steps[0].reads[1].incremental);
  models_[0].incremental = {"bronze.v"};
  EXPECT_THAT(Refusal().message, HasSubstr("which the query does not read"));
}

TEST_F(GraphTest, AViewIsNotReadIncrementally) {
  lake_.views = {{{"old", "v"}, "select 1"}};
  AddModel("silver.t", "reads old.v", ModelKind::kMerge);
  EXPECT_EQ(Refusal().message, "the new rows of 'old.v' cannot be told, it is a view");
}

TEST_F(GraphTest, DependsOnAddsAnEdge) {
  AddSource("flights", "bronze.flights");
  AddModel("silver.a", "select 1").depends_on = {"silver.b"};
  AddModel("silver.b", "select 1");
  EXPECT_THAT(Order(), ElementsAre("flights", "silver.b", "silver.a"));
  models_[0].depends_on = {"silver.c"};
  EXPECT_THAT(Refusal().message, HasSubstr("'depends_on' names 'silver.c'"));
}

class SelectTest : public GraphTest {
 protected:
  SelectTest() {
    AddSource("flights", "bronze.flights");
    AddSource("airports", "bronze.airports");
    AddModel("gold.delays", "reads silver.flights");
    AddModel("silver.flights", "reads bronze.flights");
    graph_ = *Build();
  }
  std::vector<std::string> Select(const std::vector<std::string>& patterns) {
    const auto flags = SelectSteps(graph_, patterns);
    if (!flags) {
      return {flags.error().ToString()};
    }
    std::vector<std::string> names;
    for (size_t i = 0; i < flags->size(); ++i) {
      if ((*flags)[i]) {
        names.push_back(graph_.steps[i].name);
      }
    }
    return names;
  }

  Graph graph_;
};

TEST_F(SelectTest, TakesNamesPatternsAndNeighbours) {
  EXPECT_THAT(Select({}), ElementsAre("flights", "airports", "silver.flights", "gold.delays"));
  EXPECT_THAT(Select({"gold.delays"}), ElementsAre("gold.delays"));
  EXPECT_THAT(Select({"Bronze.Flights"}), ElementsAre("flights"));
  EXPECT_THAT(Select({"*flights"}), ElementsAre("flights", "silver.flights"));
  EXPECT_THAT(Select({"+silver.flights"}), ElementsAre("flights", "silver.flights"));
  EXPECT_THAT(Select({"silver.flights+"}), ElementsAre("silver.flights", "gold.delays"));
  EXPECT_THAT(Select({"+silver.flights+"}),
              ElementsAre("flights", "silver.flights", "gold.delays"));
  EXPECT_THAT(Select({"airports", "gold.*"}), ElementsAre("airports", "gold.delays"));
}

TEST_F(SelectTest, TellsTheNearestName) {
  EXPECT_THAT(Select({"gold.dealys"}),
              ElementsAre("--select: no source or model matches 'gold.dealys' (did you mean "
                          "'gold.delays'?)"));
}

}  // namespace
}  // namespace limno::pipeline
