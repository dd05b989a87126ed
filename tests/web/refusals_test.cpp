// Who is refused. Each of these is what some page in the operator's browser, or some program beside it, could
// try.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "client.hpp"

namespace circuit::web {
namespace {

using testing::Bench;
using testing::Response;
using testing::StreamClient;

/// A bench whose cluster fails the test if anything reaches it.
struct Refusals : ::testing::Test {
  Refusals() {
    bench.cluster.on_spawn = [](const monitor::SpawnRequest&,
                                monitor::FunctionOutcome) -> Result<spawn::WorkerRecord> {
      ADD_FAILURE() << "a spawn came through";
      return failure(ErrorKind::refused, "");
    };
    bench.cluster.on_kill = [](const monitor::KillRequest&) -> Result<void> {
      ADD_FAILURE() << "a kill came through";
      return failure(ErrorKind::refused, "");
    };
    bench.start();
  }

  Response with_host(std::string_view method, std::string_view target, std::string_view host_line) {
    return bench.raw(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n" +
                     std::string(host_line) + "Authorization: Bearer " + testing::operate_token +
                     "\r\nConnection: close\r\n\r\n");
  }

  Bench bench;
  const std::string spawn_body = R"({"function":"greet","arguments":["X"]})";
  const std::string worker_path = "/api/v1/workers/R0000000000000001";
};

TEST_F(Refusals, NothingButThePageIsGivenWithoutAToken) {
  for (const char* path :
       {"/api/v1/workers", "/api/v1/functions", "/api/v1/status", "/api/v1/anchors/t", "/nowhere"}) {
    Response response = bench.ask("GET", path, {}, {});
    EXPECT_EQ(response.status, 401) << path;
    EXPECT_EQ(response.field("WWW-Authenticate"), "Bearer");
  }
  std::string own = "Origin: http://" + bench.host();
  EXPECT_EQ(bench.ask("POST", "/api/v1/workers", spawn_body, {}, {own}).status, 401);
  EXPECT_EQ(bench.ask("DELETE", worker_path, {}, {}, {own}).status, 401);
  EXPECT_EQ(bench.ask("POST", "/", spawn_body, {}, {own}).status, 401);
}

TEST_F(Refusals, ATokenThatIsNotRightIsNoToken) {
  std::string right = testing::operate_token;
  for (const std::string& wrong : {right + "0", right.substr(1), std::string(32, '0'), std::string("x")})
    EXPECT_EQ(bench.ask("GET", "/api/v1/workers", {}, wrong).status, 401) << wrong;
}

TEST_F(Refusals, ATokenInTheUrlOrInACookieIsNoToken) {
  std::string token = testing::operate_token;
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers?t=" + token + "&token=" + token, {}, {}).status, 401);
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers", {}, {}, {"Cookie: token=" + token}).status, 401);
}

TEST_F(Refusals, AViewerMayNotAct) {
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers", {}, testing::view_token).status, 200);
  EXPECT_EQ(bench.ask("POST", "/api/v1/workers", spawn_body, testing::view_token).status, 403);
  EXPECT_EQ(bench.ask("DELETE", worker_path, {}, testing::view_token).status, 403);
}

TEST_F(Refusals, AForeignHostIsRefusedOnEveryRequestAlsoForThePage) {
  std::string port = std::to_string(bench.server().port());
  for (const std::string& line :
       std::vector<std::string>{"Host: evil.example\r\n", "Host: evil.example:" + port + "\r\n",
                                "Host: 127.0.0.1\r\n", "Host: 127.0.0.1:" + port + ".evil.example\r\n",
                                "Host: \r\n", "", "Host: 127.0.0.1:" + port + "\r\nHost: evil.example\r\n"})
    for (const char* target : {"/", "/app.js", "/api/v1/workers"})
      EXPECT_EQ(with_host("GET", target, line).status, 403) << line << target;
  EXPECT_EQ(with_host("GET", "/api/v1/workers", "Host: localhost:" + port + "\r\n").status, 200);
}

TEST_F(Refusals, ATargetThatNamesAnotherServerIsNotServed) {
  Response response =
      with_host("GET", "http://evil.example/api/v1/workers", "Host: " + bench.host() + "\r\n");
  EXPECT_EQ(response.status, 400);
}

TEST_F(Refusals, AForeignOriginIsRefusedEvenWithTheToken) {
  for (const std::string& origin :
       std::vector<std::string>{"http://evil.example", "null", "http://" + bench.host() + ".evil.example",
                                "https://" + bench.host(), "http://127.0.0.1",
                                "http://localhost:" + std::to_string(bench.server().port()), ""}) {
    std::vector<std::string> line{"Origin: " + origin};
    EXPECT_EQ(bench.ask("POST", "/api/v1/workers", spawn_body, testing::operate_token, line).status, 403)
        << origin;
    EXPECT_EQ(bench.ask("DELETE", worker_path, {}, testing::operate_token, line).status, 403) << origin;
    EXPECT_EQ(bench.ask("GET", "/api/v1/workers", {}, testing::operate_token, line).status, 403) << origin;
    EXPECT_EQ(bench.ask("OPTIONS", "/api/v1/workers", {}, {}, line).status, 403) << origin;
  }
}

TEST_F(Refusals, WithoutAnOriginOnlyTheTokenInTheHeaderCounts) {
  EXPECT_EQ(bench.ask("POST", "/api/v1/workers", spawn_body, {}).status, 403);
  EXPECT_EQ(bench.ask("DELETE", worker_path, {}, {}).status, 403);
}

TEST_F(Refusals, NoGetChangesAnything) {
  for (const char* path : {"/api/v1/workers/R0000000000000001?signal=KILL", "/api/v1/workers?function=greet",
                           "/api/v1/workers/R0000000000000001/kill", "/api/v1/spawn?function=greet"}) {
    Response response =
        bench.ask("GET", path, {}, testing::operate_token, {"X-HTTP-Method-Override: DELETE"});
    EXPECT_TRUE(response.status == 200 || response.status == 404 || response.status == 400) << path;
  }
}

TEST_F(Refusals, WrongTokensThatComeTooFastAreHeldBackAndTheRightOneIsNot) {
  std::string wrong(32, 'f');
  int held_back = 0;
  for (std::size_t i = 0; i < limits::web_wrong_tokens_per_second * 3 && held_back == 0; ++i)
    held_back += bench.ask("GET", "/api/v1/workers", {}, wrong).status == 429;
  EXPECT_EQ(held_back, 1);
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers").status, 200);
}

TEST_F(Refusals, AStreamWithAForeignOriginHostOrPathIsNotOpened) {
  std::string port = std::to_string(bench.server().port());
  EXPECT_EQ(StreamClient(bench, "http://evil.example").status(), 403);
  EXPECT_EQ(StreamClient(bench, "null").status(), 403);
  EXPECT_EQ(StreamClient(bench, "http://" + bench.host() + ".evil.example").status(), 403);
  EXPECT_EQ(StreamClient(bench, "-").status(), 403) << "neither Origin nor token";
  EXPECT_EQ(StreamClient(bench, {}, "evil.example:" + port).status(), 403);
  EXPECT_EQ(StreamClient(bench, "http://evil.example:" + port, "evil.example:" + port).status(), 403);
  EXPECT_EQ(StreamClient(bench, {}, {}, "/api/v1/workers").status(), 404);
  EXPECT_EQ(StreamClient(bench, {}, {}, "/").status(), 404);
  EXPECT_EQ(StreamClient(bench).status(), 101);
}

TEST_F(Refusals, AStreamWithoutTheRightTokenTellsNothing) {
  for (const char* first :
       {R"({"token":"wrong"})", R"({"token":""})", "{}", "garbage", "", R"({"token":1})"}) {
    StreamClient client(bench);
    ASSERT_EQ(client.status(), 101);
    client.send(first);
    EXPECT_FALSE(client.receive()) << first;
    EXPECT_EQ(client.close_code(), 1008) << first;
  }
}

TEST(Listening, IsRefusedAnywhereButOnLoopback) {
  testing::FakeCluster cluster;
  auto kind_of = [&](const char* address) {
    try {
      Server server({address, 0, testing::operate_token, {}, {}}, cluster);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::failed;
  };
  EXPECT_EQ(kind_of("0.0.0.0"), ErrorKind::refused);
  EXPECT_EQ(kind_of("::"), ErrorKind::refused);
  EXPECT_EQ(kind_of("192.0.2.1"), ErrorKind::refused);
  EXPECT_EQ(kind_of("localhost"), ErrorKind::invalid);
  EXPECT_EQ(kind_of(""), ErrorKind::invalid);
}

TEST(Listening, SaysWhenAnotherProgramHasThePort) {
  Bench bench;
  bench.start();
  testing::FakeCluster cluster;
  try {
    Server second({"127.0.0.1", bench.server().port(), testing::operate_token, {}, {}}, cluster);
    FAIL() << "two servers on one port";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_NE(error.failure().text.find(std::to_string(bench.server().port())), std::string::npos);
  }
}

TEST(Listening, IsRefusedWhenOneTokenIsForBothRoles) {
  testing::FakeCluster cluster;
  EXPECT_THROW(Server({"127.0.0.1", 0, "same", "same", {}}, cluster), Error);
}

TEST(Listening, LetsNobodyActWhenThereIsNoOperatorsToken) {
  Bench bench(Server::Options{"127.0.0.1", 0, {}, testing::view_token, {}});
  bench.start();
  EXPECT_EQ(bench.ask("POST", "/api/v1/workers", "{}", testing::operate_token).status, 401);
  EXPECT_EQ(bench.ask("POST", "/api/v1/workers", "{}", testing::view_token).status, 403);
}

}  // namespace
}  // namespace circuit::web
