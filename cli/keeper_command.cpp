// circuit keeper: the parent of the workers. Started by the library; nobody needs to call it.
#include "command.hpp"
#include "keeper/keeper.hpp"

namespace circuit::cli {

void add_keeper(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command =
      app.add_subcommand("keeper", "the parent of this host's workers (started when it is needed)");
  command->group("");
  command->callback([&shared, &run] {
    run = [&shared] {
      keeper::KeeperOptions options;
      options.directory = shared.agent_directory();
      options.agent_command = {shared.program.string(), "agent", "--dir", options.directory.string()};
      return keeper::run_keeper(options);
    };
  });
}

}  // namespace circuit::cli
