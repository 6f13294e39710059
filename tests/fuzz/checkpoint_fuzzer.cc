// Any columns and rows as a Parquet checkpoint: columns that are missing, of other types or null,
// and any values in them, are actions or an error. What was read as a table is written as a
// checkpoint and reads the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "byte_source.h"
#include "table/arrow_build.h"
#include "table/delta/checkpoint_read.h"
#include "table/delta/checkpoint_rows.h"
#include "table/delta/log_replay.h"
#include "table/delta/parsed_statistics.h"

namespace delta = limno::table::delta;
using limno::table::ArrowColumn;

namespace {

/// A column by its type: t(ext), i(nt), l(ong), b(ool), m(ap), s(equence), {}.
struct Shape {
  const char* name;
  char type;
  std::vector<Shape> children = {};
};

Shape Vector() {
  return {"deletionVector",
          '{',
          {{"storageType", 't'},
           {"pathOrInlineDv", 't'},
           {"offset", 'i'},
           {"sizeInBytes", 'i'},
           {"cardinality", 'l'}}};
}

const std::vector<Shape>& Shapes() {
  static const std::vector<Shape> shapes = {
      {"protocol",
       '{',
       {{"minReaderVersion", 'i'},
        {"minWriterVersion", 'i'},
        {"readerFeatures", 's'},
        {"writerFeatures", 's'}}},
      {"metaData",
       '{',
       {{"id", 't'},
        {"name", 't'},
        {"format", '{', {{"provider", 't'}, {"options", 'm'}}},
        {"schemaString", 't'},
        {"partitionColumns", 's'},
        {"configuration", 'm'},
        {"createdTime", 'l'}}},
      {"add",
       '{',
       {{"path", 't'},
        {"partitionValues", 'm'},
        {"size", 'l'},
        {"modificationTime", 'l'},
        {"dataChange", 'b'},
        {"stats", 't'},
        {"tags", 'm'},
        Vector(),
        {"baseRowId", 'l'},
        {"defaultRowCommitVersion", 'l'},
        {"stats_parsed",
         '{',
         {{"numRecords", 'l'},
          {"minValues", '{', {{"a", 'l'}, {"p", 't'}}},
          {"maxValues", '{', {{"a", 'l'}, {"p", 't'}}},
          {"nullCount", '{', {{"a", 'l'}, {"p", 'l'}}}}}}},
      {"remove",
       '{',
       {{"path", 't'},
        {"deletionTimestamp", 'l'},
        {"dataChange", 'b'},
        {"extendedFileMetadata", 'b'},
        {"partitionValues", 'm'},
        {"size", 'l'},
        Vector()}},
      {"txn", '{', {{"appId", 't'}, {"version", 'l'}, {"lastUpdated", 'l'}}},
      {"domainMetadata", '{', {{"domain", 't'}, {"configuration", 't'}, {"removed", 'b'}}},
      {"sidecar", '{', {{"path", 't'}, {"sizeInBytes", 'l'}, {"modificationTime", 'l'}}},
      {"checkpointMetadata", '{', {{"version", 'l'}}}};
  return shapes;
}

class Batch {
 public:
  explicit Batch(limno::fuzz::ByteSource& data) : data_(data) {}

  /// The shape with damage: what the seed says is left out or has another type.
  std::vector<Shape> Damaged(const std::vector<Shape>& shapes) {
    std::vector<Shape> damaged;
    for (Shape shape : shapes) {
      const auto what = data_.Below(41);
      if (what == 0) {
        continue;
      }
      if (what == 1) {
        shape.type = "tilbms"[data_.Below(6)];
        shape.children.clear();
      }
      shape.children = Damaged(shape.children);
      damaged.push_back(std::move(shape));
    }
    return damaged;
  }

  static ArrowColumn Make(const Shape& shape) {
    switch (shape.type) {
      case 't':
        return ArrowColumn::Utf8(shape.name);
      case 'i':
        return ArrowColumn::Int32(shape.name);
      case 'l':
        return ArrowColumn::Int64(shape.name);
      case 'b':
        return ArrowColumn::Bool(shape.name);
      case 'm':
        return ArrowColumn::StringMap(shape.name);
      case 's':
        return ArrowColumn::StringList(shape.name);
      default: {
        std::vector<ArrowColumn> children;
        for (const Shape& child : shape.children) {
          children.push_back(Make(child));
        }
        return ArrowColumn::Struct(shape.name, std::move(children));
      }
    }
  }

  void Fill(const Shape& shape, ArrowColumn& column) {
    if (data_.Below(8) == 7) {
      return column.AppendNull();
    }
    switch (shape.type) {
      case 't':
        return column.Append(Text());
      case 'i':
        return column.Append(int64_t{data_.Byte()} - 16);
      case 'l':
        return column.Append(data_.Bool() ? data_.Integer() : int64_t{data_.Byte()});
      case 'b':
        return column.AppendBool(data_.Bool());
      case 'm':
        for (size_t count = data_.Below(4); count > 0; --count) {
          column.AppendEntry(Text(), data_.Bool() ? std::optional(Text()) : std::nullopt);
        }
        return column.EndRow();
      case 's':
        for (size_t count = data_.Below(4); count > 0; --count) {
          column.AppendElement(Text());
        }
        return column.EndRow();
      default:
        for (size_t index = 0; index < shape.children.size(); ++index) {
          Fill(shape.children[index], column.child(index));
        }
        return column.AppendStruct();
    }
  }

 private:
  std::string Text() {
    static const std::string known[] = {
        "a",
        "p",
        "part-1.parquet",
        "u",
        "i",
        "deletionVectors",
        "delta.enableInCommitTimestamps",
        "true",
        R"({"numRecords":3,"minValues":{"a":1},"maxValues":{"a":9},"nullCount":{"a":0}})",
        R"({"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":{}},)"
        R"({"name":"p","type":"string","nullable":true,"metadata":{}}]})"};
    return data_.Below(4) < 3 ? known[data_.Below(std::size(known))] : data_.Text(40);
  }

  limno::fuzz::ByteSource& data_;
};

/// Hands the column's rows over as Arrow structures and lets go of them.
limno::Result<std::vector<delta::Action>> ActionsOf(ArrowColumn& root) {
  ArrowSchema schema;
  ArrowArray array;
  root.ExportSchema(&schema);
  root.ExportArray(&array);
  auto actions = delta::ActionsOfBatch(schema, array);
  schema.release(&schema);
  array.release(&array);
  return actions;
}

limno::Result<delta::DeltaSnapshotPtr> Replay(std::vector<delta::Action> actions) {
  delta::LogReplay replay{delta::DeltaSnapshot()};
  LIMNO_TRY(replay.ApplyCheckpoint(0, 0, std::move(actions), "fuzz.checkpoint.parquet"));
  return replay.Finish("fuzz.checkpoint.parquet");
}

void CheckWritten(const delta::DeltaSnapshot& snapshot) {
  const delta::CheckpointContent content = delta::ContentOf(snapshot, INT64_MIN);
  delta::CheckpointRows rows(content, {delta::TableActions(snapshot), 0, content.file_actions()});
  ArrowColumn root = rows.MakeRoot();
  std::vector<delta::Action> all;
  while (true) {
    const auto more = rows.Fill(root);
    if (!more) {
      std::abort();
    }
    if (!*more) {
      break;
    }
    const auto actions = ActionsOf(root);
    if (!actions) {
      std::abort();
    }
    all.insert(all.end(), actions->begin(), actions->end());
  }
  const auto again = Replay(std::move(all));
  if (!again || !((*again)->totals == snapshot.totals) ||
      (*again)->tombstones.size() != snapshot.tombstones.size() ||
      (*again)->protocol != snapshot.protocol) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  limno::fuzz::ByteSource data(bytes, size);
  Batch batch(data);
  const std::vector<Shape> shapes = batch.Damaged(Shapes());
  std::vector<ArrowColumn> columns;
  for (const Shape& shape : shapes) {
    columns.push_back(Batch::Make(shape));
  }
  if (columns.empty()) {
    return 0;
  }
  ArrowColumn root = ArrowColumn::Struct("", std::move(columns));
  const size_t rows = 1 + data.Below(8);
  for (size_t row = 0; row < rows; ++row) {
    const size_t chosen = row < shapes.size() && !data.Bool() ? row : data.Below(shapes.size());
    for (size_t index = 0; index < shapes.size(); ++index) {
      if (index == chosen) {
        batch.Fill(shapes[index], root.child(index));
      } else {
        root.child(index).AppendNull();
      }
    }
    root.AppendStruct();
  }
  auto actions = ActionsOf(root);
  if (!actions) {
    return 0;
  }
  if (const auto snapshot = Replay(*std::move(actions))) {
    CheckWritten(**snapshot);
  }
  return 0;
}
