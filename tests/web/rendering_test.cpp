#include "server/rendering.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "fake_cluster.hpp"

namespace circuit::web {
namespace {

using testing::worker;

TEST(Rendering, WritesAWorkerAsTheApiPromises) {
  auto object = boost::json::parse(render(worker(0x6aca01d945c3b861))).as_object();
  EXPECT_EQ(object.at("id"), "R6aca01d945c3b861");
  EXPECT_EQ(object.at("incarnation"), "0000000000000abc");
  EXPECT_EQ(object.at("state"), "live");
  EXPECT_EQ(object.at("started_ms").to_number<std::int64_t>(), 1'700'000'000'000);
  EXPECT_TRUE(object.at("cause").is_null());
  EXPECT_TRUE(object.at("died_ms").is_null());
  EXPECT_EQ(object.at("anchors").as_array().size(), 2u);
}

TEST(Rendering, WritesWhyAndWhenAWorkerDied) {
  spawn::WorkerRecord dead = worker(1);
  dead.state = spawn::WorkerState::dead;
  dead.cause = {spawn::CauseKind::signalled, 11, "ended by SIGSEGV"};
  dead.died_wall_ns = 5'000'000'000;
  auto object = boost::json::parse(render(dead)).as_object();
  EXPECT_EQ(object.at("cause").at("kind"), "signalled");
  EXPECT_EQ(object.at("cause").at("code"), 11);
  EXPECT_EQ(object.at("died_ms").to_number<std::int64_t>(), 5000);
}

TEST(Rendering, KeepsHostileTextInsideItsString) {
  spawn::WorkerRecord hostile = worker(1, "</script><b>\"\\\n\x01\xff");
  std::string text = render(hostile);
  auto object = boost::json::parse(text).as_object();
  EXPECT_EQ(object.at("function").as_string(), "</script><b>\"\\\n\x01\xef\xbf\xbd");
}

TEST(Rendering, WritesTheValueOfAnOutcomeAsTextOfJson) {
  auto object =
      boost::json::parse(render_outcome(WorkerId{1}, std::string("18446744073709551615"))).as_object();
  EXPECT_EQ(object.at("value"), "18446744073709551615");
  auto failed = boost::json::parse(render_outcome(WorkerId{1}, failure(ErrorKind::dead, "it \"died\"")));
  EXPECT_EQ(failed.at("error").at("kind"), "dead");
  EXPECT_EQ(failed.at("error").at("text"), "it \"died\"");
}

TEST(Rendering, TellsTheFirstCallsAndCountsTheOthers) {
  monitor::Calls calls;
  for (std::uint64_t id = 1; id <= limits::web_told_calls + 3; ++id) calls.calls.push_back(testing::call(id));
  calls.untold = 4;
  calls.trouble = "\"</script>\xff";
  auto object = boost::json::parse(render(calls)).as_object();
  ASSERT_EQ(object.at("calls").as_array().size(), limits::web_told_calls);
  EXPECT_EQ(object.at("calls").at(0).at("id"), "0000000000000001");
  EXPECT_EQ(object.at("untold"), 7);
  EXPECT_EQ(object.at("trouble"), "\"</script>\xef\xbf\xbd");
}

TEST(Rendering, DoesNotSendAResultThatNoPageWouldShow) {
  std::string large(limits::web_outcome_bytes + 1, 'x');
  auto object = boost::json::parse(render_outcome(WorkerId{1}, large)).as_object();
  EXPECT_EQ(object.at("error").at("kind"), "overloaded");
}

}  // namespace
}  // namespace circuit::web
