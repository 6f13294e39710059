#include "engine/fsck.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "engine/errors.h"
#include "engine/footer_check.h"
#include "engine/fsck_repair.h"
#include "engine/lake_catalog.h"
#include "engine/lake_transaction.h"

namespace limno::engine {
namespace {

/// The table by its name alone: a damaged one has no snapshot.
std::shared_ptr<table::Table> OpenUnread(duckdb::Connection& connection,
                                         const TableTarget& target) {
  std::shared_ptr<table::Table> table;
  connection.context->RunFunctionInTransaction([&] {
    auto& lake = duckdb::Catalog::GetCatalog(*connection.context, kLakeName).Cast<LakeCatalog>();
    table = target.path.empty() ? Unwrap(lake.names().OpenTable({target.name_space, target.name}))
                                : Unwrap(lake.names().OpenPath(target.path));
  });
  return table;
}

/// Files that are there and whose footers can be asked.
std::vector<table::DataFilePtr> FilesToOpen(const table::IntegrityReport& report) {
  std::set<const table::DataFile*> unreachable;
  for (const table::Finding& finding : report.findings) {
    if (finding.problem == "missing_file" || finding.problem == "unreachable_file") {
      unreachable.insert(finding.file.get());
    }
  }
  std::vector<table::DataFilePtr> files;
  report.snapshot->files.ForEach([&](const table::DataFilePtr& file) {
    if (unreachable.count(file.get()) == 0) {
      files.push_back(file);
    }
    return true;
  });
  std::sort(files.begin(), files.end(),
            [](const auto& left, const auto& right) { return left->path < right->path; });
  return files;
}

/// A damaged file has some other size as a matter of course.
void DropWhatDamageExplains(std::vector<table::Finding>& findings) {
  std::set<const table::DataFile*> damaged;
  for (const table::Finding& finding : findings) {
    if (finding.problem == "damaged_file") {
      damaged.insert(finding.file.get());
    }
  }
  findings.erase(std::remove_if(findings.begin(), findings.end(),
                                [&](const table::Finding& finding) {
                                  return finding.problem == "wrong_size" &&
                                         damaged.count(finding.file.get()) > 0;
                                }),
                 findings.end());
}

std::string RepairText(const Fsck& statement, const table::Finding& finding) {
  if (!statement.repair) {
    return finding.advice;
  }
  if (!IsRepairable(finding, statement.drop_damaged)) {
    return "not repaired: " + finding.advice;
  }
  return (statement.dry_run ? "would repair: " : "repaired: ") + finding.advice;
}

TextTable ToTable(const Fsck& statement, std::vector<table::Finding> findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const auto& left, const auto& right) {
    return std::make_tuple(-static_cast<int>(left.severity), left.problem, left.path) <
           std::make_tuple(-static_cast<int>(right.severity), right.problem, right.path);
  });
  TextTable result;
  result.columns = {{"problem", "VARCHAR", false},
                    {"severity", "VARCHAR", false},
                    {"path", "VARCHAR", false},
                    {"detail", "VARCHAR", false},
                    {"repair", "VARCHAR", false}};
  for (const table::Finding& finding : findings) {
    result.rows.push_back({{finding.problem, false},
                           {std::string(table::SeverityName(finding.severity)), false},
                           {finding.path, false},
                           {finding.detail, false},
                           {RepairText(statement, finding), false}});
  }
  return result;
}

}  // namespace

Result<TextTable> RunFsck(duckdb::Connection& connection, const Fsck& statement) {
  return Fenced([&]() -> Result<TextTable> {
    const auto table = OpenUnread(connection, statement.table);
    LIMNO_ASSIGN(table::IntegrityReport report, table->Examine());
    std::shared_ptr<TableState> state;
    if (report.snapshot != nullptr) {
      state = std::make_shared<TableState>(statement.table.ToSql(), table, report.snapshot);
      LIMNO_ASSIGN(
          std::vector<table::Finding> in_files,
          CheckFooters(*connection.context->db, state, FilesToOpen(report), {statement.deep}));
      std::move(in_files.begin(), in_files.end(), std::back_inserter(report.findings));
      DropWhatDamageExplains(report.findings);
    }
    if (statement.repair && !statement.dry_run) {
      LIMNO_ASSIGN(const auto commit,
                   Repair(*connection.context->db, state, report, statement.drop_damaged));
      if (commit) {
        SessionState::Of(*connection.context)->commits.push_back(*commit);
      }
    }
    return ToTable(statement, std::move(report.findings));
  });
}

}  // namespace limno::engine
