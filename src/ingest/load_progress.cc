#include "ingest/load_progress.h"

#include <algorithm>
#include <chrono>

namespace limno::ingest {
namespace {

constexpr std::chrono::milliseconds kInterval(200);

}  // namespace

LoadProgress::LoadProgress(std::string step, Observer& observer)
    : step_(std::move(step)), observer_(observer), thread_([this] {
        std::unique_lock<std::mutex> lock(mutex_);
        while (!ended_signal_.wait_for(lock, kInterval, [this] { return ended_; })) {
          Report(lock);
        }
        Report(lock);
      }) {}

LoadProgress::~LoadProgress() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  ended_signal_.notify_all();
  thread_.join();
}

void LoadProgress::Expect(uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bytes_total_ += bytes;
}

void LoadProgress::Begin(engine::Session& session, uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  working_[&session] = bytes;
}

void LoadProgress::Done(engine::Session& session, uint64_t rows) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto work = working_.find(&session);
  if (work != working_.end()) {
    bytes_done_ += work->second;
    working_.erase(work);
  }
  rows_ += rows;
}

void LoadProgress::Skip(uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bytes_done_ += bytes;
}

void LoadProgress::Message(const std::string& line) {
  const std::lock_guard<std::mutex> lock(observer_mutex_);
  observer_.OnMessage(line);
}

void LoadProgress::Report(std::unique_lock<std::mutex>& lock) {
  Progress progress;
  progress.step = step_;
  progress.rows = rows_;
  progress.bytes_done = bytes_done_;
  progress.bytes_total = bytes_total_;
  for (const auto& [session, bytes] : working_) {
    const engine::QueryProgress query = session->Progress();
    const double part = std::clamp(query.percent, 0.0, 100.0) / 100.0;
    progress.bytes_done += static_cast<uint64_t>(static_cast<double>(bytes) * part);
  }
  if (progress.bytes_total > 0) {
    progress.percent = 100.0 * static_cast<double>(progress.bytes_done) /
                       static_cast<double>(progress.bytes_total);
  }
  lock.unlock();
  {
    const std::lock_guard<std::mutex> observer_lock(observer_mutex_);
    observer_.OnProgress(progress);
  }
  lock.lock();
}

}  // namespace limno::ingest
