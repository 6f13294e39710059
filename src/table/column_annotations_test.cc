#include "table/column_annotations.h"

#include <gtest/gtest.h>

namespace limno::table {
namespace {

TEST(ColumnAnnotations, KeepTextWhole) {
  Field field{"a", Primitive(TypeKind::kString), true, {}};
  EXPECT_FALSE(AnnotatedText(field, kDefaultAnnotation));
  AnnotateText(field, kDefaultAnnotation, "'it\"s'\n");
  EXPECT_EQ(AnnotatedText(field, kDefaultAnnotation), "'it\"s'\n");
  field.metadata[kDefaultAnnotation] = "7";
  EXPECT_EQ(AnnotatedText(field, kDefaultAnnotation), "");
}

TEST(Identity, ComesBackAsItWas) {
  Field field{"id", Primitive(TypeKind::kLong), true, {}};
  EXPECT_FALSE(IsIdentity(field));
  EXPECT_FALSE(IdentityOf(field)->has_value());
  AnnotateIdentity(field, {10, -5, true, 5});
  const auto identity = **IdentityOf(field);
  EXPECT_EQ(identity.start, 10);
  EXPECT_EQ(identity.step, -5);
  EXPECT_TRUE(identity.allow_explicit_insert);
  EXPECT_EQ(identity.high_water_mark, 5);
  EXPECT_FALSE((*IdentityOf(WithoutHighWaterMark(field)))->high_water_mark);
}

TEST(Identity, RefusesWhatContradictsItself) {
  Field field{"id", Primitive(TypeKind::kLong), true, {}};
  field.metadata["delta.identity.start"] = "\"x\"";
  EXPECT_EQ(IdentityOf(field).error().kind, ErrorKind::kCorrupt);
  AnnotateIdentity(field, {1, 0, false, {}});
  EXPECT_EQ(IdentityOf(field).error().kind, ErrorKind::kCorrupt);
}

}  // namespace
}  // namespace limno::table
