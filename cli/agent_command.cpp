// circuit agent: starts, watches and buries this host's workers. Started by the keeper.
#include <fcntl.h>

#include "agent/agent.hpp"
#include "command.hpp"
#include "output.hpp"

namespace circuit::cli {

void add_agent(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command =
      app.add_subcommand("agent", "starts and watches this host's workers (started by its keeper)");
  command->group("");
  command->callback([&shared, &run] {
    run = [&shared] {
      if (::fcntl(keeper::agent_connection_fd, F_GETFD) < 0)
        return fail(failure(ErrorKind::refused, "an agent is started by its keeper: use `circuit up`"));
      agent::AgentOptions options;
      options.directory = shared.agent_directory();
      return agent::run_agent(options);
    };
  });
}

}  // namespace circuit::cli
