// What the API answers to those who may ask.
#include <csignal>
#include <gtest/gtest.h>

#include "client.hpp"

namespace circuit::web {
namespace {

using testing::Bench;
using testing::Response;
using testing::worker;

TEST(Page, IsServedWithoutATokenAndCarriesNothingSecret) {
  Bench bench;
  bench.start();
  for (const char* path : {"/", "/index.html", "/app.js", "/app.css", "/icon.svg"}) {
    Response response = bench.ask("GET", path, {}, {});
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_FALSE(response.body.empty()) << path;
    EXPECT_EQ(response.body.find(testing::operate_token), std::string::npos);
  }
  EXPECT_EQ(bench.ask("GET", "/", {}, {}).field("Content-Type"), "text/html; charset=utf-8");
}

TEST(Page, ForbidsBrowsersAllThatItDoesNotNeed) {
  Bench bench;
  bench.start();
  for (const char* path : {"/", "/api/v1/workers", "/nowhere"}) {
    Response response = bench.ask("GET", path);
    std::string policy = response.field("Content-Security-Policy");
    for (const char* part :
         {"default-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"})
      EXPECT_NE(policy.find(part), std::string::npos) << path << ": " << policy;
    EXPECT_EQ(response.field("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(response.field("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(response.field("Cache-Control"), "no-store");
    EXPECT_EQ(response.field("Access-Control-Allow-Origin"), "");
  }
}

TEST(Api, ListsTheWorkersById) {
  Bench bench;
  bench.cluster.change({worker(2), worker(1)});
  bench.start();
  Response response = bench.ask("GET", "/api/v1/workers");
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(response.json().at("sequence"), 2);
  ASSERT_EQ(response.json().at("workers").as_array().size(), 2u);
  EXPECT_EQ(response.json().at("workers").at(0).at("id"), "R0000000000000001");
}

TEST(Api, ShowsOneWorkerAndSaysWhichItDoesNotKnow) {
  Bench bench;
  bench.cluster.change({worker(1)});
  bench.start();
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers/R0000000000000001").json().at("pid"), 1001);
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers/R0000000000000002").status, 404);
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers/1").status, 400);
  EXPECT_EQ(bench.ask("GET", "/api/v1/workers/R0000000000000001/out").status, 400);
}

TEST(Api, AnswersHeadWithoutABody) {
  Bench bench;
  bench.start();
  Response response = bench.ask("HEAD", "/api/v1/workers");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_NE(response.field("Content-Length"), "0");
}

TEST(Api, ShowsAnAnchorDirectoryAndWhereNothingStands) {
  Bench bench;
  bench.start();
  Response there = bench.ask("GET", "/api/v1/anchors/t");
  ASSERT_EQ(there.status, 200);
  EXPECT_EQ(there.json().at("path"), "/t");
  EXPECT_EQ(there.json().at("revision"), 7);
  EXPECT_EQ(there.json().at("directories").at(0), "deep");
  EXPECT_EQ(there.json().at("workers").as_array().size(), 1u);
  EXPECT_EQ(bench.ask("GET", "/api/v1/anchors/nowhere").status, 404);
  EXPECT_EQ(bench.ask("GET", "/api/v1/anchors").status, 404);
}

TEST(Api, ListsTheCallsInFlight) {
  Bench bench;
  monitor::Call nested = testing::call(8, "<b>rest");
  nested.parent_caller = WorkerId{1};
  nested.parent_id = 7;
  bench.cluster.change_calls({testing::call(7), nested}, 5);
  bench.start();
  Response response = bench.ask("GET", "/api/v1/calls", {}, testing::view_token);
  ASSERT_EQ(response.status, 200);
  const boost::json::value answer = response.json();
  EXPECT_EQ(answer.at("read_ms").to_number<std::int64_t>(), 1'700'000'001'000);
  EXPECT_EQ(answer.at("untold"), 5);
  EXPECT_EQ(answer.at("trouble"), "");
  const auto& calls = answer.at("calls").as_array();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls.at(0).at("method"), "sleep");
  EXPECT_EQ(calls.at(0).at("arguments"), "[600]");
  EXPECT_TRUE(calls.at(0).at("parent").is_null());
  EXPECT_EQ(calls.at(1).at("parent").at("id"), "0000000000000007");
}

TEST(Api, AsksForTheCallsOfTheWorkersThatAreNamed) {
  Bench bench;
  std::vector<WorkerId> asked;
  bench.cluster.on_calls = [&](const std::vector<WorkerId>& workers) -> Result<monitor::CallsPointer> {
    asked = workers;
    return failure(ErrorKind::unreachable, "no agent runs here");
  };
  bench.start();
  EXPECT_EQ(bench.ask("GET", "/api/v1/calls?worker=R0000000000000001,R00000000000000ff").status, 502);
  EXPECT_EQ(asked, (std::vector<WorkerId>{WorkerId{1}, WorkerId{255}}));
  for (const char* query : {"worker=", "worker=R1", "worker=R0000000000000001,", "workers=R0000000000000001"})
    EXPECT_EQ(bench.ask("GET", std::string("/api/v1/calls?") + query).status, 400) << query;
  EXPECT_EQ(bench.ask("POST", "/api/v1/calls", "{}").field("Allow"), "GET, HEAD");
}

TEST(Api, ListsTheFunctions) {
  Bench bench;
  bench.start();
  auto functions = bench.ask("GET", "/api/v1/functions").json();
  EXPECT_EQ(functions.at(0).at("name"), "greet");
  EXPECT_EQ(functions.at(0).at("id"), "0000000000001234");
  EXPECT_EQ(functions.at(0).at("parameters").at(0).at("default"), "\"world\"");
}

TEST(Api, TellsItsStatusAndTheRoleOfWhoAsks) {
  Bench bench;
  bench.start();
  auto status = bench.ask("GET", "/api/v1/status", {}, testing::view_token).json();
  EXPECT_EQ(status.at("cluster"), "test <cluster>");
  EXPECT_EQ(status.at("role"), "view");
  EXPECT_EQ(status.at("hosts").at(0).at("connected"), true);
}

TEST(Api, SpawnsWhatItIsAskedFor) {
  Bench bench;
  bench.cluster.on_spawn = [](const monitor::SpawnRequest& request, monitor::FunctionOutcome outcome) {
    EXPECT_EQ(request.host, "localhost");
    EXPECT_EQ(request.function, "greet");
    EXPECT_EQ(request.arguments, R"(["X"])");
    EXPECT_EQ(request.anchors, std::vector<std::string>{"/t"});
    EXPECT_FALSE(outcome) << "nobody waits for it";
    return worker(5);
  };
  bench.start();
  Response response =
      bench.ask("POST", "/api/v1/workers",
                R"({"host":"localhost","anchors":["/t"],"function":"greet","arguments":["X"]})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.json().at("id"), "R0000000000000005");
}

TEST(Api, KillsWhatItIsAskedFor) {
  Bench bench;
  bench.cluster.change({worker(5)});
  bench.cluster.on_kill = [](const monitor::KillRequest& request) -> Result<void> {
    EXPECT_EQ(request.id, WorkerId{5});
    EXPECT_EQ(request.signal, SIGKILL);
    EXPECT_EQ(request.grace_ms, 1500u);
    return {};
  };
  bench.start();
  Response response = bench.ask("DELETE", "/api/v1/workers/R0000000000000005?signal=KILL&grace_ms=1500");
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, "{}");
}

TEST(Api, DoesNotKillAnotherProcessThanTheOneThatWasMeant) {
  Bench bench;
  bench.cluster.change({worker(5)});
  bench.cluster.on_kill = [](const monitor::KillRequest&) -> Result<void> { return {}; };
  bench.start();
  EXPECT_EQ(bench.ask("DELETE", "/api/v1/workers/R0000000000000005?incarnation=abd").status, 409);
  EXPECT_EQ(bench.ask("DELETE", "/api/v1/workers/R0000000000000005?incarnation=abc").status, 202);
}

TEST(Api, GivesEachKindOfFailureItsStatus) {
  const std::pair<ErrorKind, int> cases[] = {{ErrorKind::invalid, 400},   {ErrorKind::refused, 403},
                                             {ErrorKind::dead, 410},      {ErrorKind::unreachable, 502},
                                             {ErrorKind::deadline, 504},  {ErrorKind::overloaded, 503},
                                             {ErrorKind::cancelled, 409}, {ErrorKind::failed, 500}};
  for (auto [kind, status] : cases) {
    Bench bench;
    bench.cluster.on_kill = [&](const monitor::KillRequest&) -> Result<void> {
      return failure(kind, "because");
    };
    bench.start();
    Response response = bench.ask("DELETE", "/api/v1/workers/R0000000000000005");
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.error_kind(), name_of(kind));
    EXPECT_EQ(response.json().at("error").at("text"), "because");
  }
}

TEST(Api, SaysWhatIsNotThereAndWhichMethodsAre) {
  Bench bench;
  bench.start();
  for (const char* path :
       {"/nowhere", "/api", "/api/v1", "/api/v2/workers", "/api/v1/workerss", "/app.js/", "/../etc"})
    EXPECT_EQ(bench.ask("GET", path).status, 404) << path;
  Response put = bench.ask("PUT", "/api/v1/workers", "{}");
  EXPECT_EQ(put.status, 405);
  EXPECT_EQ(put.field("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(bench.ask("POST", "/api/v1/functions", "{}").field("Allow"), "GET, HEAD");
  EXPECT_EQ(bench.ask("POST", "/api/v1/workers/R0000000000000001", "{}").field("Allow"), "GET, HEAD, DELETE");
}

TEST(Api, AnswersSeveralRequestsOnOneConnectionInTheirOrder) {
  Bench bench;
  bench.start();
  std::string fields =
      " HTTP/1.1\r\nHost: " + bench.host() + "\r\nAuthorization: Bearer " + testing::operate_token;
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), bench.server().port()});
  std::string requests = "GET /nowhere" + fields + "\r\n\r\nGET /api/v1/functions" + fields +
                         "\r\n\r\nGET /api/v1/status" + fields + "\r\nConnection: close\r\n\r\n";
  boost::asio::write(socket, boost::asio::buffer(requests));
  std::string answers;
  boost::system::error_code error;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answers), error);
  std::size_t first = answers.find("HTTP/1.1 404");
  std::size_t second = answers.find("\"greet\"");
  std::size_t third = answers.find("\"cluster\"");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
}

}  // namespace
}  // namespace circuit::web
