// What a stream tells, and in which order.
#include <gtest/gtest.h>
#include <set>

#include "base/limits.hpp"
#include "client.hpp"

namespace circuit::web {
namespace {

using testing::Bench;
using testing::StreamClient;
using testing::worker;

constexpr const char* page = "00112233445566778899aabbccddeeff";

TEST(Stream, BeginsWithAWholeSnapshot) {
  Bench bench;
  bench.cluster.change({worker(1), worker(2)});
  bench.start();
  StreamClient client(bench);
  client.send_token(testing::view_token);
  auto snapshot = client.receive();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->at("type"), "snapshot");
  EXPECT_EQ(snapshot->at("role"), "view");
  EXPECT_EQ(snapshot->at("cluster"), "test <cluster>");
  EXPECT_EQ(snapshot->at("sequence"), 2);
  EXPECT_EQ(snapshot->at("workers").as_array().size(), 2u);
  EXPECT_EQ(snapshot->at("hosts").at(0).at("host"), "localhost");
}

TEST(Stream, TellsEachChangeAsADeltaThatFollowsTheOneBefore) {
  Bench bench;
  bench.start();
  StreamClient client(bench);
  client.send_token();
  auto sequence = client.receive("snapshot")->at("sequence").to_number<std::int64_t>();
  bench.cluster.change({worker(1)});
  auto born = client.receive("delta");
  ASSERT_TRUE(born);
  EXPECT_EQ(born->at("from"), sequence);
  EXPECT_EQ(born->at("changed").at(0).at("id"), "R0000000000000001");
  bench.cluster.change({worker(2)}, {WorkerId{1}});
  auto next = client.receive("delta");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->at("from"), born->at("to"));
  EXPECT_EQ(next->at("removed").at(0), "R0000000000000001");
  EXPECT_EQ(next->at("changed").as_array().size(), 1u);
  EXPECT_FALSE(next->contains("hosts")) << "no host has changed";
}

TEST(Stream, LeadsToTheNewestStateHoweverFastItChanges) {
  Bench bench;
  bench.start();
  StreamClient client(bench);
  client.send_token();
  auto sequence = client.receive("snapshot")->at("sequence").to_number<std::int64_t>();
  constexpr std::uint64_t changes = 500;
  for (std::uint64_t id = 1; id <= changes; ++id) {
    std::vector<WorkerId> gone;
    if (id > 3) gone.push_back(WorkerId{id - 3});
    bench.cluster.change({worker(id)}, gone);
  }
  std::set<std::string> known;
  while (sequence < static_cast<std::int64_t>(changes + 1)) {
    auto delta = client.receive("delta");
    ASSERT_TRUE(delta);
    ASSERT_EQ(delta->at("from"), sequence);
    for (const auto& one : delta->at("changed").as_array()) known.emplace(one.at("id").as_string());
    for (const auto& id : delta->at("removed").as_array()) known.erase(std::string(id.as_string()));
    sequence = delta->at("to").to_number<std::int64_t>();
  }
  EXPECT_EQ(known.size(), 3u);
}

TEST(Stream, SaysThatItLivesWhileNothingChanges) {
  Bench bench;
  bench.start();
  StreamClient client(bench);
  client.send_token();
  ASSERT_TRUE(client.receive("snapshot"));
  auto heartbeat = client.receive();
  ASSERT_TRUE(heartbeat);
  EXPECT_EQ(heartbeat->at("type"), "heartbeat");
  EXPECT_EQ(heartbeat->at("sequence"), 1);
  EXPECT_GT(heartbeat->at("now_ms").to_number<std::int64_t>(), 0);
}

TEST(Stream, TellsThePageThatSpawnedWhatCameOfItAndNoOther) {
  Bench bench;
  monitor::FunctionOutcome outcome;
  bench.cluster.on_spawn = [&](const monitor::SpawnRequest&, monitor::FunctionOutcome given) {
    outcome = std::move(given);
    return worker(9);
  };
  bench.start();
  StreamClient mine(bench);
  mine.send_token(testing::operate_token, page);
  StreamClient other(bench);
  other.send_token(testing::operate_token, "ff");
  ASSERT_TRUE(mine.receive("snapshot"));
  ASSERT_TRUE(other.receive("snapshot"));
  bench.ask("POST", "/api/v1/workers", std::string(R"({"function":"greet","page":")") + page + "\"}");
  ASSERT_TRUE(outcome);
  outcome(WorkerId{9}, std::string(R"("Hello X")"));
  auto told = mine.receive("outcome");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->at("id"), "R0000000000000009");
  EXPECT_EQ(told->at("value"), "\"Hello X\"");
  bench.cluster.change({worker(9)});
  for (auto message = other.receive(); message; message = other.receive()) {
    EXPECT_NE(message->at("type"), "outcome");
    if (message->at("type") == "delta") break;
  }
}

TEST(Stream, KeepsAnOutcomeForAPageThatIsAwayAndSurvivesOneThatComesTooLate) {
  Bench bench;
  monitor::FunctionOutcome outcome;
  bench.cluster.on_spawn = [&](const monitor::SpawnRequest&, monitor::FunctionOutcome given) {
    outcome = std::move(given);
    return worker(9);
  };
  bench.start();
  bench.ask("POST", "/api/v1/workers", std::string(R"({"function":"greet","page":")") + page + "\"}");
  outcome(WorkerId{9}, failure(ErrorKind::dead, "it died"));
  StreamClient back(bench);
  back.send_token(testing::operate_token, page);
  ASSERT_TRUE(back.receive("snapshot"));
  auto told = back.receive("outcome");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->at("error").at("kind"), "dead");
  bench.server().stop();
  outcome(WorkerId{9}, std::string("1"));
}

TEST(Stream, DoesNotWaitForABrowserThatDoesNotRead) {
  Bench bench;
  std::vector<spawn::WorkerRecord> many;
  for (std::uint64_t id = 1; id <= 3000; ++id) many.push_back(worker(id, std::string(200, 'f')));
  bench.cluster.change(many);
  bench.start();
  StreamClient slow(bench);
  slow.send_token();
  StreamClient good(bench);
  good.send_token();
  ASSERT_TRUE(good.receive("snapshot"));
  // Far more than the buffers of a socket hold, while the slow one reads nothing.
  for (int round = 0; round < 20; ++round) {
    for (spawn::WorkerRecord& record : many) record.started_wall_ns += 1'000'000;
    bench.cluster.change(many);
    ASSERT_TRUE(good.receive("delta"));
  }
  // Whatever it missed, its own messages still lead to the newest state.
  auto sequence = slow.receive("snapshot")->at("sequence").to_number<std::int64_t>();
  while (sequence < 22) {
    auto message = slow.receive();
    ASSERT_TRUE(message);
    if (message->at("type") == "snapshot") sequence = message->at("sequence").to_number<std::int64_t>();
    if (message->at("type") != "delta") continue;
    ASSERT_EQ(message->at("from"), sequence);
    sequence = message->at("to").to_number<std::int64_t>();
  }
  EXPECT_EQ(sequence, 22);
}

}  // namespace
}  // namespace circuit::web
