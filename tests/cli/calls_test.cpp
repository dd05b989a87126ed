// circuit calls: what runs just now, as the shell shows it.
#include <boost/json.hpp>
#include <csignal>
#include <gmock/gmock.h>

#include "cli/shell.hpp"
#include "spawn/agent_interface.hpp"

namespace circuit::support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ShellCalls : public RunningShell {
 protected:
  /// `circuit calls ARGUMENTS...`, when it shows that many calls.
  static std::vector<std::string> rows(std::vector<std::string> arguments, std::size_t count) {
    arguments.insert(arguments.begin(), "calls");
    std::vector<std::string> lines;
    EXPECT_TRUE(eventually([&] {
      lines = lines_of(circuit(arguments).out);
      return lines.size() == (count == 0 ? 0 : count + 1);
    })) << ::testing::PrintToString(lines);
    return lines;
  }
};

TEST_F(ShellCalls, AreATableWithMethodAndArguments) {
  rows({}, 0);
  const WorkerId id = spawn("/s", {"sleep", "600"});
  const auto lines = rows({}, 1);
  EXPECT_THAT(lines.at(0), HasSubstr("AGE"));
  EXPECT_THAT(lines.at(1), AllOf(HasSubstr("running"), HasSubstr(id.string()), HasSubstr("sleep(600)")));
  ASSERT_EQ(circuit({"kill", id.string()}).status, 0);
  rows({}, 0);
}

TEST_F(ShellCalls, AreThoseOfTheSelectedWorkers) {
  const WorkerId id = spawn("/s/deep", {"sleep", "600"});
  spawn("/t", {"burn", "600"});
  rows({}, 2);
  EXPECT_THAT(rows({"/s/..."}, 1).at(1), HasSubstr("sleep"));
  EXPECT_THAT(rows({"/t"}, 1).at(1), HasSubstr("burn"));
  EXPECT_THAT(rows({id.string()}, 1).at(1), HasSubstr("sleep"));
  EXPECT_THAT(complaint_of({"calls", "/nothing"}), HasSubstr("/nothing"));
}

TEST_F(ShellCalls, WithinAnotherAreIndentedUnderItAlsoWhileTheirWorkerIsStopped) {
  Program relay({CIRCUIT_RELAY, "600"});
  const auto both = [&] {
    const auto lines = lines_of(circuit({"calls"}).out);
    return lines.size() == 3 && lines[2].find("running") != std::string::npos;
  };
  ASSERT_TRUE(eventually([&] { return both() || relay.has_ended(); })) << relay.err();
  auto listing = console().ask(spawn::agent_interface().list, std::string("/relay/second"));
  ASSERT_TRUE(listing.has_value());
  const auto second = listing->workers.at(0).address;
  ASSERT_TRUE(stop(second.pid));
  const auto lines = rows({}, 2);
  EXPECT_THAT(lines.at(1), HasSubstr("  rest_elsewhere("));
  EXPECT_THAT(lines.at(2), AllOf(HasSubstr("    Sleeper.rest(600)"), HasSubstr(second.id.string())));
  ASSERT_EQ(::kill(second.pid, SIGCONT), 0);
  ASSERT_EQ(circuit({"kill", "--signal", "KILL", second.id.string()}).status, 0);
  rows({}, 0);
  relay.wait();
}

TEST_F(ShellCalls, JsonHasBothEnds) {
  const WorkerId id = spawn("/s", {"sleep", "600"});
  rows({}, 1);
  const auto all = circuit_json({"calls", "--json"}).as_array();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].at("callee").as_string(), id.string());
  EXPECT_EQ(all[0].at("method").as_string(), "sleep");
  EXPECT_EQ(all[0].at("descriptor").as_string(), "sleep(f64)->void");
  EXPECT_EQ(all[0].at("arguments").as_string(), "[600]");
  EXPECT_EQ(all[0].at("phase").as_string(), "running");
  EXPECT_EQ(all[0].at("parent"), nullptr);
}

TEST_F(ShellCalls, AreWatchedUntilASignalComes) {
  Program watch(circuit_command({"calls", "--watch", "--json"}));
  ASSERT_TRUE(eventually([&] { return watch.out() == "[]\n"; })) << watch.err();
  const WorkerId id = spawn("/s", {"sleep", "600"});
  ASSERT_TRUE(eventually([&] { return lines_of(watch.out()).size() == 2; })) << watch.out();
  EXPECT_THAT(lines_of(watch.out()).back(), HasSubstr(id.string()));
  ASSERT_EQ(circuit({"kill", id.string()}).status, 0);
  ASSERT_TRUE(eventually([&] { return watch.out().ends_with("\n[]\n"); })) << watch.out();
  watch.signal(SIGINT);
  EXPECT_EQ(watch.wait().status, 0) << watch.err();
}

}  // namespace
}  // namespace circuit::support
