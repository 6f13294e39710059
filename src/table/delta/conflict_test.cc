#include "table/delta/conflict.h"

#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/protocol.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using testing::HasSubstr;

DataFile File(const std::string& path) {
  DataFile file;
  file.path = path;
  return file;
}

Remove RemoveOf(const std::string& path, bool data_change = true) {
  Remove remove;
  remove.path = path;
  remove.data_change = data_change;
  return remove;
}

/// A table of the files a and b; everything that conflicts happens on top of it.
class ConflictTest : public testing::Test {
 protected:
  ConflictTest() {
    before_.version = 4;
    before_.protocol = Protocol{1, 2, {}, {}};
    before_.metadata.id = "table";
    before_.metadata.properties["delta.enableDeletionVectors"] = "false";
    before_.metadata.schema.fields.push_back({"id", Primitive(TypeKind::kLong), true, {}});
    before_.files = before_.files.With(
        {std::make_shared<const DataFile>(File("a")), std::make_shared<const DataFile>(File("b"))},
        {});
  }

  // What we do.
  static Change Insert() {
    Change change;
    change.operation.name = "WRITE";
    change.added.push_back(File("mine"));
    return change;
  }
  /// Reads the whole table, changes file a.
  Change Update() const {
    Change change = Insert();
    change.operation.name = "UPDATE";
    change.removed.push_back(before_.files.Find("a"));
    change.reads.might_match = [](const DataFile&) { return true; };
    change.reads.file_keys = {"a"};
    return change;
  }
  /// Reads nothing but file a, and nothing that is added could be meant.
  Change NarrowUpdate() const {
    Change change = Update();
    change.reads.might_match = [](const DataFile&) { return false; };
    return change;
  }
  Change Optimize() const {
    Change change = Update();
    change.operation.name = "OPTIMIZE";
    change.data_change = false;
    return change;
  }
  Change Alter() const {
    Change change;
    change.operation.name = "ADD COLUMNS";
    change.metadata = before_.metadata;
    change.metadata->schema.fields.push_back({"new", Primitive(TypeKind::kLong), true, {}});
    return change;
  }

  // What the winner did.
  static Winner Won(const char* operation, std::vector<Action> actions) {
    CommitInfo info;
    info.operation = operation;
    info.engine_info = "Other/1";
    actions.insert(actions.begin(), info);
    return {5, std::move(actions)};
  }
  static Winner Inserted() { return Won("WRITE", {Add{File("x")}}); }
  static Winner Updated(const std::string& path) {
    return Won("UPDATE", {RemoveOf(path), Add{File("x")}});
  }
  static Winner Optimized(const std::string& path) {
    DataFile file = File("x");
    file.data_change = false;
    return Won("OPTIMIZE", {RemoveOf(path, false), Add{file}});
  }
  Winner Altered() const {
    MetadataAction action{before_.metadata};
    action.metadata.properties["delta.appendOnly"] = "true";
    return Won("SET TBLPROPERTIES", {action});
  }
  Winner SetProperty(const std::string& key, const std::string& value) const {
    MetadataAction action{before_.metadata};
    action.metadata.properties[key] = value;
    return Won("SET TBLPROPERTIES", {action});
  }
  Winner Upgraded(const std::vector<std::string>& features) const {
    return Won("UPGRADE", {WithFeatures(before_.protocol, features)});
  }

  Result<void> Check(const Change& ours, const Winner& winner,
                     const std::vector<std::string>& features = {}) const {
    return CheckConflict(ours, features, before_, winner);
  }

  DeltaSnapshot before_;
};

TEST_F(ConflictTest, TableOfOperations) {
  struct Row {
    const char* name;
    Change ours;
    Winner winner;
    bool conflict;
  };
  const Row rows[] = {
      {"insert after insert", Insert(), Inserted(), false},
      {"insert after update", Insert(), Updated("a"), false},
      {"insert after optimize", Insert(), Optimized("a"), false},
      {"insert after alter", Insert(), Altered(), true},
      {"update of all after insert", Update(), Inserted(), true},
      {"update of some after insert elsewhere", NarrowUpdate(), Inserted(), false},
      {"update after update of the same file", NarrowUpdate(), Updated("a"), true},
      {"update after update of another file", NarrowUpdate(), Updated("b"), false},
      {"update of all after optimize of another file", Update(), Optimized("b"), false},
      {"update after optimize of its file", Update(), Optimized("a"), true},
      {"update after alter", NarrowUpdate(), Altered(), true},
      {"optimize after insert", Optimize(), Inserted(), false},
      {"optimize after update of another file", Optimize(), Updated("b"), false},
      {"optimize after update of its file", Optimize(), Updated("a"), true},
      {"optimize after optimize of its file", Optimize(), Optimized("a"), true},
      {"optimize after alter", Optimize(), Altered(), true},
      {"alter after insert", Alter(), Inserted(), false},
      {"alter after update", Alter(), Updated("a"), false},
      {"alter after alter", Alter(), Altered(), true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    if (row.conflict) {
      EXPECT_THAT(Check(row.ours, row.winner), Fails(ErrorKind::kConflict));
    } else {
      EXPECT_THAT(Check(row.ours, row.winner), IsOk());
    }
  }
}

TEST_F(ConflictTest, SaysWhichVersionWhoAndWhy) {
  const Result<void> verdict = Check(NarrowUpdate(), Updated("a"));
  ASSERT_THAT(verdict, Fails(ErrorKind::kConflict));
  EXPECT_EQ(verdict.error().message,
            "version 5 (UPDATE by Other/1) came first and removed a file that this UPDATE read: a");
  EXPECT_THAT(verdict.error().hint, HasSubstr("again"));
}

TEST_F(ConflictTest, RowsDeletedFromOurFileAreAConflict) {
  DataFile changed = File("a");
  changed.deletion_vector = DeletionVector{'u', "x", 1, 10, 1};
  const Winner winner = Won("DELETE", {RemoveOf("a"), Add{changed}});
  Change ours = NarrowUpdate();
  const Result<void> verdict = Check(ours, winner);
  ASSERT_THAT(verdict, Fails(ErrorKind::kConflict));
  EXPECT_THAT(verdict.error().message, HasSubstr("deleted rows of"));
  ours.reads.file_keys.clear();
  EXPECT_THAT(Check(ours, winner), Fails(ErrorKind::kConflict));
}

TEST_F(ConflictTest, ReadingWithoutChangingConflictsToo) {
  Change ours = Insert();
  ours.reads.file_keys = {"b"};
  EXPECT_THAT(Check(ours, Updated("b")), Fails(ErrorKind::kConflict));
  EXPECT_THAT(Check(ours, Updated("a")), IsOk());
}

TEST_F(ConflictTest, PropertiesThatTouchNoDataAreHarmless) {
  for (const char* key :
       {"delta.enableDeletionVectors", "delta.checkpointPolicy", "delta.enableInCommitTimestamps",
        "delta.inCommitTimestampEnablementVersion"}) {
    EXPECT_THAT(Check(Insert(), SetProperty(key, "v")), IsOk()) << key;
    EXPECT_THAT(Check(Alter(), SetProperty(key, "v")), Fails(ErrorKind::kConflict)) << key;
  }
  EXPECT_THAT(Check(Insert(), SetProperty("x", "v")), Fails(ErrorKind::kConflict));
  Winner removed = Altered();
  std::get<MetadataAction>(removed.actions[1]).metadata.properties.clear();
  EXPECT_THAT(Check(Insert(), removed), Fails(ErrorKind::kConflict));
}

TEST_F(ConflictTest, MetadataWrittenAgainUnchangedIsNoChange) {
  const Winner winner = Won("RESTORE", {MetadataAction{before_.metadata}, before_.protocol});
  EXPECT_THAT(Check(Insert(), winner), IsOk());
  EXPECT_THAT(Check(Alter(), winner), IsOk());
}

TEST_F(ConflictTest, ProtocolChanges) {
  EXPECT_THAT(Check(Insert(), Upgraded({"deletionVectors"})), IsOk());
  EXPECT_THAT(Check(Insert(), Upgraded({"typeWidening"})), Fails(ErrorKind::kConflict));
  // New rows get their ids when they are planned again; rows that are rewritten must keep theirs.
  EXPECT_THAT(Check(Insert(), Upgraded({"domainMetadata", "rowTracking"})), IsOk());
  EXPECT_THAT(Check(NarrowUpdate(), Upgraded({"domainMetadata", "rowTracking"})),
              Fails(ErrorKind::kConflict));
  EXPECT_THAT(Check(Insert(), Upgraded({"inventedFeature"})), Fails(ErrorKind::kUnsupported));
  // Both add the same: nothing is left for us to add. Both add something: a conflict.
  EXPECT_THAT(Check(Insert(), Upgraded({"deletionVectors"}), {"deletionVectors"}), IsOk());
  EXPECT_THAT(Check(Insert(), Upgraded({"deletionVectors"}), {"timestampNtz"}),
              Fails(ErrorKind::kConflict));
  before_.protocol = WithFeatures(before_.protocol, {"deletionVectors", "domainMetadata"});
  const Winner dropped =
      Won("DROP FEATURE", {WithFeatures(Protocol{1, 2, {}, {}}, {"domainMetadata"})});
  EXPECT_THAT(Check(Insert(), dropped), Fails(ErrorKind::kConflict));
}

TEST_F(ConflictTest, ApplicationTransactions) {
  const Winner winner = Won("WRITE", {Transaction{"loader", 7, {}}, Add{File("x")}});
  Change ours = Insert();
  EXPECT_THAT(Check(ours, winner), IsOk());
  ours.app_transactions["other"] = 1;
  EXPECT_THAT(Check(ours, winner), IsOk());
  ours.app_transactions["loader"] = 8;
  EXPECT_THAT(Check(ours, winner), Fails(ErrorKind::kConflict));
  ours.app_transactions.clear();
  ours.reads.app_ids = {"loader"};
  EXPECT_THAT(Check(ours, winner), Fails(ErrorKind::kConflict));
}

TEST_F(ConflictTest, OneDomainCannotBeChangedTwice) {
  const Winner winner = Won("CLUSTER BY", {DomainMetadata{"delta.clustering", "{}", false}});
  Change ours = Insert();
  EXPECT_THAT(Check(ours, winner), IsOk());
  ours.domains["app"] = "1";
  EXPECT_THAT(Check(ours, winner), IsOk());
  ours.domains["delta.clustering"] = std::nullopt;
  EXPECT_THAT(Check(ours, winner), Fails(ErrorKind::kConflict));
}

TEST_F(ConflictTest, ACommitWithoutInfoIsJudgedByItsActions) {
  const Winner winner{5, {RemoveOf("a")}};
  const Result<void> verdict = Check(NarrowUpdate(), winner);
  ASSERT_THAT(verdict, Fails(ErrorKind::kConflict));
  EXPECT_THAT(verdict.error().message, HasSubstr("version 5 (an unnamed operation)"));
}

}  // namespace
}  // namespace limno::table::delta
