#include "ingest/load.h"

#include "ingest/load_run.h"

namespace limno::ingest {

/// A session that Loader::Interrupt() reaches as long as it lives.
class Loader::RunningSession final : public engine::Session {
 public:
  RunningSession(Loader& loader, std::unique_ptr<engine::Session> session)
      : loader_(loader), session_(std::move(session)) {
    const std::lock_guard<std::mutex> lock(loader_.mutex_);
    loader_.sessions_running_.insert(session_.get());
  }
  ~RunningSession() override {
    const std::lock_guard<std::mutex> lock(loader_.mutex_);
    loader_.sessions_running_.erase(session_.get());
  }

  Result<std::unique_ptr<Rows>> Execute(const std::string& sql, CellFormat format) override {
    return session_->Execute(sql, format);
  }
  Result<void> Run(const std::string& sql) override { return session_->Run(sql); }
  Result<std::vector<engine::TableReference>> TablesIn(const std::string& sql) override {
    return session_->TablesIn(sql);
  }
  Result<std::vector<Column>> Describe(const std::string& sql) override {
    return session_->Describe(sql);
  }
  Result<std::string> ReadOnlyAdded(const std::string& sql, const engine::TableReference& table,
                                    int64_t after, int64_t upto) override {
    return session_->ReadOnlyAdded(sql, table, after, upto);
  }
  void Annotate(engine::CommitAnnotation annotation) override {
    session_->Annotate(std::move(annotation));
  }
  std::vector<engine::CommitRecord> TakeCommits() override { return session_->TakeCommits(); }
  Result<void> Append(const catalog::TableName& table, const std::string& query,
                      const std::vector<std::string>& partition_by) override {
    return session_->Append(table, query, partition_by);
  }
  Result<engine::ParquetFileInfo> WriteParquet(const std::string& query,
                                               const std::string& path) override {
    return session_->WriteParquet(query, path);
  }
  void Interrupt() override { session_->Interrupt(); }
  engine::QueryProgress Progress() override { return session_->Progress(); }

 private:
  Loader& loader_;
  std::unique_ptr<engine::Session> session_;
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
