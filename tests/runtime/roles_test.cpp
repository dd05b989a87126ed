// The part that a program plays, as its environment says.
#include <gmock/gmock.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Roles : public Host {};

TEST_F(Roles, AnUnknownOneEndsTheProgram) {
  for (const char* program : {CIRCUIT_VALUES, CIRCUIT_WORKER, CIRCUIT_LIBRARY_WORKER}) {
    const Outcome outcome = run({program}, {"CIRCUIT_ROLE=emperor"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("emperor"), HasSubstr("CIRCUIT_ROLE")));
  }
  EXPECT_TRUE(processes_of(directory()).empty());
}

TEST_F(Roles, AWorkerThatNoAgentStartedSaysWhy) {
  const Outcome outcome = run({CIRCUIT_WORKER}, {"CIRCUIT_ROLE=worker"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("cannot start"));
}

TEST_F(Roles, AProgramThatIsOnlyAWorkerSaysSo) {
  const Outcome outcome = run({CIRCUIT_WORKER});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("runs functions for others"));
  EXPECT_EQ(keeper_pid(), 0);
}

TEST_F(Roles, AProgramThatIsOnlyAWorkerServesTheShell) {
  start();
  const Outcome outcome = circuit({"spawn", "localhost", "-x", CIRCUIT_WORKER, "sum", "[1, 2, 39]"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "42\n");
  // From then on the agent knows it.
  const Outcome again = circuit({"spawn", "localhost", "sum", "[]"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.out, "0\n");
  EXPECT_THAT(circuit({"functions"}).out, HasSubstr("sum(numbers: "));
}

TEST_F(Roles, AnAppCanHaveAnotherProgramAsItsWorkersByPathOrByName) {
  for (const std::string worker : {CIRCUIT_LIBRARY_WORKER, "runtime_library_worker"}) {
    const Outcome outcome = run({CIRCUIT_ELSEWHERE, worker});
    EXPECT_EQ(outcome.out, "FROM THE LIBRARY\n");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("refused"),
                                   HasSubstr("no function whisper(text)->text; it has shout(text)->text")));
  }
  const Outcome outcome = run({CIRCUIT_ELSEWHERE, "no_such_worker"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("refused"), HasSubstr("no_such_worker: No such file")));
}

TEST_F(Roles, AWorkerOfALibraryOfRegistrationsHasThem) {
  start();
  const Outcome outcome = circuit({"spawn", "localhost", "-x", CIRCUIT_LIBRARY_WORKER, "shout", "here"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "\"HERE\"\n");
}

TEST_F(Roles, AMainOfItsOwnTakesThePlaceOfThatOfTheLibraryAndDoesNotRunInAWorker) {
  const Outcome outcome = run({CIRCUIT_OWN_MAIN});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  ASSERT_THAT(outcome.out, HasSubstr("\nthe main has run\n"));
  const auto worker = WorkerId::parse(outcome.out.substr(0, 17));
  ASSERT_TRUE(worker) << outcome.out;
  EXPECT_TRUE(eventually([&] { return console().is_dead(*worker); }));
  EXPECT_EQ(read_text(jail(*worker) / "out"), "the function has run\n");
  // Nor when it is asked what it has.
  const Outcome functions = run({CIRCUIT_OWN_MAIN}, {"CIRCUIT_ROLE=functions"});
  EXPECT_THAT(functions.out, AllOf(HasSubstr("say_so"), ::testing::Not(HasSubstr("has run"))));
}

TEST_F(Roles, AnAppWithoutAnAgentStartsOne) {
  EXPECT_EQ(run({CIRCUIT_VALUES, "lambda"}).out, "42 63\n");
  EXPECT_NE(keeper_pid(), 0);
  EXPECT_NE(agent_pid(), 0);
}

TEST_F(Roles, TwoAppsAtOnceStartOneKeeper) {
  Program one({CIRCUIT_VALUES, "lambda"}), two({CIRCUIT_VALUES, "lambda"}), three({CIRCUIT_VALUES, "lambda"});
  for (Program* program : {&one, &two, &three}) {
    const Outcome outcome = program->wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "42 63\n");
  }
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
      << names_of(processes_of(directory()));
}

TEST_F(Roles, WithoutTheCircuitProgramTheErrorSaysWhereItWasLookedFor) {
  const Outcome outcome = run({CIRCUIT_VALUES, "lambda"}, {"CIRCUIT_PROGRAM=/nowhere/circuit"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("CIRCUIT_PROGRAM names /nowhere/circuit"));
}

}  // namespace
}  // namespace circuit::support
