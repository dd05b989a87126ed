// Two programs that were built from different sources and call each other.
#include <gmock/gmock.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Generations : public Host {
 protected:
  /// What the newer program says, whose workers are the older one.
  static std::vector<std::string> newer(const std::string& part, const std::string& argument = {}) {
    return lines_of({CIRCUIT_NEWER, part, CIRCUIT_OLDER, argument});
  }
  static std::vector<std::string> older(const std::string& part) {
    return lines_of({CIRCUIT_OLDER, part, CIRCUIT_NEWER});
  }

 private:
  static std::vector<std::string> lines_of(std::vector<std::string> command) {
    const Outcome outcome = run(std::move(command));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::vector<std::string> lines;
    for (std::size_t at = 0, end; (end = outcome.out.find('\n', at)) != std::string::npos; at = end + 1)
      lines.push_back(outcome.out.substr(at, end - at));
    return lines;
  }
};

const std::string older_span = "struct{i32,i32}", newer_span = "struct{text,text}";

TEST_F(Generations, AnOlderProgramRunsFunctionsOfANewerOne) {
  EXPECT_THAT(older("functions"), AllOf(SizeIs(3), Each(StartsWith("right: "))));
}

TEST_F(Generations, ANewerProgramRunsFunctionsOfAnOlderOne) {
  EXPECT_THAT(newer("functions"), AllOf(SizeIs(5), Each(StartsWith("right: "))));
}

TEST_F(Generations, CallEachOthersObjectsAndShareChannels) {
  EXPECT_THAT(newer("references"), AllOf(SizeIs(6), Each(StartsWith("right: "))));
}

TEST_F(Generations, DialEachOthersServices) {
  EXPECT_THAT(newer("services"), AllOf(SizeIs(2), Each(StartsWith("right: "))));
}

TEST_F(Generations, ReadWhatTheOtherHasStored) {
  EXPECT_THAT(newer("stored"), AllOf(SizeIs(4), Each(StartsWith("right: "))));
}

TEST_F(Generations, AWorkerOfTheOtherProgramThatIsStartedAgainIsCalledAgain) {
  const TemporaryDirectory runs;
  EXPECT_THAT(newer("restarts", runs.path()), AllOf(SizeIs(1), Each(StartsWith("right: "))));
  EXPECT_TRUE(eventually([&] { return read_text(runs.path() / "3") == "ada"; }));
}

TEST_F(Generations, WhatDoesNotMatchIsRefusedWithBothDescriptors) {
  const auto by_newer = newer("refused"), by_older = older("refused");
  ASSERT_THAT(by_newer, SizeIs(9));
  ASSERT_THAT(by_older, SizeIs(4));
  auto both = [](const std::string& name) {
    return AllOf(StartsWith("refused | "), HasSubstr(name + "(" + older_span + ")->i32"),
                 HasSubstr(name + "(" + newer_span + ")->i32"));
  };
  EXPECT_THAT(by_newer[0], both("width"));
  EXPECT_THAT(by_older[0], both("width"));
  auto results = AllOf(StartsWith("refused | "), HasSubstr("widest()->" + older_span),
                       HasSubstr("widest()->" + newer_span));
  EXPECT_THAT(by_newer[1], results);
  EXPECT_THAT(by_older[1], results);
  EXPECT_THAT(by_newer[5], both("Ledger.width"));
  EXPECT_THAT(by_newer[7],
              AllOf(HasSubstr("channel<" + older_span + ">"), HasSubstr("channel<" + newer_span + ">")));
  EXPECT_THAT(by_newer[8], AllOf(StartsWith("invalid | "), HasSubstr(older_span), HasSubstr(newer_span)));
}

TEST_F(Generations, WhatTheOtherLacksIsRefusedWithWhatItHas) {
  const auto lines = newer("refused");
  ASSERT_THAT(lines, SizeIs(9));
  EXPECT_THAT(lines[4], AllOf(StartsWith("refused | "), HasSubstr("has no function only_here(text)->text"),
                              HasSubstr("meet(struct{")));
  EXPECT_THAT(lines[6], AllOf(StartsWith("refused | "), HasSubstr("has no method Ledger.clear()->void"),
                              HasSubstr("Ledger.count()->u64")));
}

TEST_F(Generations, ALambdaOfOneSourceIsRefusedByAnotherBuildAndNeverGuessed) {
  for (const auto& lines : {newer("refused"), older("refused")}) {
    ASSERT_GE(lines.size(), 4u);
    for (std::size_t line : {2u, 3u})
      EXPECT_THAT(lines[line], AllOf(StartsWith("refused | "), HasSubstr("is another build than its caller"),
                                     HasSubstr("make it a function with CIRCUIT_FUNCTION in both programs")));
    EXPECT_THAT(lines[2], HasSubstr("lambda(i32)->i32"));
    EXPECT_THAT(lines[3], HasSubstr("function(i32)->i32"));
  }
}

}  // namespace
}  // namespace circuit::support
