// Help, wrong command lines and completion.
#include <gmock/gmock.h>

#include "cli/shell.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::UnorderedElementsAre;

const std::vector<std::string> commands{"up",     "spawn",     "ls",        "kill",
                                        "worker", "functions", "zookeeper", "completion"};

TEST_F(Shell, HelpFitsEightyColumnsAndHasExamples) {
  std::vector<std::vector<std::string>> all{{"--help"}};
  for (const std::string& command : commands) all.push_back({command, "--help"});
  for (const auto& arguments : all) {
    const Outcome outcome = circuit(arguments);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    EXPECT_THAT(outcome.out,
                HasSubstr("circuit " + (arguments.size() == 1 ? std::string("up") : arguments[0])))
        << outcome.out;
    for (const std::string& line : lines_of(outcome.out)) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST_F(Shell, WrongCommandLinesEndWithTwo) {
  EXPECT_THAT(complaint_of({"lss"}, 2), HasSubstr("'lss'"));
  EXPECT_THAT(complaint_of({"ls", "/a", "/b"}, 2), HasSubstr("'/b'"));
  EXPECT_THAT(complaint_of({"ls", "--nonsense"}, 2), HasSubstr("circuit ls --help"));
  EXPECT_THAT(complaint_of({"spawn", "localhost"}, 2), HasSubstr("FUNCTION"));
  EXPECT_THAT(complaint_of({"up", "--port", "99999"}, 2), HasSubstr("99999"));
  EXPECT_THAT(complaint_of({"worker"}, 2), HasSubstr("ID"));
  EXPECT_EQ(circuit({}).status, 2);
  EXPECT_EQ(circuit({}).out, "");
}

/// What bash offers for a line whose last word is being typed.
std::string completion_line(const std::string& words, int at) {
  return "source <(\"$C\" completion bash); circuit() { \"$C\" \"$@\"; }; COMP_WORDS=(" + words +
         "); COMP_CWORD=" + std::to_string(at) + "; _circuit; printf '%s\\n' \"${COMPREPLY[@]}\"";
}

TEST_F(Shell, CompletionKnowsCommandsOptionsAndHosts) {
  EXPECT_THAT(commands, IsSubsetOf(lines_of(bash(completion_line("circuit ''", 1)).out)));
  EXPECT_THAT(lines_of(bash(completion_line("circuit f", 1)).out), UnorderedElementsAre("functions"));
  EXPECT_THAT(
      lines_of(bash(completion_line("circuit up --", 2)).out),
      UnorderedElementsAre("--help", "--port", "--read-only", "--gui", "--zookeeper", "--embedded", "--dir"));
  EXPECT_THAT(lines_of(bash(completion_line("circuit spawn l", 2)).out), UnorderedElementsAre("localhost"));
  EXPECT_THAT(lines_of(bash(completion_line("circuit kill --signal K", 3)).out),
              UnorderedElementsAre("KILL"));
}

TEST_F(RunningShell, CompletionKnowsAnchorsWorkersAndFunctions) {
  const std::string id = spawn("/deep/er").string();
  EXPECT_THAT(lines_of(bash(completion_line("circuit ls /d", 2)).out),
              UnorderedElementsAre("/deep", "/deep/er", "/deep/er/" + id));
  EXPECT_THAT(lines_of(bash(completion_line("circuit spawn localhost gr", 3)).out),
              UnorderedElementsAre("greet"));
}

}  // namespace
}  // namespace circuit::support
