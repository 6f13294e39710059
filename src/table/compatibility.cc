#include "table/compatibility.h"

#include <algorithm>

namespace limno::table {

bool EngineVerdict::CanRead() const {
  return std::none_of(obstacles.begin(), obstacles.end(),
                      [](const Obstacle& obstacle) { return obstacle.to_reading; });
}

bool EngineVerdict::CanWrite() const { return obstacles.empty(); }

}  // namespace limno::table
