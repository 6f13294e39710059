#include "pipeline/project.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace limno::pipeline {
namespace {

std::optional<std::string> Environment(const std::string& name) {
  return name == "BASE" ? std::optional<std::string>("https://example.org") : std::nullopt;
}

Result<Project> Parse(const std::string& text) { return ParseProject(text, "/p", Environment); }

/// "where | message | hint" of a text that must be refused.
std::string Refusal(const std::string& text) {
  const auto project = Parse(text);
  if (project) {
    return "accepted";
  }
  EXPECT_EQ(project.error().kind, ErrorKind::kUsage);
  return project.error().where + " | " + project.error().message + " | " + project.error().hint;
}

TEST(ParseProject, ReadsEverythingThatCanBeSaid) {
  const auto project = Parse(R"(
name: flights
lake: ../lake
sources:
  flights:
    urls: ["${BASE}/1.zip", "@${BASE}/list.txt"]
    path: in/*.csv
    into: bronze.flights
    write: append
    on_error: stop
    format: csv
    header: false
    delimiter: ";"
    skip_lines: 3
    encoding: latin-1
    nulls: [NA, "-"]
    columns: {year: INTEGER}
    partition_by: year
    provenance: no
)");
  ASSERT_TRUE(project) << project.error().ToString();
  EXPECT_EQ(project->name, "flights");
  EXPECT_EQ(project->lake, "/lake");
  ASSERT_EQ(project->sources.size(), 1u);
  const LoadOptions& load = project->sources[0].load;
  EXPECT_EQ(load.from, (std::vector<std::string>{"https://example.org/1.zip",
                                                 "@https://example.org/list.txt", "/p/in/*.csv"}));
  EXPECT_EQ(load.into, "bronze.flights");
  EXPECT_EQ(load.source, "flights");
  EXPECT_FALSE(load.continue_on_error);
  EXPECT_TRUE(load.header_given);
  EXPECT_FALSE(load.header);
  EXPECT_EQ(load.delimiter, ";");
  EXPECT_EQ(load.skip_lines, 3U);
  EXPECT_EQ(load.encoding, "latin-1");
  EXPECT_EQ(load.null_values, (std::vector<std::string>{"NA", "-"}));
  EXPECT_EQ(load.columns.at("year"), "INTEGER");
  EXPECT_EQ(load.partition_by, std::vector<std::string>{"year"});
  EXPECT_FALSE(load.provenance);
}

TEST(ParseProject, AnEmptyFileIsAProjectWithItsLakeBeside) {
  const auto project = Parse("");
  ASSERT_TRUE(project);
  EXPECT_EQ(project->name, "p");
  EXPECT_EQ(project->lake, "/p/lake");
}

TEST(ParseProject, KeepsFoldersAndListsAndStandardInput) {
  const auto project =
      Parse("sources:\n  a:\n    files: [in/, '@l.txt', '-', /x/y.csv]\n    into: b.a\n");
  ASSERT_TRUE(project) << project.error().ToString();
  EXPECT_EQ(project->sources[0].load.from,
            (std::vector<std::string>{"/p/in/", "@/p/l.txt", "-", "/x/y.csv"}));
}

TEST(ParseProject, TellsTheNearestKeyWithItsPlace) {
  EXPECT_EQ(Refusal("sorces: {}\n"),
            "limno.yml:1:1 | unknown key 'sorces' | did you mean 'sources'?");
  EXPECT_EQ(Refusal("sources:\n  a:\n    url: x\n    inot: b.a\n"),
            "limno.yml:4:5 | unknown key 'inot' | did you mean 'into'?");
}

TEST(ParseProject, RefusesWrongTypesWithTheirPlace) {
  EXPECT_EQ(Refusal("sources: [a]\n"),
            "limno.yml:1:10 | 'sources' should be 'name:' entries with indented lines below, and "
            "here is a list | ");
  EXPECT_EQ(Refusal("sources:\n  a:\n    url: {x: y}\n    into: b.a\n"),
            "limno.yml:3:10 | 'url' should be a list of texts, and here is a mapping | ");
  EXPECT_EQ(Refusal("sources:\n  a:\n    url: x\n    into: b.a\n    header: maybe\n"),
            "limno.yml:5:13 | 'header' should be true or false, and here is a single value | ");
  EXPECT_EQ(Refusal("- a\n"),
            "limno.yml:1:1 | 'key: value' lines are expected, and here is a list | ");
}

TEST(ParseProject, RefusesWhatYamlRefuses) {
  const std::string refusal = Refusal("name: [a\nlake: b\n");
  EXPECT_EQ(refusal.substr(0, refusal.find(" | ")), "limno.yml:2:5");
}

TEST(ParseProject, RefusesWhatIsGivenTwice) {
  EXPECT_EQ(Refusal("name: a\nname: b\n"), "limno.yml:2:1 | key 'name' is given twice | ");
  EXPECT_EQ(Refusal("sources:\n  a: {url: x, into: b.a}\n  a: {url: x, into: b.a}\n"),
            "limno.yml:3:3 | 'a' is given twice | ");
}

TEST(ParseProject, AsksForWhatIsMissing) {
  EXPECT_EQ(Refusal("sources:\n  a:\n    into: b.a\n"),
            "limno.yml:3:5 | source 'a' does not say what to load | add url, urls, path or files");
  EXPECT_EQ(Refusal("sources:\n  a:\n    url: x\n"),
            "limno.yml:3:5 | source 'a' does not say into which table | add 'into: bronze.a'");
}

TEST(ParseProject, RefusesANameWithoutNamespace) {
  EXPECT_EQ(Refusal("sources:\n  a:\n    url: x\n    into: flights\n"),
            "limno.yml:4:11 | 'flights' does not name a table | write namespace.name, like "
            "bronze.flights");
}

TEST(ParseProject, RefusesChoicesItDoesNotHave) {
  EXPECT_EQ(Refusal("sources:\n  a: {url: x, into: b.a, on_error: ignore}\n"),
            "limno.yml:2:36 | 'on_error' cannot be 'ignore' | choose one of continue, stop");
}

TEST(SubstituteEnvironment, TakesDefaultsAndNamesWhatIsMissing) {
  EXPECT_EQ(*SubstituteEnvironment("a${BASE}b${NONE:-c}", "", Environment),
            "ahttps://example.orgbc");
  const auto missing = SubstituteEnvironment("${NONE}", "limno.yml:1:1", Environment);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().ToString(),
            "limno.yml:1:1: environment variable 'NONE' is not set (set it, or write "
            "${NONE:-default})");
  EXPECT_FALSE(SubstituteEnvironment("${BASE", "", Environment));
}

TEST(FindProject, LooksUpwardsAndStandsAloneWithoutAFile) {
  const std::filesystem::path root =
      std::filesystem::path(testing::TempDir()) / "limno_find_project";
  std::filesystem::remove_all(root);
  std::filesystem::create_directories(root / "a" / "b");
  const auto alone = FindProject((root / "a").string(), Environment);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->lake, (root / "a" / "lake").string());
  std::ofstream(root / "limno.yml") << "name: found\n";
  const auto found = FindProject((root / "a" / "b").string(), Environment);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "found");
  EXPECT_EQ(found->lake, (root / "lake").string());
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace limno::pipeline
