#include "ingest/load.h"

#include "ingest/forwarding_session.h"
#include "ingest/load_run.h"

namespace limno::ingest {

/// A session that Loader::Interrupt() reaches as long as it lives.
class Loader::RunningSession final : public ForwardingSession {
 public:
  RunningSession(Loader& loader, std::unique_ptr<engine::Session> opened)
      : ForwardingSession(std::move(opened)), loader_(loader) {
    const std::lock_guard<std::mutex> lock(loader_.mutex_);
    loader_.sessions_running_.insert(&session());
  }
  ~RunningSession() override {
    const std::lock_guard<std::mutex> lock(loader_.mutex_);
    loader_.sessions_running_.erase(&session());
  }

 private:
  Loader& loader_;
};

/// The flag that tells one load to stop.
class Loader::Stop {
 public:
  explicit Stop(Loader& loader) : loader_(loader) {
    const std::lock_guard<std::mutex> lock(loader_.mutex_);
    loader_.stops_.insert(&flag_);
  }
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;
  ~Stop() {
    const std::lock_guard<std::mutex> lock(loader_.mutex_);
    loader_.stops_.erase(&flag_);
  }
  const std::atomic<bool>& flag() const { return flag_; }

 private:
  Loader& loader_;
  std::atomic<bool> flag_ = false;
};

Result<StepReport> Loader::Load(const LoadOptions& load, Observer& observer) {
  const SessionFactory sessions = [this]() -> Result<std::unique_ptr<engine::Session>> {
    LIMNO_ASSIGN(std::unique_ptr<engine::Session> session, sessions_());
    return std::make_unique<RunningSession>(*this, std::move(session));
  };
  LIMNO_ASSIGN(const std::unique_ptr<engine::Session> session, sessions());
  LIMNO_ASSIGN(LoadSettings settings, UnderstandLoad(load, *session));
  const Stop stop(*this);
  LoadRun run({sessions, lake_, web_, clock_, random_, options_, stop.flag()}, std::move(settings),
              observer);
  return run.Run();
}

void Loader::Interrupt() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (std::atomic<bool>* stop : stops_) {
    *stop = true;
  }
  for (engine::Session* session : sessions_running_) {
    session->Interrupt();
  }
}

}  // namespace limno::ingest
