// circuit completion: completion for the shell, made from the commands themselves.
#include <fmt/format.h>

#include "command.hpp"
#include "output.hpp"

namespace circuit::cli {
namespace {

std::string options_of(const CLI::App& command) {
  std::string words;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words += (words.empty() ? "--" : " --") + name;
    for (const std::string& name : option->get_snames()) words += " -" + name;
  }
  return words;
}

int completion(const CLI::App& app) {
  std::string names, cases;
  for (const CLI::App* command :
       app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
    names += command->get_name() + " ";
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(), options_of(*command));
  }
  fmt::print(R"script(# Completion for circuit. Add to ~/.bashrc:  source <(circuit completion bash)
_circuit() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{}--help --version" -- "$current"))
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{}  esac
  case "${{COMP_WORDS[1]}}:$before:$current" in
    *:--dir:*|zookeeper:--data:*) COMPREPLY=($(compgen -d -- "$current")); return ;;
    spawn:-x:*|spawn:--executable:*) COMPREPLY=($(compgen -f -- "$current")); return ;;
    kill:--signal:*) words="KILL TERM INT HUP QUIT ABRT STOP CONT USR1 USR2" ;;
    spawn:-a:*|spawn:--anchor:*|ls:*:/*|calls:*:/*|kill:*:/*|worker:*:/*) words="$("${{COMP_WORDS[0]}}" ls /... 2>/dev/null)" ;;
    spawn:*:-*) ;;
    spawn:spawn:*) words="localhost" ;;
    spawn:localhost:*) words="$("${{COMP_WORDS[0]}}" functions 2>/dev/null | sed -n 's/(.*//p')" ;;
    completion:*) words="bash" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _circuit circuit ./circuit
)script",
             names, cases);
  return 0;
}

}  // namespace

void add_completion(CLI::App& app, const Shared&, Run& run) {
  CLI::App* command = app.add_subcommand("completion", "Print the completion script for bash");
  command->footer(
      "It completes commands, options, anchors, workers and functions.\n\n"
      "Examples:\n"
      "  source <(circuit completion bash)");
  auto shell = std::make_shared<std::string>("bash");
  command->add_option("SHELL", *shell, "bash")->check(CLI::IsMember({"bash"}));
  // The option writes into `shell`, which therefore lives as long as the callback does.
  command->callback([&app, &run, shell] { run = [&app] { return completion(app); }; });
}

}  // namespace circuit::cli
