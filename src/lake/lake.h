// The composition root: every room is wired here and nowhere else.
#pragma once

#include <memory>

#include "limno/lake.h"
#include "limno/result.h"

namespace limno::lake {

/// What OpenLake does, without crossing the library's door.
Result<std::unique_ptr<Lake>> Open(const LakeOptions& options);

}  // namespace limno::lake
