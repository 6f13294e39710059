// What the observer of a load is told, gathered from the threads that work.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "engine/engine.h"
#include "limno/lake.h"

namespace limno::ingest {

/// Thread safe. Reports five times a second from a thread of its own, as long as it lives, and once
/// at the end; the observer is never called twice at a time.
class LoadProgress {
 public:
  /// Both must outlive it.
  LoadProgress(std::string step, Observer& observer);
  LoadProgress(const LoadProgress&) = delete;
  LoadProgress& operator=(const LoadProgress&) = delete;
  ~LoadProgress();

  /// More bytes are known to be waiting.
  void Expect(uint64_t bytes);
  /// A session works on `bytes` of them, until Done() with the same session.
  void Begin(engine::Session& session, uint64_t bytes);
  void Done(engine::Session& session, uint64_t rows);
  /// That many of the expected bytes need no work.
  void Skip(uint64_t bytes);
  void Message(const std::string& line);

 private:
  void Report(std::unique_lock<std::mutex>& lock);

  const std::string step_;
  Observer& observer_;

  std::mutex mutex_;
  std::condition_variable ended_signal_;
  // Guarded by mutex_.
  bool ended_ = false;
  uint64_t rows_ = 0;
  uint64_t bytes_done_ = 0;
  uint64_t bytes_total_ = 0;
  std::map<engine::Session*, uint64_t> working_;

  /// Held while the observer is called, so that a slow one does not stop the work.
  std::mutex observer_mutex_;
  std::thread thread_;
};

}  // namespace limno::ingest
