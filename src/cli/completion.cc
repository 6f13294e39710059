#include "cli/completion.h"

#include <algorithm>
#include <vector>

#include "cli/arguments.h"

namespace limno::cli {

namespace {

const std::vector<std::string> kTableCommands = {"show",     "history", "detail",
                                                 "optimize", "vacuum",  "restore"};

/// Prints the names of tables, one per line, from the JSON lines of `limno tables`.
constexpr const char* kTableNames =
    "limno tables --json 2>/dev/null | "
    "sed -n 's/.*\"namespace\":\"\\([^\"]*\\)\",\"name\":\"\\([^\"]*\\)\".*/\\1.\\2/p'";

std::string Joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : separator) + word;
  }
  return text;
}

std::string NamesOf(const std::vector<CommandWords>& commands) {
  std::vector<std::string> names;
  for (const CommandWords& command : commands) {
    if (!command.name.empty()) {
      names.push_back(command.name);
    }
  }
  return Joined(names, " ");
}

bool TakesTable(const std::string& command) {
  return std::find(kTableCommands.begin(), kTableCommands.end(), command) != kTableCommands.end();
}

std::string BashScript(const std::vector<CommandWords>& commands) {
  std::string script = "_limno() {\n";
  script += "  local word=\"${COMP_WORDS[COMP_CWORD]}\" command=\"\" i\n";
  script += "  local global=\"" + Joined(commands.front().options, " ") + "\"\n";
  script += "  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"${COMP_WORDS[i]}\" in\n";
  script += "      -C|--lake|--memory|--threads) ((i++)) ;;\n";
  script += "      -*) ;;\n      *) command=\"${COMP_WORDS[i]}\"; break ;;\n    esac\n  done\n";
  script += "  COMPREPLY=()\n  case \"$command\" in\n";
  script +=
      "    \"\") COMPREPLY=($(compgen -W \"" + NamesOf(commands) + " $global\" -- \"$word\")) ;;\n";
  for (const CommandWords& command : commands) {
    if (command.name.empty()) {
      continue;
    }
    script += "    " + command.name + ")\n      if [[ $word == -* ]]; then\n";
    script += "        COMPREPLY=($(compgen -W \"" + Joined(command.options, " ") +
              " $global\" -- \"$word\"))\n";
    if (TakesTable(command.name)) {
      script += "      else\n        COMPREPLY=($(compgen -W \"$(" + std::string(kTableNames) +
                ")\" -- \"$word\"))\n";
    } else if (command.name == "completion") {
      script += "      else\n        COMPREPLY=($(compgen -W \"bash zsh fish\" -- \"$word\"))\n";
    }
    script += "      fi ;;\n";
  }
  return script + "  esac\n}\ncomplete -o default -F _limno limno\n";
}

std::string ZshScript(const std::vector<CommandWords>& commands) {
  return "#compdef limno\nautoload -U +X bashcompinit && bashcompinit\n" + BashScript(commands);
}

std::string FishText(const std::string& text) {
  std::string quoted = "'";
  for (const char sign : text) {
    quoted += sign == '\'' ? "\\'" : std::string(1, sign);
  }
  return quoted + "'";
}

std::string FishScript(const std::vector<CommandWords>& commands) {
  std::string script;
  for (const std::string& option : commands.front().options) {
    script += "complete -c limno -l " + option.substr(2) + "\n";
  }
  for (const CommandWords& command : commands) {
    if (command.name.empty()) {
      continue;
    }
    script += "complete -c limno -n __fish_use_subcommand -f -a " + command.name + " -d " +
              FishText(command.description) + "\n";
    const std::string inside = " -n '__fish_seen_subcommand_from " + command.name + "'";
    for (const std::string& option : command.options) {
      script += "complete -c limno" + inside + " -l " + option.substr(2) + "\n";
    }
    if (TakesTable(command.name)) {
      script += "complete -c limno" + inside + " -a " +
                FishText("(" + std::string(kTableNames) + ")") + "\n";
    } else if (command.name == "completion") {
      script += "complete -c limno" + inside + " -f -a 'bash zsh fish'\n";
    }
  }
  return script;
}

}  // namespace

std::string CompletionScript(const std::string& shell) {
  const std::vector<CommandWords> commands = DescribeCommands();
  if (shell == "fish") {
    return FishScript(commands);
  }
  return shell == "zsh" ? ZshScript(commands) : BashScript(commands);
}

}  // namespace limno::cli
