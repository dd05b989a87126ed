#include "spawns.hpp"

#include <unistd.h>

#include <circuit/circuit.hpp>

#include "base/limits.hpp"
#include "base/pidfd.hpp"
#include "callers.hpp"
#include "meeting.hpp"
#include "runtime/state.hpp"

namespace circuit::bench {
namespace {

int echo_number(int number) { return number; }
CIRCUIT_FUNCTION(echo_number);

/// An agent in the directory of this process, for as long as this lives.
class OwnAgent {
 public:
  explicit OwnAgent(Runtime& runtime) : connection_(runtime.state().agent()) {
    const lang::PeerPointer agent = value_or_throw(connection_.agent());
    process_ = open_pidfd(agent->address().pid);
  }
  ~OwnAgent() {
    static_cast<void>(connection_.call(spawn::agent_interface().shutdown, {}, std::uint64_t{100}));
    has_ended(process_.get(), limits::agent_start);
  }
  OwnAgent(const OwnAgent&) = delete;
  OwnAgent& operator=(const OwnAgent&) = delete;

 private:
  spawn::AgentConnection& connection_;
  UniqueFd process_;
};

}  // namespace

void run_spawns(const Options& options) {
  Runtime runtime(0, nullptr, {.directory = directory_of(::getpid())});
  OwnAgent agent(runtime);
  int number = 0;
  run_one_caller(options, [&] {
    ++number;
    if (runtime.spawn("localhost", {}, echo_number, number).value != number)
      throw Error(ErrorKind::invalid, "a worker gave back another number than it was given");
  });
}

}  // namespace circuit::bench
