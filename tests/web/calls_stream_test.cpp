// The calls in flight on a stream: told to those who look, and read only while somebody does.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "client.hpp"
#include "support/eventually.hpp"

namespace circuit::web {
namespace {

using testing::Bench;
using testing::call;
using testing::StreamClient;

constexpr const char* look = R"({"watch":["calls"]})";
constexpr const char* look_away = R"({"watch":[]})";

std::unique_ptr<StreamClient> watcher(Bench& bench) {
  auto client = std::make_unique<StreamClient>(bench);
  client->send_token(testing::view_token);
  EXPECT_TRUE(client->receive("snapshot"));
  client->send(look);
  return client;
}

TEST(CallsStream, TellsThemToWhoLooksAtOnceAndWheneverTheyChange) {
  Bench bench;
  bench.cluster.change_calls({call(7)}, 3);
  bench.start();
  auto client = watcher(bench);
  auto first = client->receive("calls");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at("untold"), 3);
  EXPECT_EQ(first->at("trouble"), "");
  EXPECT_GT(first->at("now_ms").to_number<std::int64_t>(), 0);
  EXPECT_EQ(first->at("read_ms").to_number<std::int64_t>(), 1'700'000'001'000);
  ASSERT_EQ(first->at("calls").as_array().size(), 1u);
  EXPECT_EQ(first->at("calls").at(0).at("arguments"), "[600]");
  bench.cluster.change_calls({}, 0, "no agent runs here");
  auto next = client->receive("calls");
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->at("calls").as_array().empty());
  EXPECT_EQ(next->at("trouble"), "no agent runs here");
}

TEST(CallsStream, ReadsNothingThatNobodyLooksAt) {
  Bench bench;
  bench.start();
  StreamClient indifferent(bench);
  indifferent.send_token();
  ASSERT_TRUE(indifferent.receive("snapshot"));
  EXPECT_EQ(bench.cluster.call_watchers(), 0u);
  auto one = watcher(bench);
  ASSERT_TRUE(one->receive("calls"));
  auto another = watcher(bench);
  ASSERT_TRUE(another->receive("calls"));
  EXPECT_EQ(bench.cluster.call_watchers(), 1u) << "two pages, one reading";
  one->send(look_away);
  bench.cluster.change_calls({call(1)});
  ASSERT_TRUE(another->receive("calls"));
  EXPECT_EQ(bench.cluster.call_watchers(), 1u);
  another.reset();
  EXPECT_TRUE(support::eventually([&] { return bench.cluster.call_watchers() == 0; }))
      << "a page has been closed";
  // The one that never looked was told of nothing.
  for (auto message = indifferent.receive(); message; message = indifferent.receive()) {
    EXPECT_NE(message->at("type"), "calls");
    if (message->at("type") == "heartbeat") break;
  }
}

TEST(CallsStream, TellsWhoLooksAgainWhatIsInFlightThenAndNotWhatWas) {
  Bench bench;
  bench.cluster.change_calls({call(1, "old")});
  bench.start();
  auto client = watcher(bench);
  ASSERT_TRUE(client->receive("calls"));
  client->send(look_away);
  ASSERT_TRUE(support::eventually([&] { return bench.cluster.call_watchers() == 0; }));
  bench.cluster.change_calls({call(2, "new")});
  client->send(look);
  auto told = client->receive("calls");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->at("calls").at(0).at("method"), "new");
}

TEST(CallsStream, TellsThemAgainToWhoSaysItAgain) {
  Bench bench;
  bench.start();
  auto client = watcher(bench);
  ASSERT_TRUE(client->receive("calls"));
  client->send(look);
  ASSERT_TRUE(client->receive("calls"));
  EXPECT_EQ(bench.cluster.call_watchers(), 1u);
}

TEST(CallsStream, QueuesNothingForABrowserThatDoesNotReadAndTellsItTheNewest) {
  Bench bench;
  bench.start();
  auto slow = watcher(bench);
  auto good = watcher(bench);
  ASSERT_TRUE(slow->receive("calls"));
  ASSERT_TRUE(good->receive("calls"));
  std::vector<monitor::Call> many(limits::web_told_calls, call(1, std::string(200, 'm')));
  // Far more than the buffers of a socket hold, while the slow one reads nothing.
  constexpr std::uint64_t rounds = 30;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    many.front().id = round;
    bench.cluster.change_calls(many);
    ASSERT_TRUE(good->receive("calls"));
  }
  std::size_t messages = 0;
  const std::string newest = "000000000000001e";
  std::string last;
  while (last != newest) {
    auto told = slow->receive("calls");
    ASSERT_TRUE(told);
    last = std::string(told->at("calls").at(0).at("id").as_string());
    ++messages;
  }
  EXPECT_LT(messages, rounds);
}

TEST(CallsStream, IgnoresWhatItDoesNotUnderstand) {
  Bench bench;
  bench.start();
  StreamClient client(bench);
  client.send_token();
  ASSERT_TRUE(client.receive("snapshot"));
  for (const char* nonsense : {"", "{", R"({"watch":"calls"})", R"({"watch":["logs"]})", R"({"watch":{}})"})
    client.send(nonsense);
  client.send(look);
  ASSERT_TRUE(client.receive("calls"));
  EXPECT_EQ(bench.cluster.call_watchers(), 1u);
}

TEST(CallsStream, EndsWithTheServer) {
  Bench bench;
  bench.start();
  auto client = watcher(bench);
  ASSERT_TRUE(client->receive("calls"));
  bench.server().stop();
  EXPECT_EQ(bench.cluster.call_watchers(), 0u);
}

}  // namespace
}  // namespace circuit::web
