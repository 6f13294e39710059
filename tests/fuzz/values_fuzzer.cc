// Any text as a value of any type: as a partition value, where what is taken keeps its meaning, and
// makes names that stores take; as a bound in statistics, where the lower one never lies above the
// upper; as statistics of a whole file, which are understood or left out.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/object_store.h"
#include "table/delta/partition_path.h"
#include "table/delta/statistics_json.h"
#include "table/delta/statistics_values.h"
#include "table/percent_coding.h"
#include "table/timestamp_text.h"

namespace delta = limno::table::delta;
namespace table = limno::table;
using table::TypeKind;

namespace {

const std::vector<table::DataType>& Types() {
  static const std::vector<table::DataType> types = {table::Primitive(TypeKind::kBoolean),
                                                     table::Primitive(TypeKind::kByte),
                                                     table::Primitive(TypeKind::kShort),
                                                     table::Primitive(TypeKind::kInteger),
                                                     table::Primitive(TypeKind::kLong),
                                                     table::Primitive(TypeKind::kFloat),
                                                     table::Primitive(TypeKind::kDouble),
                                                     table::Decimal(10, 2),
                                                     table::Decimal(38, 38),
                                                     table::Primitive(TypeKind::kString),
                                                     table::Primitive(TypeKind::kBinary),
                                                     table::Primitive(TypeKind::kDate),
                                                     table::Primitive(TypeKind::kTimestamp),
                                                     table::Primitive(TypeKind::kTimestampNtz)};
  return types;
}

void CheckPartition(const table::DataType& type, std::string_view text) {
  const auto value = delta::FormatPartitionValue(type, text);
  if (value && *value) {
    const auto again = delta::FormatPartitionValue(type, **value);
    if (!again || *again != *value) {
      std::abort();
    }
  }
  const table::PartitionValues partition = {{"p", std::string(text)}, {std::string(text), "v"}};
  limno::base::Random random(1);
  for (const std::string& key :
       {delta::NewDataFileKey(partition, random), delta::NewChangeFileKey(partition, random)}) {
    if (!limno::storage::CheckKey(key)) {
      std::abort();
    }
  }
}

void CheckBound(const table::DataType& type, std::string_view text, bool quoted) {
  const auto low = delta::ParseBound(type, text, quoted, delta::Bound::kMin);
  const auto high = delta::ParseBound(type, text, quoted, delta::Bound::kMax);
  if (low.has_value() != high.has_value() && type.kind != TypeKind::kString) {
    // A maximum may lie beyond what its type can say; a minimum then has to be there.
    if (!low) {
      std::abort();
    }
  }
  if (type.kind == TypeKind::kString && low && high && high->text < low->text) {
    std::abort();
  }
  (void)delta::FormatBound(type, text, delta::Bound::kMin);
  (void)delta::FormatBound(type, text, delta::Bound::kMax);
}

void CheckStatistics(std::string_view text) {
  table::Metadata metadata;
  for (const table::DataType& type : Types()) {
    metadata.schema.fields.push_back(
        {"c" + std::to_string(metadata.schema.fields.size()), type, true, {}});
  }
  metadata.schema.fields.push_back(
      {"s", table::StructOf({{"x", table::Primitive(TypeKind::kLong), true, {}}}), true, {}});
  const table::FileStatistics parsed = delta::ParseStatistics(text, metadata.schema);
  const std::string formatted = delta::FormatStatistics(parsed, metadata);
  const table::FileStatistics again = delta::ParseStatistics(formatted, metadata.schema);
  if (parsed.row_count && *parsed.row_count >= 0 && again.row_count != parsed.row_count) {
    std::abort();
  }
  (void)delta::StatedRowCount(text);
  const auto loosened = delta::StatedRowCount(delta::LoosenStatistics(text, 7));
  if (!loosened || *loosened != 7) {
    std::abort();
  }
}

void CheckTime(std::string_view text) {
  const auto parsed = table::ParseTimestamp(text);
  if (!parsed) {
    return;
  }
  const auto shown = table::FormatTimestamp(parsed->micros, ' ', 6);
  // An offset may carry a time out of the years that have a text.
  if (shown && table::ParseTimestamp(*shown)->micros != parsed->micros) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const table::DataType& type = Types()[data[0] % Types().size()];
  CheckPartition(type, text);
  CheckBound(type, text, data[0] >= 128);
  CheckStatistics(text);
  CheckTime(text);
  if (const auto decoded = table::PercentDecode(text)) {
    const auto kept = [](unsigned char byte) { return byte != '%' && byte >= ' ' && byte < 127; };
    if (table::PercentDecode(table::PercentEncode(*decoded, kept)) != decoded) {
      std::abort();
    }
  }
  return 0;
}
