// What the original got wrong about spawning and killing, each by name. Others stand where they belong: a
// spawner that dies half-way and an unregistered function in starts_test.cpp, a reused pid in
// tests/agent/kill_test.cpp, old jails in tests/agent/jail_test.cpp.
#include <csignal>
#include <gmock/gmock.h>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;

class SpawnDefects : public Host {};

/// A login and a handshake for each spawn, one after the other.
TEST_F(SpawnDefects, ManySpawnsOnOneHostAreUnderWayAtOnceAndLeaveTheCallersAnchorsAlone) {
  const Outcome outcome = run({CIRCUIT_STARTS, "many at once"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "12 1\n");
}

/// A worker slept for a second before it ended, for the sake of its last answer.
TEST_F(SpawnDefects, AWorkerEndsAtOnceWhenItsFunctionHasReturned) {
  const Outcome outcome = run({CIRCUIT_STARTS, "ends at once"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "at once\n");
}

/// A Ctrl-C in the terminal of the spawner reached its workers.
TEST_F(SpawnDefects, AWorkerHasASessionOfItsOwn) { EXPECT_EQ(run({CIRCUIT_STARTS, "session"}).out, "1\n"); }

/// A kill was a kill, at once, and needed a login.
TEST_F(SpawnDefects, AKillIsARequestFirstAndNeedsNothingButTheAgent) {
  start();
  const auto worker = console().spawn({"sleep", "[60]", {"/asleep"}});
  ASSERT_TRUE(console().kill(worker.address.id).has_value());
  ASSERT_TRUE(eventually([&] { return console().is_dead(worker.address.id); }));
  EXPECT_THAT(console().worker(worker.address.id)->cause.text, HasSubstr("exited with 0, as"));
}

/// What a worker wrote to its standard output was out of reach.
TEST_F(SpawnDefects, WhatAWorkerWritesStaysInItsJail) {
  Program program({CIRCUIT_STARTS, "start and run"});
  ASSERT_TRUE(eventually([&] { return program.out().ends_with('\n') || program.has_ended(); }))
      << program.err();
  const WorkerId id = WorkerId::parse(program.out().substr(0, 17)).value_or(WorkerId());
  ASSERT_TRUE(eventually([&] { return read_text(jail(id) / "out") == "runs\n"; }));
  program.signal(SIGKILL);
  ASSERT_TRUE(eventually([&] { return console().is_dead(id); }));
  EXPECT_EQ(read_text(jail(id) / "out"), "runs\n");
}

}  // namespace
}  // namespace circuit::support
