// Whatever is wrong with a spawn: one clear sentence, and nothing left behind.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "cli/shell.hpp"

namespace circuit::support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class BadInput : public RunningShell {
 protected:
  void TearDown() override { expect_nothing_left(); }
  static std::string spawn_complaint(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"spawn", "localhost"});
    return complaint_of(std::move(arguments));
  }
  /// An executable file with this text.
  std::string script(const std::string& name, const std::string& text) {
    const auto path = directory() / name;
    write_text(path, text);
    EXPECT_EQ(::chmod(path.c_str(), 0700), 0);
    return path;
  }
};

TEST_F(BadInput, UnknownFunctionsGetASuggestion) {
  EXPECT_THAT(spawn_complaint({"gret", "x"}), AllOf(HasSubstr("'gret'"), HasSubstr("did you mean greet?")));
  EXPECT_THAT(spawn_complaint({"entirely_different"}),
              AllOf(HasSubstr("'entirely_different'"), HasSubstr("circuit functions")));
}

TEST_F(BadInput, WrongArgumentsAreNamedWithTypeAndValue) {
  EXPECT_THAT(
      spawn_complaint({"-a", "/x", "sleep", "soon"}),
      AllOf(HasSubstr("argument 1 (seconds)"), HasSubstr("expected a number"), HasSubstr("\"soon\"")));
  EXPECT_THAT(spawn_complaint({"sleep", "[1]"}),
              AllOf(HasSubstr("argument 1 (seconds)"), HasSubstr("an array of 1")));
  EXPECT_THAT(spawn_complaint({"greet"}), AllOf(HasSubstr("argument 1 (name)"), HasSubstr("text")));
  EXPECT_THAT(spawn_complaint({"greet", "a", "b"}),
              AllOf(HasSubstr("got 2"), HasSubstr("greet(name: text)")));
  EXPECT_THAT(spawn_complaint({"echo", "no base64"}),
              AllOf(HasSubstr("argument 1 (bytes)"), HasSubstr("no base64")));
  EXPECT_THAT(spawn_complaint({"greet", "a\xff"}), HasSubstr("argument 1 is not UTF-8"));
}

TEST_F(BadInput, UnknownHost) {
  EXPECT_THAT(complaint_of({"spawn", "nowhere", "greet", "x"}), HasSubstr("unknown host 'nowhere'"));
}

TEST_F(BadInput, AnchorsThatBreakARule) {
  auto complaint = [](const std::string& anchor) { return spawn_complaint({"-a", anchor, "greet", "x"}); };
  EXPECT_THAT(complaint("relative"), HasSubstr("start with '/'"));
  EXPECT_THAT(complaint("/" + std::string(200, 'x')), HasSubstr("bytes"));
  EXPECT_THAT(complaint("/x/R0123456789abcdef"), HasSubstr("worker's id"));
  EXPECT_THAT(complaint("/bell\a"), HasSubstr("control character"));
  EXPECT_THAT(complaint("/\xff"), HasSubstr("UTF-8"));
  EXPECT_THAT(complaint("/\xee\x80\x80"), HasSubstr("U+E000"));
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "/x";
  EXPECT_THAT(complaint(deep), HasSubstr("40 parts"));
  std::vector<std::string> many;
  for (int i = 0; i < 80; ++i) many.insert(many.end(), {"-a", "/x/" + std::to_string(i)});
  many.insert(many.end(), {"greet", "x"});
  EXPECT_THAT(spawn_complaint(many), HasSubstr("anchors"));
}

TEST_F(BadInput, ExecutableThatIsMissingOrNone) {
  EXPECT_THAT(spawn_complaint({"-x", "/nowhere/program", "greet", "x"}),
              AllOf(HasSubstr("/nowhere/program"), HasSubstr("No such file")));
  EXPECT_THAT(spawn_complaint({"-x", "/bin/true", "greet", "x"}),
              AllOf(HasSubstr("/bin/true"), HasSubstr("no worker executable")));
  write_text(directory() / "text", "just a text");
  EXPECT_THAT(spawn_complaint({"-x", directory() / "text", "greet", "x"}), HasSubstr("Permission denied"));
}

TEST_F(BadInput, ExecutableThatCrashesWhenAskedForItsFunctions) {
  EXPECT_THAT(spawn_complaint({"-x", script("crash", "#!/bin/sh\nkill -SEGV $$\n"), "greet", "x"}),
              HasSubstr("signal 11"));
}

/// Slow: it has five seconds.
TEST_F(BadInput, ExecutableThatSaysNothing) {
  EXPECT_THAT(spawn_complaint({"-x", script("silent", "#!/bin/sh\nexec sleep 1000\n"), "greet", "x"}),
              HasSubstr("in time"));
}

}  // namespace
}  // namespace circuit::support
