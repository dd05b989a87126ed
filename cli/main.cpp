// The program `circuit`: the shell's way to see and steer a cluster, and a worker executable itself.
#include <cstdio>
#include <cstdlib>

#include <circuit/runtime.hpp>

#include "base/paths.hpp"
#include "base/version.hpp"
#include "command.hpp"
#include "output.hpp"

namespace circuit::cli {

std::filesystem::path Shared::agent_directory() const {
  return directory.empty() ? circuit::agent_directory() : std::filesystem::absolute(directory).lexically_normal();
}

namespace {

constexpr const char* description =
    "Run functions in new processes, and see and steer what runs.\n\n"
    "  circuit up                                    start here; prints the page's address\n"
    "  circuit spawn localhost -a /hello greet world run a function in a new worker\n"
    "  circuit ls -l /...                            who runs\n"
    "  circuit kill /hello                           end the workers under /hello\n";

int run_command(int argc, char** argv) {
  CLI::App app(description, "circuit");
  app.set_version_flag("--version", std::string("circuit ") + version);
  app.require_subcommand(1);
  app.get_formatter()->column_width(32);
  Shared shared;
  shared.program = own_executable();
  Run run;
  for (auto add : {add_up, add_ls, add_spawn, add_kill, add_functions, add_worker, add_completion, add_keeper, add_agent})
    add(app, shared, run);
  for (CLI::App* command : app.get_subcommands({}))
    if (command->get_name() != "completion")
      command->add_option("--dir", shared.directory, "directory of the agent (default: $CIRCUIT_DIR, else your own)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return run();
}

}  // namespace
}  // namespace circuit::cli

int main(int argc, char** argv) {
  // Started by an agent, this program runs one of its functions: the runtime takes over and does not return.
  if (std::getenv("CIRCUIT_ROLE") != nullptr) {
    circuit::Runtime::Options options;
    options.start_agent = false;
    circuit::Runtime runtime(argc, argv, options);
  }
  try {
    return circuit::cli::run_command(argc, argv);
  } catch (const circuit::Error& error) {
    return circuit::cli::fail(error.failure());
  } catch (const std::exception& error) {
    return circuit::cli::fail(circuit::failure(circuit::ErrorKind::failed, error.what()));
  }
}
