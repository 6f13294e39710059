#include "table/delta/checkpoint_write.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "table/delta/checkpoint_rows.h"
#include "table/delta/interval_text.h"
#include "table/delta/last_checkpoint.h"
#include "table/delta/log_path.h"
#include "table/delta/protocol.h"

namespace limno::table::delta {
namespace {

constexpr int64_t kDefaultInterval = 10;
constexpr int64_t kDefaultRetentionMillis = 7LL * 24 * 3600 * 1000;
const std::string* FindProperty(const Metadata& metadata, const std::string& name) {
  const auto found = metadata.properties.find(name);
  return found == metadata.properties.end() ? nullptr : &found->second;
}

/// One file of a checkpoint.
struct WrittenPart {
  int64_t rows = 0;
  storage::ObjectInfo info;
};

Result<WrittenPart> WritePart(const Environment& environment, const std::string& key,
                              const CheckpointContent& content, CheckpointPart part) {
  CheckpointRows rows(content, std::move(part));
  ArrowArrayStream stream;
  MakeArrowStream(
      rows.MakeRoot(), [&rows](ArrowColumn& root) { return rows.Fill(root); }, &stream);
  storage::ObjectStore& store = *environment.store;
  LIMNO_ASSIGN(const uint64_t size_bytes, environment.parquet->Write(store, key, &stream));
  LIMNO_TRY(store.Persist({key}));
  LIMNO_ASSIGN(storage::ObjectInfo info, store.Head(key));
  info.size_bytes = size_bytes;
  return WrittenPart{rows.rows(), std::move(info)};
}

Result<LastCheckpoint> WriteClassic(const Environment& environment,
                                    const CheckpointContent& content) {
  const int64_t version = content.snapshot.version;
  LIMNO_ASSIGN(const WrittenPart written,
               WritePart(environment, CheckpointKey(version), content,
                         {TableActions(content.snapshot), 0, content.file_actions()}));
  return LastCheckpoint{version, written.rows, static_cast<int64_t>(written.info.size_bytes),
                        static_cast<int64_t>(content.files.size()), std::nullopt};
}

Result<LastCheckpoint> WriteV2(const Environment& environment, const CheckpointContent& content) {
  const int64_t version = content.snapshot.version;
  LastCheckpoint last;
  last.version = version;
  last.add_count = static_cast<int64_t>(content.files.size());
  LastV2Checkpoint v2;
  const size_t total = content.file_actions();
  const bool inlined = total <= kMaxInlineActions;
  for (size_t begin = 0; !inlined && begin < total; begin += kSidecarActions) {
    const std::string name = base::FormatUuid(environment.random->Uuid()) + ".parquet";
    LIMNO_ASSIGN(const WrittenPart written,
                 WritePart(environment, std::string(kSidecarFolder) + name, content,
                           {{}, begin, std::min(begin + kSidecarActions, total)}));
    const auto size_bytes = static_cast<int64_t>(written.info.size_bytes);
    v2.sidecars.push_back({name, size_bytes, written.info.modified_millis});
    last.actions += written.rows;
    last.size_bytes += size_bytes;
  }
  v2.table_actions = TableActions(content.snapshot);
  v2.table_actions.emplace_back(CheckpointMetadata{version});
  CheckpointPart top{v2.table_actions, 0, inlined ? total : 0};
  top.table_actions.insert(top.table_actions.end(), v2.sidecars.begin(), v2.sidecars.end());
  v2.key = UuidCheckpointKey(version, base::FormatUuid(environment.random->Uuid()));
  LIMNO_ASSIGN(const WrittenPart written, WritePart(environment, v2.key, content, std::move(top)));
  v2.size_bytes = static_cast<int64_t>(written.info.size_bytes);
  v2.modified_millis = written.info.modified_millis;
  last.actions += written.rows;
  last.size_bytes += v2.size_bytes;
  last.v2 = std::move(v2);
  return last;
}

bool WantsV2(const DeltaSnapshot& snapshot) {
  const std::string* policy = FindProperty(snapshot.metadata, "delta.checkpointPolicy");
  return policy != nullptr && *policy == "v2" && HasFeature(snapshot.protocol, "v2Checkpoint");
}

/// A whole checkpoint of that version is there. An empty file under the classic name, which some
/// writer left when it died, makes room for one.
Result<bool> HasCheckpoint(storage::ObjectStore& store, int64_t version) {
  LIMNO_ASSIGN(const storage::ListPage page, store.List(CheckpointPrefix(version)));
  for (const storage::ObjectInfo& object : page.objects) {
    if (object.key == CheckpointKey(version) && object.size_bytes == 0) {
      LIMNO_TRY(store.Delete(object.key));
    }
  }
  return std::any_of(page.objects.begin(), page.objects.end(), [](const auto& object) {
    const std::optional<LogFileName> name = ParseLogKey(object.key);
    return name && name->kind != LogFileKind::kCheckpointPart && object.size_bytes > 0;
  });
}

}  // namespace

int64_t CheckpointInterval(const Metadata& metadata) {
  int64_t interval = kDefaultInterval;
  if (const std::string* text = FindProperty(metadata, "delta.checkpointInterval")) {
    int64_t stated = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), stated);
    if (error == std::errc() && end == text->data() + text->size() && stated > 0) {
      interval = stated;
    }
  }
  return interval;
}

bool IsCheckpointDue(const DeltaSnapshot& snapshot) {
  return snapshot.version > 0 && snapshot.version % CheckpointInterval(snapshot.metadata) == 0;
}

Result<void> WriteCheckpoint(const Environment& environment, const DeltaSnapshot& snapshot) {
  // A checkpoint that is there holds the same and may have a checksum beside it.
  LIMNO_ASSIGN(const bool there, HasCheckpoint(*environment.store, snapshot.version));
  if (there) {
    return {};
  }
  const base::UnixMillis now = environment.clock->Now();
  const CheckpointContent content =
      ContentOf(snapshot, now - TombstoneRetentionMillis(snapshot.metadata));
  const Result<LastCheckpoint> last =
      WantsV2(snapshot) ? WriteV2(environment, content) : WriteClassic(environment, content);
  if (!last && last.error().kind == ErrorKind::kAlreadyExists) {
    // Who was faster says so in _last_checkpoint, with the numbers of that file.
    return {};
  }
  LIMNO_TRY(last);
  return WriteLastCheckpoint(*environment.store, *last);
}

int64_t TombstoneRetentionMillis(const Metadata& metadata) {
  const std::string* text = FindProperty(metadata, "delta.deletedFileRetentionDuration");
  return text == nullptr ? kDefaultRetentionMillis
                         : ParseIntervalMillis(*text).value_or(kDefaultRetentionMillis);
}

}  // namespace limno::table::delta
