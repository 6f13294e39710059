// SQL of the commands that are short for a statement.
#pragma once

#include <string>

#include "cli/arguments.h"
#include "limno/result.h"

namespace limno::cli {

/// A text as SQL has it: 'it''s'.
std::string QuoteText(const std::string& text);

/// The TABLE of a command as SQL: `bronze.flights`, or delta('/absolute/folder') for a path.
/// kUsage.
Result<std::string> TableSql(const std::string& table);

/// The statement of tables, show, history, detail, optimize, vacuum, restore and fsck.
Result<std::string> StatementFor(const Arguments& arguments);

/// Whether `text` ends in a complete statement (a ';' outside quotes and comments): the shell waits
/// for more otherwise.
bool EndsStatement(const std::string& text);

}  // namespace limno::cli
