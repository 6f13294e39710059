#include "table/delta/mentioned_files.h"

#include <memory>

#include "table/delta/absolute_file.h"
#include "table/delta/deletion_vector_codec.h"
#include "table/percent_coding.h"

namespace limno::table::delta {
namespace {

std::string NameOf(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

}  // namespace

void MentionedFiles::Add(const std::vector<Action>& actions) {
  for (const Action& action : actions) {
    if (const auto* add = std::get_if<delta::Add>(&action)) {
      AddPath(add->file.path);
      AddVector(add->file.deletion_vector);
    } else if (const auto* remove = std::get_if<Remove>(&action)) {
      AddPath(remove->path);
      AddVector(remove->deletion_vector);
    } else if (const auto* change = std::get_if<ChangeFile>(&action)) {
      AddPath(change->path);
    }
  }
}

void MentionedFiles::Add(const DeltaSnapshot& snapshot) {
  snapshot.files.ForEach([&](const DataFilePtr& file) {
    AddPath(file->path);
    AddVector(file->deletion_vector);
    return true;
  });
  snapshot.tombstones.ForEach([&](const std::shared_ptr<const Remove>& remove) {
    AddPath(remove->path);
    AddVector(remove->deletion_vector);
    return true;
  });
}

bool MentionedFiles::Contains(const std::string& key) const {
  return keys_.count(key) > 0 || (!names_.empty() && names_.count(NameOf(key)) > 0);
}

void MentionedFiles::AddPath(const std::string& path) {
  if (!IsAbsolutePath(path)) {
    keys_.insert(path);
    return;
  }
  const std::string name = NameOf(path);
  names_.insert(PercentDecode(name).value_or(name));
  names_.insert(name);
}

void MentionedFiles::AddVector(const Boxed<DeletionVector>& vector) {
  if (!vector) {
    return;
  }
  if (const Result<std::string> key = VectorFileKey(*vector)) {
    keys_.insert(*key);
  } else if (vector->storage_type == 'p') {
    AddPath(vector->path_or_inline);
  }
}

}  // namespace limno::table::delta
