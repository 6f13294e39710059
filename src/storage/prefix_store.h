// A part of a store, seen as a store of its own.
#pragma once

#include <memory>
#include <string>

#include "storage/object_store.h"

namespace limno::storage {

/// Everything of `base` below folder `prefix` ("bronze/flights"; a trailing '/' is allowed, "" is
/// all of it). Keys cannot leave the prefix. A bad prefix makes every operation fail with kUsage.
std::unique_ptr<ObjectStore> MakePrefixStore(std::shared_ptr<ObjectStore> base, std::string prefix);

}  // namespace limno::storage
