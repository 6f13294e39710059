#include "table/delta/examination.h"

#include <iterator>
#include <utility>

#include "table/delta/definition_check.h"
#include "table/delta/file_check.h"
#include "table/delta/log_check.h"

namespace limno::table::delta {

Result<IntegrityReport> ExamineTable(const Environment& environment) {
  LIMNO_ASSIGN(LogAccount account, CheckLog(environment));
  IntegrityReport report;
  report.versions_read = account.versions_read;
  report.findings = std::move(account.findings);
  if (account.newest == nullptr) {
    return report;
  }
  const auto append = [&](std::vector<Finding> findings) {
    std::move(findings.begin(), findings.end(), std::back_inserter(report.findings));
  };
  append(CheckDefinition(*account.newest));
  LIMNO_ASSIGN(std::vector<Finding> in_folder,
               CheckFiles(*environment.store, *account.newest, account.mentioned));
  append(std::move(in_folder));
  report.snapshot = std::move(account.newest);
  return report;
}

}  // namespace limno::table::delta
