// circuit ls, functions and worker: what the shell shows.
#include <gmock/gmock.h>

#include "cli/shell.hpp"

namespace circuit::support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using ShellList = RunningShell;

TEST_F(ShellList, AnEmptyClusterHasNothingToShow) {
  EXPECT_THAT(ls({}), IsEmpty());
  EXPECT_THAT(ls({"/"}), IsEmpty());
  EXPECT_THAT(ls({"-l", "/..."}), IsEmpty());
  EXPECT_THAT(ls({"--json"}), ElementsAre("[]"));
}

TEST_F(ShellList, DirectoriesComeFirstEachWithWhatIsBelow) {
  const std::string deep = spawn("/s/deep/er").string(), top = spawn("/s").string();
  EXPECT_THAT(ls({"/s"}), ElementsAre("/s/deep", "/s/" + top));
  EXPECT_THAT(ls({"/s/..."}), ElementsAre("/s/deep", "/s/deep/er", "/s/deep/er/" + deep, "/s/" + top));
  EXPECT_THAT(ls({"-s", "//s/./..."}), ElementsAre("deep", "er", deep, top));
  EXPECT_THAT(ls({"/"}), ElementsAre("/host", "/s"));
  EXPECT_THAT(ls({"/s/" + top}), ElementsAre("/s/" + top));
  EXPECT_THAT(ls({top}), ElementsAre("/host/localhost/" + top, "/s/" + top));
  EXPECT_EQ(ls({}), ls({"/..."}));
}

TEST_F(ShellList, JsonHasEveryLineAndTheWholeWorker) {
  const WorkerId id = spawn("/s");
  const auto all = circuit_json({"ls", "--json", "/s/..."}).as_array();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].at("path").as_string(), "/s/" + id.string());
  EXPECT_EQ(all[0].at("worker").at("id").as_string(), id.string());
  EXPECT_EQ(all[0].at("worker").at("pid").to_number<pid_t>(), console().worker(id)->address.pid);
}

TEST_F(ShellList, LongRowsFitTheWidthAndKeepTheId) {
  const std::string anchor = "/a/very/long/anchor/that/needs/a/lot/of/room/in/a/table/of/eighty/columns";
  const WorkerId id = spawn(anchor, {"sleep", "600.123456789012345"});
  const Outcome cut = bash("\"$C\" ls -l", {"COLUMNS=80"});
  for (const std::string& line : lines_of(cut.out))
    EXPECT_LE(line.size(), 80U + 2 * 2) << line;  // … has three bytes
  EXPECT_THAT(cut.out, HasSubstr("…/" + id.string()));
  EXPECT_THAT(bash("\"$C\" ls -l", {"COLUMNS="}).out, HasSubstr(anchor + "/" + id.string()));
}

TEST_F(ShellList, WhatIsNotThereIsSaid) {
  const WorkerId id = spawn("/s");
  EXPECT_THAT(complaint_of({"ls", "/nothing"}), HasSubstr("/nothing"));
  EXPECT_THAT(complaint_of({"ls", "/t/" + id.string()}), HasSubstr("/s/" + id.string()));
  EXPECT_THAT(complaint_of({"ls", "R0000000000000001"}), HasSubstr("R0000000000000001"));
  EXPECT_THAT(complaint_of({"ls", "s"}), HasSubstr("'s'"));
  ASSERT_EQ(circuit({"kill", id.string()}).status, 0);
  EXPECT_THAT(complaint_of({"ls", id.string()}), HasSubstr("dead"));
}

TEST_F(ShellList, AReaderThatGoesAwayIsNoFault) {
  for (int i = 0; i < 3; ++i) spawn("/s");
  const Outcome outcome = bash("\"$C\" ls | head -n 1");
  EXPECT_EQ(outcome.out, "/host\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(bash("\"$C\" ls > /dev/full").status, 1);
  EXPECT_THAT(bash("\"$C\" ls > /dev/full").err, HasSubstr("standard output"));
}

TEST_F(ShellList, FunctionsHaveNameSignatureAndExecutable) {
  const auto all = circuit_json({"functions", "--json"}).as_array();
  bool found = false;
  for (const auto& function : all) {
    EXPECT_TRUE(function.at("executable").as_string().starts_with("/"));
    found |= function.at("name").as_string() == "greet" &&
             function.at("signature").as_string() == "greet(name: text) -> text";
  }
  EXPECT_TRUE(found);
  EXPECT_THAT(circuit({"functions"}).out, HasSubstr("sleep(seconds: f64 = 60)"));
}

TEST_F(ShellList, WorkerShowsOneAliveAndDead) {
  const std::string id = spawn("/s").string();
  EXPECT_THAT(circuit({"worker", "/s/" + id}).out, HasSubstr("anchor      /s\n"));
  ASSERT_EQ(circuit({"kill", "--signal", "KILL", id}).status, 0);
  const auto record = circuit_json({"worker", "--json", id});
  EXPECT_EQ(record.at("state").as_string(), "dead");
  EXPECT_THAT(circuit({"worker", id}).out, HasSubstr("cause       "));
  EXPECT_THAT(complaint_of({"worker", "nobody"}), HasSubstr("'nobody'"));
}

TEST_F(Shell, WithoutAnAgentEachCommandSaysHowToStartOne) {
  using Command = std::vector<std::string>;
  for (const Command& command : {Command{"ls"},
                                 {"functions"},
                                 {"spawn", "localhost", "greet", "x"},
                                 {"kill", "/x"},
                                 {"worker", "R0000000000000001"}})
    EXPECT_THAT(complaint_of(command), HasSubstr("start one with `circuit up`"));
  EXPECT_FALSE(std::filesystem::exists(sockets()));
}

}  // namespace
}  // namespace circuit::support
