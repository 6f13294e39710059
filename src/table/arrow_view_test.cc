#include "table/arrow_view.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "table/arrow_build.h"

namespace limno::table {
namespace {

/// A column of fixed-width values laid out by hand.
template <typename T>
struct FixedColumn {
  FixedColumn(const char* format, std::vector<T> column_values) : values(std::move(column_values)) {
    schema.format = format;
    schema.name = "x";
    array.length = static_cast<int64_t>(values.size());
    array.null_count = 0;
    array.n_buffers = 2;
    buffers[0] = nullptr;
    buffers[1] = values.data();
    array.buffers = buffers;
  }

  ArrowView View() const { return ArrowView(schema, array); }

  std::vector<T> values;
  ArrowSchema schema{};
  ArrowArray array{};
  const void* buffers[2];
};

TEST(ArrowView, ReadsIntegersOfAnyWidth) {
  EXPECT_EQ((FixedColumn<int8_t>("c", {-5}).View().Int(0)), -5);
  EXPECT_EQ((FixedColumn<uint8_t>("C", {250}).View().Int(0)), 250);
  EXPECT_EQ((FixedColumn<int16_t>("s", {1, -300}).View().Int(1)), -300);
  EXPECT_EQ((FixedColumn<int32_t>("i", {-70000}).View().Int(0)), -70000);
  EXPECT_EQ((FixedColumn<uint32_t>("I", {4000000000U}).View().Int(0)), 4000000000);
  EXPECT_EQ((FixedColumn<int64_t>("l", {1, int64_t{1} << 60}).View().Int(1)), int64_t{1} << 60);
  EXPECT_EQ((FixedColumn<int32_t>("tdD", {-1}).View().Int(0)), -1);
  EXPECT_EQ((FixedColumn<float>("f", {1.5F}).View().Double(0)), 1.5);
  EXPECT_EQ((FixedColumn<double>("g", {0.1}).View().Double(0)), 0.1);
}

TEST(ArrowView, ReadsTimestampsOfAnyUnit) {
  EXPECT_EQ((FixedColumn<int64_t>("tss:UTC", {-2}).View().TimestampMicros(0)), -2'000'000);
  EXPECT_EQ((FixedColumn<int64_t>("tsm:", {3}).View().TimestampMicros(0)), 3000);
  EXPECT_EQ((FixedColumn<int64_t>("tsu:UTC", {7}).View().TimestampMicros(0)), 7);
  EXPECT_EQ((FixedColumn<int64_t>("tsn:", {-1}).View().TimestampMicros(0)), -1);
  EXPECT_EQ((FixedColumn<int64_t>("tsn:", {1999}).View().TimestampMicros(0)), 1);
  EXPECT_TRUE((FixedColumn<int64_t>("tsu:UTC", {7}).View().has_time_zone()));
  EXPECT_FALSE((FixedColumn<int64_t>("tsu:", {7}).View().has_time_zone()));
}

TEST(ArrowView, WritesDecimalsExactly) {
  // 128-bit values as pairs of 64-bit words, low word first.
  const FixedColumn<std::pair<uint64_t, int64_t>> wide("d:38,3",
                                                       {{1234567, 0}, {~0ULL, -1}, {5, 0}});
  EXPECT_EQ(wide.View().Decimal(0), "1234.567");
  EXPECT_EQ(wide.View().Decimal(1), "-0.001");
  EXPECT_EQ(wide.View().Decimal(2), "0.005");
  const FixedColumn<std::pair<uint64_t, int64_t>> large("d:38,0", {{0, int64_t{1} << 32}});
  EXPECT_EQ(large.View().Decimal(0), "79228162514264337593543950336");
  EXPECT_EQ((FixedColumn<int32_t>("d:9,2,32", {-12}).View().Decimal(0)), "-0.12");
  EXPECT_EQ((FixedColumn<int64_t>("d:18,1,64", {120}).View().Decimal(0)), "12.0");
}

TEST(ArrowView, HonoursOffsetsOfStructs) {
  std::vector<ArrowColumn> children;
  children.push_back(ArrowColumn::Int64("n"));
  children.push_back(ArrowColumn::Utf8("t"));
  children.push_back(ArrowColumn::StringList("l"));
  ArrowColumn root = ArrowColumn::Struct("root", std::move(children));
  for (int64_t row = 0; row < 12; ++row) {
    root.AppendStruct();
    root.child(0).Append(row);
    if (row % 3 == 0) {
      root.child(1).AppendNull();
    } else {
      root.child(1).Append(std::to_string(row));
    }
    for (int64_t item = 0; item < row; ++item) {
      root.child(2).AppendElement(std::to_string(item));
    }
    root.child(2).EndRow();
  }
  ArrowSchema schema;
  ArrowArray array;
  root.ExportSchema(&schema);
  root.ExportArray(&array);
  ArrowArray sliced = array;
  sliced.offset = 2;
  sliced.length = array.length - 2;
  const ArrowView view(schema, sliced);
  ASSERT_EQ(view.length(), 10);
  EXPECT_EQ(view.Child("n").Int(0), 2);
  EXPECT_EQ(view.Child("t").Text(2), "4");
  EXPECT_TRUE(view.Child("t").IsNull(1));
  EXPECT_FALSE(view.Child("t").IsNull(2));
  const ArrowView list = view.Child("l");
  const ArrowView::Range range = list.ItemRange(3);
  ASSERT_EQ(range.end - range.begin, 5);
  EXPECT_EQ(list.Item().Text(range.begin + 4), "4");
  EXPECT_FALSE(view.Child("none").exists());
  EXPECT_TRUE(view.Child("none").IsNull(0));
  EXPECT_FALSE(view.Child("none").Child("deeper").exists());
  array.release(&array);
  schema.release(&schema);
}

}  // namespace
}  // namespace limno::table
