// What is written can be read: properties of the encodings of paths, partitions, actions and
// deletion vectors, for values that nobody thought of.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "storage/object_store.h"
#include "table/delta/action_json.h"
#include "table/delta/deletion_vector_codec.h"
#include "table/delta/partition_path.h"
#include "table/percent_coding.h"

namespace limno::table::delta {
namespace {

/// Bytes, many of them such as mean something in paths.
rc::Gen<std::string> AnyBytes() {
  return rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::arbitrary<char>(), rc::gen::element('%', '/', '=', ':', ' ', '.', '\0', '4', 'a')));
}

void AppendUtf8(std::string& text, uint32_t code_point) {
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
    return;
  }
  const int following = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
  constexpr uint32_t kLeads[] = {0, 0xc0, 0xe0, 0xf0};
  text += static_cast<char>(kLeads[following] | code_point >> 6 * following);
  for (int index = following - 1; index >= 0; --index) {
    text += static_cast<char>(0x80 | (code_point >> 6 * index & 0x3f));
  }
}

rc::Gen<std::string> AnyText() {
  const auto code_point =
      rc::gen::oneOf(rc::gen::inRange<uint32_t>(0, 0x80), rc::gen::inRange<uint32_t>(0x80, 0xd800),
                     rc::gen::inRange<uint32_t>(0xe000, 0x110000));
  return rc::gen::map(rc::gen::container<std::vector<uint32_t>>(code_point),
                      [](const std::vector<uint32_t>& code_points) {
                        std::string text;
                        for (const uint32_t each : code_points) {
                          AppendUtf8(text, each);
                        }
                        return text;
                      });
}

/// Rows alone and in stretches, in several of the bitmap's buckets.
rc::Gen<RowSet> AnyRows() {
  const auto row = rc::gen::oneOf(rc::gen::inRange<uint64_t>(0, 300'000),
                                  rc::gen::inRange<uint64_t>(0, uint64_t{1} << 34));
  const auto stretch = rc::gen::pair(
      row, rc::gen::oneOf(rc::gen::just<uint64_t>(1), rc::gen::inRange<uint64_t>(1, 70'000)));
  return rc::gen::map(rc::gen::container<std::vector<std::pair<uint64_t, uint64_t>>>(stretch),
                      [](const std::vector<std::pair<uint64_t, uint64_t>>& stretches) {
                        RowSet rows;
                        for (const auto& [begin, length] : stretches) {
                          rows.AddRange(begin, begin + length);
                        }
                        return rows;
                      });
}

RC_GTEST_PROP(RoundTrip, Paths, ()) {
  const std::string path = *AnyBytes();
  const Result<std::string> decoded = DecodePath(EncodePath(path));
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == path);
}

RC_GTEST_PROP(RoundTrip, FoldersOfPartitions, ()) {
  const std::string name = *rc::gen::nonEmpty(AnyBytes());
  const std::string value = *rc::gen::nonEmpty(AnyBytes());
  const std::string folder = PartitionFolder({{name, value}, {"last", "1"}});
  const size_t equals = folder.find('=');
  const size_t slash = folder.find('/');
  RC_ASSERT(equals < slash);
  RC_ASSERT(folder.substr(slash) == "/last=1/");
  RC_ASSERT(PercentDecode(folder.substr(0, equals)) == name);
  RC_ASSERT(PercentDecode(folder.substr(equals + 1, slash - equals - 1)) == value);
}

RC_GTEST_PROP(RoundTrip, KeysOfDataFilesAreGoodKeys, ()) {
  const PartitionValues partition{{"p", *AnyBytes()}, {"q", std::nullopt}};
  base::Random random(*rc::gen::arbitrary<uint64_t>());
  RC_ASSERT(storage::CheckKey(NewDataFileKey(partition, random)).has_value());
}

RC_GTEST_PROP(RoundTrip, AddedFiles, ()) {
  DataFile file;
  file.path = *rc::gen::nonEmpty(AnyText());
  file.partition_values = {{*AnyText(), *AnyText()}, {"null", std::nullopt}};
  file.size_bytes = *rc::gen::arbitrary<int64_t>();
  file.modified_millis = *rc::gen::arbitrary<int64_t>();
  file.data_change = *rc::gen::arbitrary<bool>();
  file.statistics = *AnyText();
  const Result<std::vector<Action>> actions = ParseActions(FormatAction(Add{file}), "test");
  RC_ASSERT(actions.has_value());
  RC_ASSERT(actions->size() == 1U);
  const DataFile& read = std::get<Add>(actions->front()).file;
  RC_ASSERT(read.path == file.path);
  RC_ASSERT(read.partition_values == file.partition_values);
  RC_ASSERT(read.size_bytes == file.size_bytes);
  RC_ASSERT(read.modified_millis == file.modified_millis);
  RC_ASSERT(read.data_change == file.data_change);
  RC_ASSERT(read.statistics == file.statistics);
}

RC_GTEST_PROP(RoundTrip, Z85, ()) {
  std::string bytes = *AnyBytes();
  bytes.resize(bytes.size() / 4 * 4);
  const Result<std::string> decoded = DecodeZ85(EncodeZ85(bytes));
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == bytes);
}

RC_GTEST_PROP(RoundTrip, DeletionVectors, ()) {
  const RowSet rows = *AnyRows();
  const Result<RowSet> parsed = ParseVector(FormatVector(rows));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == rows);
}

RC_GTEST_PROP(RoundTrip, FilesOfDeletionVectors, ()) {
  const std::vector<RowSet> sets = *rc::gen::container<std::vector<RowSet>>(AnyRows());
  const Result<VectorFile> file = FormatVectorFile(sets, base::UuidBytes{});
  RC_ASSERT(file.has_value());
  RC_ASSERT(file->descriptors.size() == sets.size());
  for (size_t index = 0; index < sets.size(); ++index) {
    const auto [offset, length] = VectorFileRange(file->descriptors[index]);
    const Result<RowSet> parsed = ParseVectorRecord(
        std::string_view(file->bytes).substr(offset, length), file->descriptors[index], file->key);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(*parsed == sets[index]);
  }
}

}  // namespace
}  // namespace limno::table::delta
