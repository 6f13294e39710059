// What is running right now, so that it can be told to stop.
#pragma once

#include <functional>
#include <list>
#include <mutex>

namespace limno::lake {

/// Thread safe.
class LiveWork {
 public:
  /// Listed as long as it lives. `stop` is called from other threads, at most while it lives.
  class Entry {
   public:
    Entry(LiveWork& work, std::function<void()> stop) : work_(work) {
      const std::lock_guard<std::mutex> lock(work_.mutex_);
      place_ = work_.stops_.insert(work_.stops_.end(), std::move(stop));
    }
    ~Entry() {
      const std::lock_guard<std::mutex> lock(work_.mutex_);
      work_.stops_.erase(place_);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    LiveWork& work_;
    std::list<std::function<void()>>::iterator place_;
  };

  void StopAll() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::function<void()>& stop : stops_) {
      stop();
    }
  }

 private:
  std::mutex mutex_;
  std::list<std::function<void()>> stops_;
};

}  // namespace limno::lake
