// Which files brought the rows that some versions added.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "table/data_file.h"
#include "table/delta/actions.h"

namespace limno::table::delta {

/// Takes the commits of consecutive versions and tells where the rows that they added lie after the
/// last of them: each row once, none that was there before but those that share a file with a row
/// that was rewritten.
///
/// A commit that only rearranges rows (OPTIMIZE) leaves new rows in other files. Where all that it
/// read was new, these take the place of the files read. Where it also read older rows, the files
/// read go on standing for the new rows until something changes the rows of a file it wrote: from
/// then on that which it wrote stands for them, older rows included.
class AddedFiles {
 public:
  /// The next version.
  void Apply(const std::vector<Action>& actions);
  /// In the order in which they came.
  std::vector<DataFilePtr> Take();

 private:
  struct Entry {
    DataFilePtr file;
    int64_t order = 0;
    /// It lies no longer in the table; files of a mixture hold its rows.
    bool is_rearranged = false;
  };
  /// New rows that were written together with older ones. Everything by canonical path.
  struct Mixture {
    int64_t order = 0;
    std::unordered_set<std::string> sources;
    std::unordered_map<std::string, DataFilePtr> carriers;
  };
  using MixturePtr = std::shared_ptr<Mixture>;
  struct Commit;
  struct Rearrangement;

  void DissolveChangedMixtures(const Commit& commit);
  void Dissolve(const MixturePtr& mixture);
  void Rearrange(const Rearrangement& rearrangement);
  void Mix(const std::vector<std::string>& sources, const std::vector<MixturePtr>& mixtures,
           const Rearrangement& rearrangement);
  void ApplyRemoves(const Commit& commit);
  void ApplyAdds(const Commit& commit);
  bool IsTracked(const std::string& key) const;

  std::unordered_map<std::string, Entry> files_;
  /// The mixture of each carrier.
  std::unordered_map<std::string, MixturePtr> carriers_;
  /// Files that were there before and went: brought back (RESTORE), they bring nothing new.
  std::unordered_set<std::string> gone_;
  int64_t next_order_ = 0;
};

}  // namespace limno::table::delta
