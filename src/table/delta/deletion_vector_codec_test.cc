#include "table/delta/deletion_vector_codec.h"

#include <gmock/gmock.h>

#include <random>

#include "storage/testing/result_matchers.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::Holds;
using storage::IsOk;

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) {
    bytes += static_cast<char>(value);
  }
  return bytes;
}

RowSet Rows(std::initializer_list<uint64_t> rows) {
  RowSet set;
  for (const uint64_t row : rows) {
    set.Add(row);
  }
  return set;
}

std::string_view RecordOf(const VectorFile& file, size_t index) {
  const auto [offset, length] = VectorFileRange(file.descriptors[index]);
  return std::string_view(file.bytes).substr(offset, length);
}

TEST(DeletionVectorCodecTest, Z85MatchesItsSpecification) {
  // The test vector of ZeroMQ RFC 32.
  const std::string bytes = Bytes({0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b});
  EXPECT_EQ(EncodeZ85(bytes), "HelloWorld");
  EXPECT_THAT(DecodeZ85("HelloWorld"), Holds(bytes));
}

TEST(DeletionVectorCodecTest, Z85GoesThereAndBack) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 500; ++round) {
    std::string bytes;
    const uint64_t groups = random() % 9;
    for (uint64_t index = 0; index < 4 * groups; ++index) {
      bytes += static_cast<char>(random());
    }
    ASSERT_THAT(DecodeZ85(EncodeZ85(bytes)), Holds(bytes));
  }
}

TEST(DeletionVectorCodecTest, Z85RefusesWhatIsNone) {
  EXPECT_THAT(DecodeZ85("Hell"), Fails(ErrorKind::kCorrupt));
  EXPECT_THAT(DecodeZ85("Hel\"o"), Fails(ErrorKind::kCorrupt));
  EXPECT_THAT(DecodeZ85("Hel\xffo"), Fails(ErrorKind::kCorrupt));
  EXPECT_THAT(DecodeZ85("#####"), Fails(ErrorKind::kCorrupt));
}

TEST(DeletionVectorCodecTest, ReadsInlineVectors) {
  const RowSet rows = Rows({3, 4, 7, 11, 18, 29});
  std::string payload = FormatVector(rows);
  DeletionVector vector;
  vector.storage_type = 'i';
  vector.size_bytes = static_cast<int32_t>(payload.size());
  vector.cardinality = 6;
  payload.resize((payload.size() + 3) / 4 * 4);
  vector.path_or_inline = EncodeZ85(payload);
  const Result<RowSet> parsed = ParseInlineVector(vector);
  ASSERT_THAT(parsed, IsOk());
  EXPECT_TRUE(*parsed == rows);
  vector.size_bytes -= 4;
  EXPECT_THAT(ParseInlineVector(vector), Fails(ErrorKind::kCorrupt));
}

TEST(DeletionVectorCodecTest, TheFormerFormatIsRefused) {
  // Six rows in the format that came before the portable one, from the protocol's text.
  DeletionVector vector;
  vector.storage_type = 'i';
  vector.path_or_inline = "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L";
  vector.size_bytes = 40;
  vector.cardinality = 6;
  EXPECT_THAT(ParseInlineVector(vector), Fails(ErrorKind::kCorrupt));
}

TEST(DeletionVectorCodecTest, NamesFilesAsTheProtocolDoes) {
  DeletionVector vector;
  vector.path_or_inline = "ab^-aqEH.-t@S}K{vb[*k^";
  EXPECT_THAT(VectorFileKey(vector),
              Holds(std::string("ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin")));
  vector.path_or_inline = "^-aqEH.-t@S}K{vb[*k^";
  EXPECT_THAT(VectorFileKey(vector),
              Holds(std::string("deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin")));
  vector.path_or_inline = "../x^-aqEH.-t@S}K{vb[*k^";
  EXPECT_THAT(VectorFileKey(vector), Fails(ErrorKind::kCorrupt));
  vector.path_or_inline = "short";
  EXPECT_THAT(VectorFileKey(vector), Fails(ErrorKind::kCorrupt));
}

TEST(DeletionVectorCodecTest, SeveralVectorsShareAFile) {
  base::Random random(5);
  RowSet many;
  many.AddRange(10, 100'000);
  const base::UuidBytes uuid = random.Uuid();
  const Result<VectorFile> file = FormatVectorFile({Rows({0}), many, Rows({1, 1ULL << 40})}, uuid);
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->key, "_limno/dv/deletion_vector_" + base::FormatUuid(uuid) + ".bin");
  ASSERT_EQ(file->descriptors.size(), 3U);
  EXPECT_EQ(file->descriptors[0].offset, 1);
  EXPECT_EQ(file->bytes[0], 1);
  for (size_t index = 0; index < 3; ++index) {
    EXPECT_THAT(VectorFileKey(file->descriptors[index]), Holds(file->key));
    EXPECT_THAT(ParseVectorRecord(RecordOf(*file, index), file->descriptors[index], "here"),
                IsOk());
  }
  EXPECT_TRUE(*ParseVectorRecord(RecordOf(*file, 1), file->descriptors[1], "here") == many);
}

TEST(DeletionVectorCodecTest, EveryDamagedByteIsNoticed) {
  base::Random random(5);
  const VectorFile file = *FormatVectorFile({Rows({3, 70'000, 1ULL << 33})}, random.Uuid());
  const DeletionVector& vector = file.descriptors[0];
  const std::string record(RecordOf(file, 0));
  for (size_t position = 0; position < record.size(); ++position) {
    std::string damaged = record;
    damaged[position] = static_cast<char>(damaged[position] ^ 0x10);
    EXPECT_THAT(ParseVectorRecord(damaged, vector, "here"), Fails(ErrorKind::kCorrupt));
    EXPECT_THAT(ParseVectorRecord(record.substr(0, position), vector, "here"),
                Fails(ErrorKind::kCorrupt));
  }
}

TEST(DeletionVectorCodecTest, SizeAndCardinalityMustAgreeWithTheLog) {
  base::Random random(5);
  const VectorFile file = *FormatVectorFile({Rows({3, 4}), Rows({5})}, random.Uuid());
  DeletionVector vector = file.descriptors[0];
  vector.cardinality = 3;
  EXPECT_THAT(ParseVectorRecord(RecordOf(file, 0), vector, "here"), Fails(ErrorKind::kCorrupt));
  vector = file.descriptors[0];
  vector.size_bytes += 1;
  EXPECT_THAT(ParseVectorRecord(std::string_view(file.bytes).substr(1), vector, "here"),
              Fails(ErrorKind::kCorrupt));
  vector.size_bytes = -5;
  EXPECT_THAT(ParseVectorRecord(std::string_view(file.bytes).substr(1), vector, "here"),
              Fails(ErrorKind::kCorrupt));
}

}  // namespace
}  // namespace limno::table::delta
