// Whatever statistics say, a query over a lake table returns what the same query returns over a
// plain copy of its rows: files are only skipped where they hold no matching row.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "lake/lake.h"

namespace limno::lake {
namespace {

class PruningTest : public testing::Test {
 protected:
  PruningTest() : folder_(testing::TempDir() + "/limno_pruning") {
    std::filesystem::remove_all(folder_);
    LakeOptions options;
    options.lake = folder_;
    options.sync = false;
    lake_ = *Open(options);
  }
  ~PruningTest() override {
    lake_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string Ask(const std::string& sql) {
    auto rows = lake_->Query(sql, CellFormat::kText);
    if (!rows) {
      return rows.error().ToString();
    }
    std::string text;
    std::vector<Cell> row;
    while (*(*rows)->Next(row)) {
      for (const Cell& cell : row) {
        text += (cell.is_null ? "NULL" : cell.text) + "|";
      }
    }
    return text;
  }

  size_t Below(size_t bound) { return random_() % bound; }

  /// A literal of the column's kind, near the edges of what files hold.
  std::string Literal(const std::string& column) {
    const auto number = static_cast<int64_t>(Below(1200)) - 100;
    if (column == "s") {
      return "'v" + std::to_string(number) + "'";
    }
    if (column == "d") {
      return "date '2020-01-01' + " + std::to_string(number);
    }
    if (column == "ts") {
      return "timestamp '2020-01-01' + interval (" + std::to_string(number) + ") minute";
    }
    if (column == "f") {
      static const char* kSpecial[] = {"'nan'::double", "-0.0", "'inf'::double", "500.25"};
      return Below(3) == 0 ? kSpecial[Below(4)] : std::to_string(number) + ".5";
    }
    return std::to_string(number);
  }

  std::string Condition() {
    static const std::string kColumns[] = {"i", "f", "s", "d", "ts", "n", "p"};
    static const char* kOperators[] = {"=", "<", "<=", ">", ">=", "<>"};
    const std::string& column = kColumns[Below(std::size(kColumns))];
    switch (Below(5)) {
      case 0:
        return column + " is null";
      case 1:
        return column + " is not null";
      case 2:
        return column + " in (" + Literal(column) + ", " + Literal(column) + ")";
      case 3:
        return column + " between " + Literal(column) + " and " + Literal(column);
      default:
        return column + " " + kOperators[Below(std::size(kOperators))] + " " + Literal(column);
    }
  }

  std::string folder_;
  std::unique_ptr<Lake> lake_;
  std::mt19937 random_{20'261'121};
};

TEST_F(PruningTest, NeverSkipsARowThatMatches) {
  ASSERT_EQ(Ask("create schema b; create table b.t (i bigint, f double, s varchar, d date, "
                "ts timestamptz, n decimal(30, 2), p integer) partitioned by (p)"),
            "");
  for (int file = 0; file < 12; ++file) {
    const std::string base = std::to_string(file * 80);
    Ask("insert into b.t select " + base +
        " + r, case r % 17 when 3 then 'nan' when 5 then -0.0 else " + base +
        " + r + 0.5 end, case when r % 7 = 0 then null else 'v' || (" + base +
        " + r) end, date '2020-01-01' + (" + base +
        " + r)::int, timestamp '2020-01-01' + interval (" + base +
        " + r) minute + interval (r) microsecond, case when r % 11 = 0 then null else " + base +
        " + r end, case when r % 3 = 0 then null else " + base + " end from range(40) t(r)");
  }
  Ask("delete from b.t where i % 13 = 4");
  for (int round = 0; round < 150; ++round) {
    std::string condition = Condition();
    while (Below(2) == 0) {
      condition += (Below(3) == 0 ? " or " : " and ") + Condition();
    }
    const std::string copy = "create temp table c as from b.t; ";
    const std::string where = " where " + condition;
    EXPECT_EQ(Ask("select count(*), min(i), max(d), sum(hash(s)) from b.t" + where),
              Ask(copy + "select count(*), min(i), max(d), sum(hash(s)) from c" + where))
        << condition;
    EXPECT_EQ(Ask("select count(*) from b.t" + where), Ask(copy + "select count(*) from c" + where))
        << condition;
  }
}

/// Fields of structs, and values at which bounds are cut, rounded or not kept at all.
TEST_F(PruningTest, NestedAndOddValuesAreFoundToo) {
  ASSERT_EQ(
      Ask("create schema b; create table b.t (k bigint, n struct(i bigint, f double, s varchar, "
          "\"inner\" struct(d decimal(38, 10), ts timestamp)), long varchar, dec decimal(38, 37), "
          "z timestamptz)"),
      "");
  for (int file = 0; file < 10; ++file) {
    const std::string value = "(" + std::to_string(file * 50) + " + r)";
    const std::string fields =
        "'i': " + value +
        ", 'f': case r % 10 when 1 then 'nan' when 2 then -0.0 when 3 then '-inf' " +
        "when 4 then null else " + value + " / 7 end, 's': case when r % 5 = 0 then null else " +
        "repeat('ü', 31) || chr((120 + r % 9)::int) || chr((128512 + " + value + ")::int) end, " +
        "'inner': {'d': -" + value + " / 3, 'ts': timestamp '1969-12-31 23:59:59.999' + interval " +
        value + " microsecond}";
    EXPECT_EQ(Ask("insert into b.t select " + value + ", case when r % 9 = 0 then null else {" +
                  fields + "} end, repeat('\xf4\x8f\xbf\xbf', 33) || " + value + ", " + value +
                  "::decimal(38, 30) / 1000, timestamptz '2024-01-01 00:00:00+00' + interval " +
                  value + " microsecond from range(30) t(r)"),
              "30|");
  }
  Ask("delete from b.t where k % 11 = 3");
  static const char* kColumns[] = {"n.i", "n.f", "n.s", "n.\"inner\".d", "n.\"inner\".ts", "long",
                                   "dec", "z",   "n"};
  static const char* kOperators[] = {"=", "<", "<=", ">", ">=", "<>", "is distinct from"};
  const std::string copy = "create temp table c as from b.t; ";
  for (int round = 0; round < 120; ++round) {
    const std::string column = kColumns[Below(std::size(kColumns))];
    // A value that is there, so that bounds are met exactly.
    const std::string text =
        Ask("select max(" + column + ")::varchar from b.t where k between " +
            std::to_string(Below(490)) + " - 10 and 500 - " + std::to_string(Below(490)));
    std::string condition = column + (Below(2) == 0 ? " is null" : " is not null");
    if (text != "NULL|" && column != "n") {
      condition = column + " " + kOperators[Below(std::size(kOperators))] + " '" +
                  text.substr(0, text.size() - 1) + "'";
    }
    const std::string sums = Ask(copy + "select count(*), sum(k) from c where " + condition);
    ASSERT_EQ(sums.back(), '|') << sums;
    EXPECT_EQ(Ask("select count(*), sum(k) from b.t where " + condition), sums) << condition;
  }
}

TEST_F(PruningTest, JoinsFindTheSameRows) {
  ASSERT_EQ(Ask("create schema b; create table b.t (i bigint, s varchar)"), "");
  for (int file = 0; file < 8; ++file) {
    const std::string base = std::to_string(file * 1000);
    Ask("insert into b.t select " + base + " + r, 'v' || r from range(100) t(r)");
  }
  EXPECT_EQ(
      Ask("select count(*), sum(i) from b.t join (values (3005), (7099), (999)) k(i) using (i)"),
      "2|10104|");
  EXPECT_EQ(Ask("select count(*) from b.t where i in (select 4000 + range from range(3))"), "3|");
}

}  // namespace
}  // namespace limno::lake
