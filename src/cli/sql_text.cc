#include "cli/sql_text.h"

#include <algorithm>
#include <filesystem>

namespace limno::cli {

namespace {

bool IsPlainWord(const std::string& text) {
  return !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
         std::all_of(text.begin(), text.end(), [](char sign) {
           return (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z') ||
                  (sign >= '0' && sign <= '9') || sign == '_';
         });
}

std::string Identifier(const std::string& text) {
  if (IsPlainWord(text)) {
    return text;
  }
  std::string quoted = "\"";
  for (const char sign : text) {
    quoted += sign == '"' ? "\"\"" : std::string(1, sign);
  }
  return quoted + "\"";
}

std::string OptimizeSql(const Arguments& arguments, const std::string& table) {
  std::string sql = "OPTIMIZE " + table;
  if (arguments.full) {
    sql += " FULL";
  }
  if (!arguments.where.empty()) {
    sql += " WHERE " + arguments.where;
  }
  std::string columns;
  for (const std::string& column : arguments.zorder) {
    columns += (columns.empty() ? "" : ", ") + Identifier(column);
  }
  return columns.empty() ? sql : sql + " ZORDER BY (" + columns + ")";
}

std::string VacuumSql(const Arguments& arguments, const std::string& table) {
  std::string sql = "VACUUM " + table + (arguments.lite ? " LITE" : "");
  if (arguments.retain_hours) {
    sql += " RETAIN " + std::to_string(*arguments.retain_hours) + " HOURS";
  }
  return arguments.dry_run ? sql + " DRY RUN" : sql;
}

std::string FsckSql(const Arguments& arguments, const std::string& table) {
  return std::string("FSCK ") + (arguments.repair ? "REPAIR " : "") + "TABLE " + table +
         (arguments.deep ? " DEEP" : "") + (arguments.drop_damaged ? " DROP DAMAGED" : "") +
         (arguments.repair && !arguments.yes ? " DRY RUN" : "");
}

}  // namespace

std::string QuoteText(const std::string& text) {
  std::string quoted = "'";
  for (const char sign : text) {
    quoted += sign == '\'' ? "''" : std::string(1, sign);
  }
  return quoted + "'";
}

Result<std::string> TableSql(const std::string& table) {
  std::error_code error;
  const bool path = table.find('/') != std::string::npos || table == "." || table == "..";
  if (path || (table.find('.') == std::string::npos && std::filesystem::exists(table, error))) {
    std::string absolute = std::filesystem::absolute(table, error).lexically_normal().string();
    while (absolute.size() > 1 && absolute.ends_with('/')) {
      absolute.pop_back();
    }
    return "delta(" + QuoteText(absolute) + ")";
  }
  const size_t dot = table.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == table.size()) {
    return Fail(ErrorKind::kUsage, "'" + table + "' does not name a table", "",
                "write namespace.name, like bronze.flights, or the folder of a Delta table");
  }
  return Identifier(table.substr(0, dot)) + "." + Identifier(table.substr(dot + 1));
}

Result<std::string> StatementFor(const Arguments& arguments) {
  const std::string& command = arguments.command;
  if (command == "tables") {
    return std::string(
        "SELECT table_schema AS namespace, table_name AS name, "
        "CASE table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END AS kind "
        "FROM information_schema.tables WHERE table_catalog = 'lake' ORDER BY ALL");
  }
  LIMNO_ASSIGN(const std::string table, TableSql(arguments.subject));
  if (command == "show" && arguments.rows > 0) {
    return "SELECT * FROM " + table + " LIMIT " + std::to_string(arguments.rows);
  }
  if (command == "show") {
    return "SELECT column_name AS \"column\", column_type AS type, \"null\" AS nullable FROM "
           "(DESCRIBE SELECT * FROM " +
           table + ")";
  }
  if (command == "history") {
    return "DESCRIBE HISTORY " + table +
           (arguments.limit > 0 ? " LIMIT " + std::to_string(arguments.limit) : "");
  }
  if (command == "fsck") {
    return FsckSql(arguments, table);
  }
  if (command == "detail") {
    return "DESCRIBE DETAIL " + table;
  }
  if (command == "alter") {
    std::string statement = "ALTER TABLE " + table;
    for (const std::string& word : arguments.change) {
      statement += " " + word;
    }
    return statement;
  }
  if (command == "optimize") {
    return OptimizeSql(arguments, table);
  }
  if (command == "vacuum") {
    return VacuumSql(arguments, table);
  }
  return "RESTORE " + table + " TO " +
         (arguments.version ? "VERSION AS OF " + std::to_string(*arguments.version)
                            : "TIMESTAMP AS OF " + QuoteText(arguments.timestamp));
}

bool EndsStatement(const std::string& text) {
  bool complete = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char sign = text[i];
    const std::string_view rest = std::string_view(text).substr(i);
    if (sign == '\'' || sign == '"') {
      const size_t end = text.find(sign, i + 1);
      if (end == std::string::npos) {
        return false;
      }
      i = end;
      complete = false;
    } else if (rest.starts_with("--")) {
      i = std::min(text.find('\n', i), text.size());
    } else if (rest.starts_with("/*")) {
      const size_t end = text.find("*/", i + 2);
      if (end == std::string::npos) {
        return false;
      }
      i = end + 1;
    } else if (sign == ';') {
      complete = true;
    } else if (sign != ' ' && sign != '\t' && sign != '\n' && sign != '\r') {
      complete = false;
    }
  }
  return complete;
}

}  // namespace limno::cli
