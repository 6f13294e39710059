#include "engine/statement_run.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "duckdb/main/pending_query_result.hpp"

namespace limno::engine {
namespace {

using duckdb::PendingExecutionResult;

/// Most waits are for the last microseconds of another thread.
constexpr int kYields = 32;
constexpr std::chrono::microseconds kFirstPause{20};
constexpr std::chrono::microseconds kLongestPause{1000};

class Patience {
 public:
  void Wait() {
    if (++waits_ <= kYields) {
      std::this_thread::yield();
      return;
    }
    std::this_thread::sleep_for(pause_);
    pause_ = std::min(pause_ * 2, kLongestPause);
  }

  void Reset() {
    waits_ = 0;
    pause_ = kFirstPause;
  }

 private:
  int waits_ = 0;
  std::chrono::microseconds pause_ = kFirstPause;
};

}  // namespace

duckdb::unique_ptr<duckdb::QueryResult> RunStatement(
    ClientContext& context, duckdb::unique_ptr<duckdb::SQLStatement> statement, Delivery delivery) {
  auto pending = context.PendingQuery(std::move(statement), delivery == Delivery::kStream);
  if (pending->HasError()) {
    return duckdb::make_uniq<duckdb::MaterializedQueryResult>(pending->GetErrorObject());
  }
  Patience patience;
  while (true) {
    const PendingExecutionResult state = pending->ExecuteTask();
    if (state == PendingExecutionResult::EXECUTION_ERROR) {
      return duckdb::make_uniq<duckdb::MaterializedQueryResult>(pending->GetErrorObject());
    }
    if (duckdb::PendingQueryResult::IsResultReady(state)) {
      return pending->Execute();
    }
    if (state == PendingExecutionResult::RESULT_NOT_READY) {
      patience.Reset();
    } else if (state == PendingExecutionResult::BLOCKED) {
      pending->WaitForTask();
    } else {
      patience.Wait();
    }
  }
}

duckdb::unique_ptr<duckdb::MaterializedQueryResult> RunText(duckdb::Connection& connection,
                                                            const std::string& sql) {
  duckdb::unique_ptr<duckdb::MaterializedQueryResult> result;
  for (auto& statement : connection.ExtractStatements(sql)) {
    auto next = RunStatement(*connection.context, std::move(statement), Delivery::kWhole);
    result = duckdb::unique_ptr_cast<duckdb::QueryResult, duckdb::MaterializedQueryResult>(
        std::move(next));
    if (result->HasError()) {
      break;
    }
  }
  return result;
}

}  // namespace limno::engine
