// The guard against writers that check and then rename over a name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "limno/result.h"

namespace limno::storage {

/// Call after `name` was linked to the file open as `own_file`. Foreign writers write a temporary
/// ".<name>.*.tmp", check that `name` is free and rename over it. Those whose temporary file
/// appears later find ours; this waits up to `wait_millis` for those that were already there, then
/// says whether `name` is still our file: kAlreadyExists if it was replaced, kUnavailable if it is
/// gone. Removes day-old temporary files of crashed Limno processes on the way.
Result<void> OutlastForeignWriters(int folder, const std::string& name, int own_file,
                                   int64_t wait_millis, std::string_view path);

}  // namespace limno::storage
