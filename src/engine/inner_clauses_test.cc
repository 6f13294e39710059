#include "engine/inner_clauses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "table/column_annotations.h"

namespace limno::engine {
namespace {

using table::TypeKind;

table::Field Nested() {
  const table::DataType inner =
      table::StructOf({{"a", table::Primitive(TypeKind::kLong), true, {}}});
  return {"s",
          table::StructOf({{"b", table::Primitive(TypeKind::kString), true, {}},
                           {"list", table::ArrayOf(inner), true, {}}}),
          true,
          {}};
}

TEST(InnerClauses, ApplyToTheFieldThatThePathLeadsTo) {
  table::Field column = Nested();
  ASSERT_TRUE(ApplyInnerClauses(
      column, {{{"b"}, true, "it's"}, {{"list", "element", "a"}, false, "deep"}}));
  EXPECT_FALSE(column.type.children[0].nullable);
  EXPECT_EQ(table::AnnotatedText(column.type.children[0], table::kCommentAnnotation), "it's");
  const table::Field& deep = column.type.children[1].type.children[0].type.children[0];
  EXPECT_EQ(table::AnnotatedText(deep, table::kCommentAnnotation), "deep");
  EXPECT_TRUE(column.nullable);
}

TEST(InnerClauses, ElementsCannotBeMadeNotNull) {
  table::Field column = Nested();
  const auto refused = ApplyInnerClauses(column, {{{"list", "element", "a"}, true, {}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnsupported);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("s.list.element.a"));
}

TEST(InnerClauses, SurviveAsText) {
  const InnerClause clauses[] = {
      {{"a"}, true, {}}, {{"a.b", "", "5:c"}, false, "n;c: 'x'"}, {{"element", "n"}, true, ""}};
  for (const InnerClause& clause : clauses) {
    const auto back = ParseInnerClause(FormatInnerClause(clause));
    ASSERT_TRUE(back) << FormatInnerClause(clause);
    EXPECT_EQ(back->path, clause.path);
    EXPECT_EQ(back->not_null, clause.not_null);
    EXPECT_EQ(back->comment, clause.comment);
  }
  for (const char* text : {"", "x", "1:", "1:9:a", "2:1:a", "0:"}) {
    EXPECT_FALSE(ParseInnerClause(text)) << text;
  }
}

}  // namespace
}  // namespace limno::engine
