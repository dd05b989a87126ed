// The program `circuit`: the shell's way to see and steer a cluster, and a worker executable itself.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <system_error>

#include <circuit/runtime.hpp>

#include "arguments.hpp"
#include "base/paths.hpp"
#include "base/version.hpp"
#include "command.hpp"
#include "help_text.hpp"
#include "output.hpp"

namespace circuit::cli {

std::filesystem::path Shared::agent_directory() const {
  return directory.empty() ? circuit::agent_directory()
                           : std::filesystem::absolute(directory).lexically_normal();
}

namespace {

constexpr const char* description = "Run functions in new processes, and see and steer what runs";

constexpr const char* footer =
    "A first round, from the second line on in another terminal:\n"
    "  circuit up                                      prints the page's address\n"
    "  circuit spawn localhost -a /hello greet world   runs a function in a worker\n"
    "  circuit spawn localhost -a /hello -d sleep 600  starts a worker that goes on\n"
    "  circuit ls -l /...                              shows who runs\n"
    "  circuit kill /hello                             ends the workers in /hello\n\n"
    "`circuit COMMAND --help` says more. Values go to standard output, all else to\n"
    "standard error; the exit status is 1 for a failure, 2 for a wrong command line.\n"
    "CIRCUIT_DIR names the directory of the agent, where --dir is not given.";

/// The role in which an agent has started this program, or asks it for its functions; empty: none.
bool has_a_role() {
  const char* text = std::getenv("CIRCUIT_ROLE");
  std::string_view role = text != nullptr ? text : "";
  return !role.empty() && role != "main" && role != "app";
}

int wrong_usage(const std::string& text) {
  fail(failure(ErrorKind::invalid, text));
  return 2;
}

int run_command(int argc, char** argv) {
  CLI::App app(description, "circuit");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "show this help");
  app.set_version_flag("--version", std::string("circuit ") + version, "show the version");
  app.require_subcommand(1);
  app.footer(footer);
  Shared shared;
  shared.program = own_executable();
  Run run;
  for (auto add : {add_up, add_spawn, add_ls, add_calls, add_kill, add_worker, add_functions, add_zookeeper,
                   add_completion, add_keeper, add_agent})
    add(app, shared, run);
  for (CLI::App* command : app.get_subcommands({})) {
    if (!command->get_group().empty()) command->group("Commands");
    if (command->get_name() != "completion" && command->get_name() != "zookeeper")
      command
          ->add_option("--dir", shared.directory,
                       "directory of the agent (default: $CIRCUIT_DIR, else your own)")
          ->type_name("DIRECTORY");
  }
  if (argc < 2) {
    fmt::print(stderr, "{}", app.help());
    return 2;
  }
  std::string_view first = argv[1];
  auto is_first = [&](const CLI::App* command) { return command->get_name() == first; };
  if (!first.starts_with('-') && app.get_subcommands(is_first).empty())
    return wrong_usage(fmt::format("there is no command '{}'; `circuit --help` lists them", first));
  try {
    app.parse(shielded_words(argc, argv));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return wrong_usage(usage_error(app, error));
  }
  return run();
}

}  // namespace
}  // namespace circuit::cli

int main(int argc, char** argv) {
  using namespace circuit;
  try {
    // Started by an agent, this program runs one of its functions: the runtime takes over and does not
    // return.
    if (cli::has_a_role()) {
      Runtime::Options options;
      options.start_agent = false;
      Runtime runtime(argc, argv, options);
    }
    // A reader that goes away, as `head` does, is an ordinary end and no reason to leave a socket behind.
    std::signal(SIGPIPE, SIG_IGN);
    return cli::finish_output(cli::run_command(argc, argv));
  } catch (const Error& error) {
    return cli::fail(error.failure());
  } catch (const std::system_error& error) {
    if (error.code().value() == EPIPE) return 1;
    return cli::fail(failure(ErrorKind::failed, error.what()));
  } catch (const std::exception& error) {
    return cli::fail(failure(ErrorKind::failed, error.what()));
  }
}
