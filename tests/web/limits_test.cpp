// Too much, too long, and what is no HTTP at all.
#include "base/limits.hpp"

#include <future>
#include <gtest/gtest.h>

#include "client.hpp"

namespace circuit::web {
namespace {

namespace net = boost::asio;
using testing::Bench;
using testing::Response;
using testing::StreamClient;

net::ip::tcp::socket connect(net::io_context& io, Bench& bench) {
  net::ip::tcp::socket socket(io);
  socket.connect({net::ip::make_address("127.0.0.1"), bench.server().port()});
  return socket;
}

TEST(Limits, AHeaderHasItsSize) {
  Bench bench;
  bench.start();
  std::string large(limits::web_header_bytes, 'x');
  EXPECT_EQ(bench.ask("GET", "/", {}, {}, {"X-Large: " + large}).status, 431);
  EXPECT_EQ(bench.ask("GET", "/" + large, {}, {}).status, 431);
  EXPECT_EQ(
      bench.ask("GET", "/", {}, {}, {"X-Large: " + large.substr(0, limits::web_header_bytes / 2)}).status,
      200);
}

TEST(Limits, ABodyHasItsSizeWhetherItIsAnnouncedOrNot) {
  Bench bench;
  bench.start();
  std::string large(limits::web_body_bytes + 1, ' ');
  EXPECT_EQ(bench.ask("POST", "/api/v1/workers", large).status, 413);
  std::string head = "POST /api/v1/workers HTTP/1.1\r\nHost: " + bench.host() + "\r\nAuthorization: Bearer " +
                     testing::operate_token + "\r\n";
  EXPECT_EQ(bench
                .raw(head + "Transfer-Encoding: chunked\r\n\r\n20000\r\n" + std::string(0x20000, ' ') +
                     "\r\n0\r\n\r\n")
                .status,
            413);
  EXPECT_EQ(bench.raw(head + "Content-Length: 18446744073709551615\r\n\r\n{}").status, 413);
}

TEST(Limits, ABodyOfTheLargestSizeIsRead) {
  Bench bench;
  bench.start();
  std::string body = R"({"function":"f","arguments":["x"]})";
  body += std::string(limits::web_body_bytes - body.size(), ' ');
  Response response = bench.ask("POST", "/api/v1/workers", body);
  EXPECT_EQ(response.status, 403) << "the fake cluster's own answer";
}

TEST(Limits, GarbageEndsItsConnectionAndNoOther) {
  Bench bench;
  bench.start();
  const std::string garbage[] = {"\r\n\r\n\r\n",
                                 "hello\r\n\r\n",
                                 std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
                                 std::string(300, '\0'),
                                 "GET / HTTP/9.9\r\n\r\n",
                                 "GET  HTTP/1.1\r\n\r\n",
                                 "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                 "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                                 "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
                                 "GET / HTTP/1.1\nHost: x\n\n"};
  for (const std::string& bytes : garbage) {
    net::io_context io;
    auto socket = connect(io, bench);
    boost::system::error_code error;
    net::write(socket, net::buffer(bytes), error);
    socket.shutdown(net::ip::tcp::socket::shutdown_send, error);
    std::string answer;
    net::read(socket, net::dynamic_buffer(answer), error);
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4"))
        << answer;
  }
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers").status, 200);
}

TEST(Limits, BadJsonIsAnsweredWithASentence) {
  Bench bench;
  bench.start();
  for (const char* body :
       {"{", "null", "\xff\xff", "{\"function\":\"\xff\"}", "{\"function\":\"f\"} trailing"}) {
    Response response = bench.ask("POST", "/api/v1/workers", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(response.error_kind(), "invalid") << response.body;
  }
}

TEST(Limits, ConnectionsBeyondTheLimitAreToldSoAndPlacesComeBack) {
  Bench bench;
  bench.start();
  {
    net::io_context io;
    std::vector<net::ip::tcp::socket> sockets;
    // Each is answered once, so all of them are known to have been taken.
    for (std::size_t i = 0; i < limits::web_connections; ++i) {
      sockets.push_back(connect(io, bench));
      std::string request = "GET /icon.svg HTTP/1.1\r\nHost: " + bench.host() + "\r\n\r\n";
      net::write(sockets.back(), net::buffer(request));
      std::string answer(12, ' ');
      net::read(sockets.back(), net::buffer(answer));
      ASSERT_EQ(answer, "HTTP/1.1 200");
    }
    auto refused = connect(io, bench);
    std::string answer;
    boost::system::error_code error;
    net::read(refused, net::dynamic_buffer(answer), error);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
  }
  // The server learns of the ends in its own time; every try but the last may come too early.
  int status = 0;
  for (int tries = 0; tries < 1000 && status != 200; ++tries) status = bench.ask("GET", "/", {}, {}).status;
  EXPECT_EQ(status, 200);
}

TEST(Limits, CallsBeyondTheLimitAreToldToComeBackAndKillsDoNotWaitForSpawns) {
  Bench bench;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  bench.cluster.on_spawn = [&](const monitor::SpawnRequest&,
                               monitor::FunctionOutcome) -> Result<spawn::WorkerRecord> {
    released.wait();
    return testing::worker(1);
  };
  bench.cluster.on_kill = [](const monitor::KillRequest&) -> Result<void> { return {}; };
  bench.start();
  std::vector<std::future<int>> spawns;
  constexpr std::size_t some = limits::web_call_threads * 3;
  for (std::size_t i = 0; i < some; ++i)
    spawns.push_back(std::async(std::launch::async, [&] {
      return bench.ask("POST", "/api/v1/workers", R"({"function":"f"})").status;
    }));
  EXPECT_EQ(bench.ask("DELETE", "/api/v1/workers/R0000000000000001").status, 202);
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers").status, 200);
  release.set_value();
  for (auto& spawn : spawns) EXPECT_EQ(spawn.get(), 201);
}

TEST(Limits, AnOversizeOrUnendingStreamOfMessagesEndsTheStream) {
  Bench bench;
  bench.start();
  StreamClient oversize(bench);
  oversize.send(std::string(limits::web_message_bytes + 1, ' '));
  EXPECT_FALSE(oversize.receive());
  StreamClient flood(bench);
  flood.send_token();
  ASSERT_TRUE(flood.receive("snapshot"));
  for (std::size_t i = 0; i <= limits::web_messages_per_second * 2; ++i) flood.send("{}");
  while (flood.receive()) {
  }
  EXPECT_EQ(flood.close_code(), 1008);
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers").status, 200);
}

TEST(Limits, AStreamThatSaysNoTokenInTimeIsEnded) {
  Bench bench;
  bench.start();
  StreamClient silent(bench);
  EXPECT_FALSE(silent.receive());
  EXPECT_EQ(silent.close_code(), 1008);
}

TEST(Stopping, EndsEveryConnectionAndTheSubscription) {
  Bench bench;
  bench.start();
  StreamClient stream(bench);
  stream.send_token();
  ASSERT_TRUE(stream.receive("snapshot"));
  StreamClient silent(bench);
  net::io_context io;
  auto idle = connect(io, bench);
  EXPECT_EQ(bench.cluster.subscribers(), 1u);
  bench.server().stop();
  EXPECT_EQ(bench.cluster.subscribers(), 0u);
  while (stream.receive()) {
  }
  EXPECT_FALSE(silent.receive());
  std::string rest;
  boost::system::error_code error;
  net::read(idle, net::dynamic_buffer(rest), error);
  EXPECT_TRUE(rest.empty());
  bench.server().stop();
}

}  // namespace
}  // namespace circuit::web
