// ObjectStore in memory, for tests and simulations.
#pragma once

#include <memory>

#include "base/clock.h"
#include "storage/object_store.h"

namespace limno::storage {

/// `clock` dates the objects and must outlive the store.
std::unique_ptr<ObjectStore> MakeMemoryStore(base::Clock& clock);

}  // namespace limno::storage
