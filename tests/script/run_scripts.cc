// Runs tests/script/**/*.test: SQL and commands over a fresh lake per file, with what must come of
// them.
//
//   # a comment
//   statement ok                       SQL up to an empty line; it must succeed
//   statement error <text>             it must fail, and <text> be part of the message
//   query                              rows follow after "----", cells separated by tabs, NULL as
//   NULL query error <text>                 like statement error, also while rows are fetched limno
//   <exit code> <arguments>      the program; standard output follows after "----" if it matters,
//                                      a line "! <text>" must be part of standard error
//   file <path>                        lines up to one that is "----" are written there
//
// ${FOLDER} is the file's own folder; the lake is ${FOLDER}/lake. A record is one session. Empty
// lines end a record. Usage: limno_script PROGRAM FILE...
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "limno/lake.h"

namespace {

namespace fs = std::filesystem;

struct Record {
  int line = 0;
  /// "statement", "query", "limno", "file".
  std::string kind;
  /// The rest of the first line.
  std::string argument;
  std::string body;
  std::vector<std::string> expected;
  bool checks_output = false;
};

std::string Replace(std::string text, const std::string& what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
  return text;
}

std::vector<Record> ReadScript(const fs::path& path, const std::string& folder) {
  std::ifstream stream(path);
  std::vector<Record> records;
  std::string text;
  for (int line = 1; std::getline(stream, text); ++line) {
    text = Replace(text, "${FOLDER}", folder);
    if (text.empty() || text[0] == '#') {
      continue;
    }
    Record record;
    record.line = line;
    const size_t space = text.find(' ');
    record.kind = text.substr(0, space);
    record.argument = space == std::string::npos ? "" : text.substr(space + 1);
    const bool is_file = record.kind == "file";
    while (std::getline(stream, text) && (is_file || !text.empty())) {
      ++line;
      text = Replace(text, "${FOLDER}", folder);
      if (text == "----" && is_file) {
        break;
      }
      if (text == "----") {
        record.checks_output = true;
      } else if (record.checks_output) {
        record.expected.push_back(text);
      } else {
        record.body += text + "\n";
      }
    }
    ++line;
    records.push_back(std::move(record));
  }
  return records;
}

std::string Join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += "    " + line + "\n";
  }
  return text.empty() ? "    (nothing)\n" : text;
}

/// Words separated by blanks; quotes of either sort keep blanks.
std::vector<std::string> SplitWords(const std::string& text) {
  std::vector<std::string> words;
  bool open = false;
  char quote = 0;
  for (const char sign : text) {
    if (quote != 0 ? sign == quote : (sign == '\'' || sign == '"')) {
      quote = quote != 0 ? 0 : sign;
      if (!open) {
        words.emplace_back();
        open = true;
      }
    } else if (quote == 0 && sign == ' ') {
      open = false;
    } else {
      if (!open) {
        words.emplace_back();
        open = true;
      }
      words.back() += sign;
    }
  }
  return words;
}

struct Outcome {
  int code = -1;
  std::string output;
  std::string errors;
};

std::string ReadFile(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

Outcome RunProgram(const std::string& program, const std::vector<std::string>& words,
                   const fs::path& folder) {
  const fs::path output = folder / "stdout.txt";
  const fs::path errors = folder / "stderr.txt";
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> arguments = {const_cast<char*>(program.c_str())};
    for (const std::string& word : words) {
      arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    dup2(open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    dup2(open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    if (chdir(folder.c_str()) == 0) {
      execv(program.c_str(), arguments.data());
    }
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(output), ReadFile(errors)};
}

class Script {
 public:
  Script(std::string program, fs::path path)
      : program_(std::move(program)), path_(std::move(path)) {
    std::string name = (fs::temp_directory_path() / "limno_script_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Script() { fs::remove_all(folder_); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  bool Run() {
    limno::LakeOptions options;
    options.lake = (folder_ / "lake").string();
    options.project = folder_.string();
    options.sync = false;
    options.threads = 2;
    auto lake = limno::OpenLake(options);
    if (!lake) {
      return Report(Record{}, "the lake does not open: " + lake.error().ToString() + "\n");
    }
    lake_ = std::move(*lake);
    for (const Record& record : ReadScript(path_, folder_.string())) {
      RunRecord(record);
    }
    return good_;
  }

 private:
  bool Report(const Record& record, const std::string& text) {
    std::cout << path_.string() << ":" << record.line << ": " << text;
    good_ = false;
    return false;
  }

  void RunRecord(const Record& record) {
    if (record.kind == "statement" || record.kind == "query") {
      RunSql(record);
    } else if (record.kind == "limno") {
      RunLimno(record);
    } else if (record.kind == "file") {
      fs::create_directories((folder_ / record.argument).parent_path());
      std::ofstream(folder_ / record.argument, std::ios::binary) << record.body;
    } else {
      Report(record, "there is no record '" + record.kind + "'\n");
    }
  }

  limno::Result<std::vector<std::string>> Fetch(const std::string& sql) {
    LIMNO_ASSIGN(const auto rows, lake_->Query(sql, limno::CellFormat::kText));
    std::vector<std::string> lines;
    std::vector<limno::Cell> row;
    for (;;) {
      LIMNO_ASSIGN(const bool more, rows->Next(row));
      if (!more) {
        return lines;
      }
      std::string line;
      for (size_t i = 0; i < row.size(); ++i) {
        line += (i == 0 ? "" : "\t") + (row[i].is_null ? "NULL" : row[i].text);
      }
      lines.push_back(line);
    }
  }

  void RunSql(const Record& record) {
    const auto lines = Fetch(record.body);
    if (record.argument.starts_with("error")) {
      const std::string wanted = record.argument.size() > 6 ? record.argument.substr(6) : "";
      if (lines) {
        Report(record, "it succeeds, an error was expected: " + wanted + "\n");
      } else if (lines.error().ToString().find(wanted) == std::string::npos) {
        Report(record, "another error:\n    " + lines.error().ToString() + "\n  expected:\n    " +
                           wanted + "\n");
      }
    } else if (!lines) {
      Report(record, lines.error().ToString() + "\n");
    } else if (record.kind == "query" && *lines != record.expected) {
      Report(record, "other rows:\n" + Join(*lines) + "  expected:\n" + Join(record.expected));
    }
  }

  void RunLimno(const Record& record) {
    std::vector<std::string> words = SplitWords(record.argument + " " + record.body);
    if (words.empty()) {
      Report(record, "an exit code and arguments are expected\n");
      return;
    }
    const std::string code = words.front();
    words.erase(words.begin());
    words.insert(words.begin(), "--no-sync");
    const Outcome outcome = RunProgram(program_, words, folder_);
    if (std::to_string(outcome.code) != code) {
      Report(record, "exit code " + std::to_string(outcome.code) + ", expected " + code + "\n" +
                         outcome.errors);
      return;
    }
    std::vector<std::string> expected;
    for (const std::string& line : record.expected) {
      if (!line.starts_with("! ")) {
        expected.push_back(line);
      } else if (outcome.errors.find(line.substr(2)) == std::string::npos) {
        Report(record, "standard error does not say '" + line.substr(2) + "':\n" + outcome.errors);
      }
    }
    std::vector<std::string> lines;
    std::istringstream stream(outcome.output);
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(line);
    }
    if (record.checks_output && lines != expected &&
        !(expected.empty() && !record.expected.empty())) {
      Report(record, "other output:\n" + Join(lines) + "  expected:\n" + Join(expected));
    }
  }

  const std::string program_;
  const fs::path path_;
  fs::path folder_;
  std::unique_ptr<limno::Lake> lake_;
  bool good_ = true;
};

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    std::cerr << "usage: limno_script PROGRAM FILE...\n";
    return 2;
  }
  const std::string program = fs::absolute(words[1]).string();
  int passed = 0;
  int failed = 0;
  for (int i = 2; i < count; ++i) {
    const bool good = Script(program, words[i]).Run();
    ++(good ? passed : failed);
  }
  std::cout << passed << " passed, " << failed << " failed, 0 skipped\n";
  return failed == 0 ? 0 : 1;
}
