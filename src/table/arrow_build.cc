#include "table/arrow_build.h"

#include <fmt/format.h>

#include <utility>

namespace limno::table {
namespace {

enum class ColumnKind {
  kText,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFloat,
  kDouble,
  kDecimal,
  kBool,
  kStruct,
  kMap,
  kList
};

/// Everything an exported array points to; freed by its release callback.
struct ArrayMemory {
  std::vector<uint8_t> validity;
  std::vector<int32_t> offsets;
  std::vector<uint8_t> values;
  const void* buffers[3] = {nullptr, nullptr, nullptr};
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
};

struct SchemaMemory {
  std::string name;
  std::string format;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
};

void ReleaseArray(ArrowArray* array) {
  for (int64_t index = 0; index < array->n_children; ++index) {
    if (array->children[index]->release != nullptr) {
      array->children[index]->release(array->children[index]);
    }
  }
  delete static_cast<ArrayMemory*>(array->private_data);
  array->release = nullptr;
}

void ReleaseSchema(ArrowSchema* schema) {
  for (int64_t index = 0; index < schema->n_children; ++index) {
    if (schema->children[index]->release != nullptr) {
      schema->children[index]->release(schema->children[index]);
    }
  }
  delete static_cast<SchemaMemory*>(schema->private_data);
  schema->release = nullptr;
}

bool HasOffsets(ColumnKind kind) {
  return kind == ColumnKind::kText || kind == ColumnKind::kMap || kind == ColumnKind::kList;
}

bool HasValues(ColumnKind kind) {
  return kind != ColumnKind::kStruct && kind != ColumnKind::kMap && kind != ColumnKind::kList;
}

void SetBit(std::vector<uint8_t>& bits, int64_t position, bool bit) {
  const auto index = static_cast<size_t>(position);
  if (index % 8 == 0) {
    bits.push_back(0);
  }
  bits[index / 8] = static_cast<uint8_t>(bits[index / 8] | ((bit ? 1U : 0U) << (index % 8)));
}

/// Bytes of one value; 0 where values have no fixed width. Buffers are little-endian, as are we.
size_t WidthOf(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kInt8:
      return 1;
    case ColumnKind::kInt16:
      return 2;
    case ColumnKind::kInt32:
    case ColumnKind::kFloat:
      return 4;
    case ColumnKind::kInt64:
    case ColumnKind::kDouble:
      return 8;
    case ColumnKind::kDecimal:
      return 16;
    default:
      return 0;
  }
}

template <typename Number>
void AppendBytes(std::vector<uint8_t>& out, Number value) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof(value));
}

}  // namespace

struct ArrowColumn::Data {
  ColumnKind kind = ColumnKind::kText;
  std::string name;
  /// Arrow's format string.
  std::string format = "u";
  bool nullable = true;
  std::vector<ArrowColumn> children;

  int64_t length = 0;
  int64_t null_count = 0;
  std::vector<uint8_t> validity;
  /// The first offset, 0, is implied until export.
  std::vector<int32_t> offsets;
  std::vector<uint8_t> values;

  void EndRow(bool valid) {
    SetBit(validity, length, valid);
    ++length;
    null_count += valid ? 0 : 1;
    if (kind == ColumnKind::kText) {
      offsets.push_back(static_cast<int32_t>(values.size()));
    } else if (HasOffsets(kind)) {
      offsets.push_back(static_cast<int32_t>(children[0].length()));
    }
  }
};

namespace {

void ExportChildren(std::vector<ArrowColumn>& columns, ArrayMemory& memory) {
  memory.children.resize(columns.size());
  for (size_t index = 0; index < columns.size(); ++index) {
    columns[index].ExportArray(&memory.children[index]);
    memory.child_pointers.push_back(&memory.children[index]);
  }
}

}  // namespace

ArrowColumn::ArrowColumn(std::unique_ptr<Data> data) : data_(std::move(data)) {}
ArrowColumn::ArrowColumn(ArrowColumn&&) noexcept = default;
ArrowColumn& ArrowColumn::operator=(ArrowColumn&&) noexcept = default;
ArrowColumn::~ArrowColumn() = default;

namespace {

struct ColumnFormat {
  ColumnKind kind;
  std::string format;
};

std::optional<ColumnFormat> FormatOf(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return {{ColumnKind::kBool, "b"}};
    case TypeKind::kByte:
      return {{ColumnKind::kInt8, "c"}};
    case TypeKind::kShort:
      return {{ColumnKind::kInt16, "s"}};
    case TypeKind::kInteger:
      return {{ColumnKind::kInt32, "i"}};
    case TypeKind::kLong:
      return {{ColumnKind::kInt64, "l"}};
    case TypeKind::kFloat:
      return {{ColumnKind::kFloat, "f"}};
    case TypeKind::kDouble:
      return {{ColumnKind::kDouble, "g"}};
    case TypeKind::kDecimal:
      return {{ColumnKind::kDecimal, fmt::format("d:{},{}", type.precision, type.scale)}};
    case TypeKind::kString:
      return {{ColumnKind::kText, "u"}};
    case TypeKind::kBinary:
      return {{ColumnKind::kText, "z"}};
    case TypeKind::kDate:
      return {{ColumnKind::kInt32, "tdD"}};
    case TypeKind::kTimestamp:
      return {{ColumnKind::kInt64, "tsu:UTC"}};
    case TypeKind::kTimestampNtz:
      return {{ColumnKind::kInt64, "tsu:"}};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<ArrowColumn> ArrowColumn::OfType(std::string name, const DataType& type) {
  std::optional<ColumnFormat> format = FormatOf(type);
  if (!format) {
    return std::nullopt;
  }
  ArrowColumn column = Utf8(std::move(name));
  column.data_->kind = format->kind;
  column.data_->format = std::move(format->format);
  return column;
}

ArrowColumn ArrowColumn::Utf8(std::string name) {
  auto data = std::make_unique<Data>();
  data->name = std::move(name);
  return ArrowColumn(std::move(data));
}

ArrowColumn ArrowColumn::Int32(std::string name) {
  return *OfType(std::move(name), Primitive(TypeKind::kInteger));
}

ArrowColumn ArrowColumn::Int64(std::string name) {
  return *OfType(std::move(name), Primitive(TypeKind::kLong));
}

ArrowColumn ArrowColumn::Bool(std::string name) {
  return *OfType(std::move(name), Primitive(TypeKind::kBoolean));
}

ArrowColumn ArrowColumn::Struct(std::string name, std::vector<ArrowColumn> children) {
  ArrowColumn column = Utf8(std::move(name));
  column.data_->kind = ColumnKind::kStruct;
  column.data_->format = "+s";
  column.data_->children = std::move(children);
  return column;
}

ArrowColumn ArrowColumn::StringMap(std::string name) {
  std::vector<ArrowColumn> members;
  members.push_back(Utf8("key"));
  members[0].data_->nullable = false;
  members.push_back(Utf8("value"));
  ArrowColumn column = Utf8(std::move(name));
  column.data_->kind = ColumnKind::kMap;
  column.data_->format = "+m";
  column.data_->children.push_back(Struct("key_value", std::move(members)));
  column.data_->children[0].data_->nullable = false;
  return column;
}

ArrowColumn ArrowColumn::StringList(std::string name) {
  ArrowColumn column = Utf8(std::move(name));
  column.data_->kind = ColumnKind::kList;
  column.data_->format = "+l";
  column.data_->children.push_back(Utf8("element"));
  return column;
}

void ArrowColumn::AppendNull() {
  if (data_->kind == ColumnKind::kBool) {
    SetBit(data_->values, data_->length, false);
  } else if (data_->kind == ColumnKind::kStruct) {
    for (ArrowColumn& inner : data_->children) {
      inner.AppendNull();
    }
  } else {
    data_->values.resize(data_->values.size() + WidthOf(data_->kind));
  }
  data_->EndRow(false);
}

void ArrowColumn::Append(std::string_view value) {
  data_->values.insert(data_->values.end(), value.begin(), value.end());
  data_->EndRow(true);
}

void ArrowColumn::Append(int64_t value) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
  data_->values.insert(data_->values.end(), bytes, bytes + WidthOf(data_->kind));
  data_->EndRow(true);
}

void ArrowColumn::AppendDouble(double value) {
  if (data_->kind == ColumnKind::kFloat) {
    AppendBytes(data_->values, static_cast<float>(value));
  } else {
    AppendBytes(data_->values, value);
  }
  data_->EndRow(true);
}

void ArrowColumn::AppendDecimal(WideInteger unscaled) {
  AppendBytes(data_->values, unscaled);
  data_->EndRow(true);
}

void ArrowColumn::AppendBool(bool value) {
  SetBit(data_->values, data_->length, value);
  data_->EndRow(true);
}

void ArrowColumn::AppendOptional(const std::optional<std::string>& value) {
  if (value) {
    Append(std::string_view(*value));
  } else {
    AppendNull();
  }
}

void ArrowColumn::AppendOptional(const std::optional<int64_t>& value) {
  if (value) {
    Append(*value);
  } else {
    AppendNull();
  }
}

void ArrowColumn::AppendEntry(std::string_view key, const std::optional<std::string>& value) {
  ArrowColumn& entries = data_->children[0];
  entries.child(0).Append(key);
  entries.child(1).AppendOptional(value);
  entries.AppendStruct();
}

void ArrowColumn::AppendElement(std::string_view value) { data_->children[0].Append(value); }

void ArrowColumn::EndRow() { data_->EndRow(true); }

void ArrowColumn::AppendStruct() { data_->EndRow(true); }

ArrowColumn& ArrowColumn::child(size_t index) { return data_->children[index]; }

int64_t ArrowColumn::length() const { return data_->length; }

size_t ArrowColumn::size_bytes() const {
  size_t total = data_->values.size() + data_->offsets.size() * sizeof(int32_t);
  for (const ArrowColumn& inner : data_->children) {
    total += inner.size_bytes();
  }
  return total;
}

void ArrowColumn::ExportSchema(ArrowSchema* out) const {
  auto memory = std::make_unique<SchemaMemory>();
  memory->name = data_->name;
  memory->format = data_->format;
  memory->children.resize(data_->children.size());
  for (size_t index = 0; index < data_->children.size(); ++index) {
    data_->children[index].ExportSchema(&memory->children[index]);
    memory->child_pointers.push_back(&memory->children[index]);
  }
  *out = ArrowSchema{};
  out->format = memory->format.c_str();
  out->name = memory->name.c_str();
  out->flags = data_->nullable ? ARROW_FLAG_NULLABLE : 0;
  out->n_children = static_cast<int64_t>(memory->children.size());
  out->children = memory->child_pointers.data();
  out->release = ReleaseSchema;
  out->private_data = memory.release();
}

void ArrowColumn::ExportArray(ArrowArray* out) {
  auto memory = std::make_unique<ArrayMemory>();
  memory->validity = std::exchange(data_->validity, {});
  memory->values = std::exchange(data_->values, {});
  memory->offsets = std::exchange(data_->offsets, {});
  memory->offsets.insert(memory->offsets.begin(), 0);
  ExportChildren(data_->children, *memory);
  int64_t buffers = 0;
  memory->buffers[buffers++] = data_->null_count > 0 ? memory->validity.data() : nullptr;
  if (HasOffsets(data_->kind)) {
    memory->buffers[buffers++] = memory->offsets.data();
  }
  if (HasValues(data_->kind)) {
    // A reader may not expect a null pointer where there are no bytes.
    memory->values.reserve(1);
    memory->buffers[buffers++] = memory->values.data();
  }
  *out = ArrowArray{};
  out->length = std::exchange(data_->length, 0);
  out->null_count = std::exchange(data_->null_count, 0);
  out->n_buffers = buffers;
  out->buffers = memory->buffers;
  out->n_children = static_cast<int64_t>(memory->children.size());
  out->children = memory->child_pointers.data();
  out->release = ReleaseArray;
  out->private_data = memory.release();
}

namespace {

struct StreamState {
  ArrowColumn root;
  ArrowBatchFiller fill;
  std::string last_error;
};

StreamState& StateOf(ArrowArrayStream* stream) {
  return *static_cast<StreamState*>(stream->private_data);
}

int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
  StateOf(stream).root.ExportSchema(out);
  return 0;
}

int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
  constexpr int kInputOutputError = 5;
  StreamState& state = StateOf(stream);
  const Result<bool> filled = state.fill(state.root);
  if (!filled) {
    state.last_error = filled.error().ToString();
    return kInputOutputError;
  }
  *out = ArrowArray{};
  if (*filled) {
    state.root.ExportArray(out);
  }
  return 0;
}

const char* GetLastError(ArrowArrayStream* stream) {
  const std::string& error = StateOf(stream).last_error;
  return error.empty() ? nullptr : error.c_str();
}

void ReleaseStream(ArrowArrayStream* stream) {
  delete static_cast<StreamState*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

void MakeArrowStream(ArrowColumn root, ArrowBatchFiller fill, ArrowArrayStream* out) {
  out->get_schema = GetSchema;
  out->get_next = GetNext;
  out->get_last_error = GetLastError;
  out->release = ReleaseStream;
  out->private_data = new StreamState{std::move(root), std::move(fill), {}};
}

}  // namespace limno::table
