// A program that is no worker, and a host whose anchor tree it looks at.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <circuit/circuit.hpp>

#include "runtime/seen.hpp"
#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {

/// The test itself is the app.
class AnchorTree : public Host {
 protected:
  WorkerId stay(std::vector<std::string> anchors) {
    return console()
        .spawn({.function = "stay", .anchors = std::move(anchors), .executable = CIRCUIT_ANCHORS})
        .address.id;
  }
  /// A part of the program that goes on; gives its id.
  std::pair<std::unique_ptr<Program>, WorkerId> part(const std::string& name, const std::string& path) {
    auto program = std::make_unique<Program>(std::vector<std::string>{CIRCUIT_ANCHORS, name, path});
    EXPECT_TRUE(
        eventually([&] { return program->out().find('\n') != std::string::npos || program->has_ended(); }));
    auto id = WorkerId::parse(program->out().substr(0, 17));
    EXPECT_TRUE(id) << program->err();
    return {std::move(program), id.value_or(WorkerId())};
  }
  /// Waits, by the directory's own changes, until just these stand in it.
  bool becomes(const Directory& directory, const std::set<WorkerId>& expected) {
    const auto deadline = Steady::now() + patience;
    for (AnchorListing seen = directory.files();;) {
      std::set<WorkerId> ids;
      for (const auto& [id, file] : seen.files) ids.insert(id);
      if (ids == expected) return true;
      if (Steady::now() >= deadline) return false;
      try {
        seen = directory.change(seen.rev, std::chrono::seconds(5));
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::deadline) << error.what();
      }
    }
  }
  std::uint64_t waits() {
    auto status = console().ask(spawn::agent_interface().status);
    return status.has_value() ? status->anchor_waits : UINT64_MAX;
  }
  static ErrorKind kind_of(const std::function<void()>& act, std::string* text = nullptr) {
    try {
      act();
    } catch (const Error& error) {
      if (text != nullptr) *text = error.what();
      return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorKind::failed;
  }
  void replace_agent() {
    const pid_t former = agent_pid();
    ASSERT_EQ(::kill(former, SIGKILL), 0);
    await_agent(former);
  }

  Runtime runtime_{0, nullptr, {directory().string(), true}};
  Anchors anchors_ = runtime_.anchors();
};

}  // namespace circuit::support
