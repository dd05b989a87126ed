// What a session with a ZooKeeper does beyond the contract: its connection comes and goes.
#include "anchor/zookeeper/session.hpp"

#include <fmt/format.h>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "anchor/fixtures.hpp"
#include "anchor/zookeeper/harness.hpp"
#include "support/host.hpp"
#include "support/tcp_proxy.hpp"

namespace circuit::anchor::testing {
namespace {

using namespace std::chrono_literals;
using support::TcpProxy;
using ::testing::HasSubstr;
using zookeeper::Session;

class ZookeeperSession : public ::testing::Test {
 protected:
  Outcome<std::shared_ptr<Coordinator>> connect_by(const std::string& servers,
                                                   std::optional<SessionCredentials> credentials = {},
                                                   std::chrono::milliseconds timeout = 10s) {
    Session::Options options;
    options.where = {servers, place_.chroot};
    options.timeout = timeout;
    auto session = Session::connect(options, std::move(credentials),
                                    [events = events_](SessionEvent event) { events->add(event); });
    if (!session) return session.error();
    return std::shared_ptr<Coordinator>(*session);
  }
  std::shared_ptr<Coordinator> connect(std::chrono::milliseconds timeout = 10s) {
    auto session = connect_by(place_.servers, {}, timeout);
    if (!session) ADD_FAILURE() << session.error().text;
    return session ? *session : nullptr;
  }
  Watch watch() {
    return [heard = heard_](const WatchEvent& event) { heard->add(event); };
  }

  const zookeeper::ConnectString place_ = own_place();
  std::shared_ptr<Heard<SessionEvent>> events_ = std::make_shared<Heard<SessionEvent>>();
  std::shared_ptr<Heard<WatchEvent>> heard_ = std::make_shared<Heard<WatchEvent>>();
};

TEST_F(ZookeeperSession, SaysWhereNoServerAnswers) {
  Session::Options options;
  options.where = {fmt::format("127.0.0.1:{}", support::free_port()), ""};
  options.connect_wait = 300ms;
  const auto before = std::chrono::steady_clock::now();
  auto session = Session::connect(options);
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Code::connection_loss);
  EXPECT_THAT(session.error().text, HasSubstr(options.where.servers));
  EXPECT_THAT(session.error().text, HasSubstr("`circuit zookeeper` starts one"));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
}

TEST_F(ZookeeperSession, SaysWhichHostIsUnknown) {
  Session::Options options;
  options.where = {"no-such-host.invalid:2181", ""};
  auto session = Session::connect(options);
  ASSERT_FALSE(session);
  EXPECT_THAT(session.error().text, HasSubstr("no-such-host.invalid"));
}

TEST_F(ZookeeperSession, MakesTheNodeOfItsChroot) {
  Session::Options options;
  options.where = {place_.servers, place_.chroot + "/a/b"};
  auto session = Session::connect(options);
  ASSERT_TRUE(session) << session.error().text;
  ASSERT_TRUE((*session)->create("/x", "", Mode::persistent));
  EXPECT_TRUE(*connect()->exists("/a/b/x"));
  EXPECT_EQ((*session)->children("/", {})->names, std::vector<std::string>{"x"});
}

TEST_F(ZookeeperSession, RefusesAChangeThatIsTooLargeBeforeTheServerHangsUp) {
  auto session = connect();
  std::vector<Operation> operations;
  for (int i = 0; i < 20; ++i)
    operations.push_back(
        Operation::create("/n" + std::to_string(i), std::string(limits::node_bytes, 'x'), Mode::persistent));
  auto done = session->multi(operations);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::invalid);
  operations.resize(3);
  operations[2].path = "no path";
  EXPECT_EQ(session->multi(operations).error().operation, 2u);
  EXPECT_TRUE(session->create("/x", "", Mode::persistent)) << "the session is as good as before";
}

TEST_F(ZookeeperSession, ComesBackByItselfAndKeepsItsWatches) {
  TcpProxy proxy(support::shared_zookeeper().port());
  auto session = connect_by(proxy.address());
  ASSERT_TRUE(session) << session.error().text;
  auto other = connect();
  ASSERT_TRUE((*session)->create("/a", "", Mode::ephemeral));
  ASSERT_TRUE((*session)->get("/a", watch()));
  proxy.cut();
  EXPECT_EQ(events_->wait_for(0), SessionEvent::suspended);
  EXPECT_EQ(events_->wait_for(1), SessionEvent::connected);
  EXPECT_GE(proxy.accepted(), 2u);
  ASSERT_TRUE(other->set("/a", "1"));
  auto event = heard_->wait_for(0);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, WatchEventKind::changed);
  EXPECT_EQ((*session)->get("/a")->data, "1");
}

TEST_F(ZookeeperSession, HearsOfWhatChangedWhileItWasAway) {
  TcpProxy proxy(support::shared_zookeeper().port());
  auto session = connect_by(proxy.address());
  ASSERT_TRUE(session) << session.error().text;
  auto other = connect();
  ASSERT_TRUE((*session)->exists("/a", watch()));
  proxy.refuse(true);
  ASSERT_EQ(events_->wait_for(0), SessionEvent::suspended);
  ASSERT_TRUE(other->create("/a", "", Mode::persistent));
  proxy.refuse(false);
  auto event = heard_->wait_for(0);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, WatchEventKind::created);
}

TEST_F(ZookeeperSession, FailsAtOnceWhileNoServerCanBeReached) {
  TcpProxy proxy(support::shared_zookeeper().port());
  auto session = connect_by(proxy.address());
  ASSERT_TRUE(session) << session.error().text;
  proxy.refuse(true);
  ASSERT_EQ(events_->wait_for(0), SessionEvent::suspended);
  EXPECT_EQ((*session)->get("/").error().code, Code::connection_loss) << "after a short wait";
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    auto created = (*session)->create("/a", "", Mode::persistent);
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, Code::connection_loss);
    EXPECT_THAT(created.error().text, HasSubstr(proxy.address()));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20 * limits::zookeeper_reconnect);
  proxy.refuse(false);
  ASSERT_EQ(events_->wait_for(1), SessionEvent::connected);
  EXPECT_TRUE((*session)->create("/a", "", Mode::persistent));
}

TEST_F(ZookeeperSession, IsSuspendedWhenAServerFallsSilent) {
  TcpProxy proxy(support::shared_zookeeper().port());
  auto session = connect_by(proxy.address(), {}, 3s);
  ASSERT_TRUE(session) << session.error().text;
  const auto before = std::chrono::steady_clock::now();
  proxy.stall(true);
  ASSERT_EQ(events_->wait_for(0), SessionEvent::suspended);
  // Two thirds of the session's time, as the client promises, and what a busy machine adds.
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10 * 2s);
  proxy.cut();
  proxy.stall(false);
  auto next = events_->wait_for(1);
  ASSERT_TRUE(next);
}

TEST_F(ZookeeperSession, EndsByItsTimeWhenItDoesNotComeBack) {
  auto other = connect();
  auto session = connect(1s);
  const auto credentials = session->session();
  ASSERT_TRUE(session->create("/a", "", Mode::ephemeral));
  ASSERT_TRUE(other->exists("/a", watch()));
  session.reset();
  EXPECT_TRUE(*other->exists("/a")) << "letting go is not closing";
  auto event = heard_->wait_for(0);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, WatchEventKind::deleted);
  EXPECT_EQ(connect_by(place_.servers, credentials).error().code, Code::session_expired);
}

TEST_F(ZookeeperSession, TellsItsListenerAndItsWatchesThatItIsOver) {
  auto session = connect();
  ASSERT_TRUE(session->exists("/a", watch()));
  ASSERT_TRUE(session->children("/", watch()));
  ASSERT_TRUE(zookeeper::end_session(place_.servers, session->session(), 20s));
  std::size_t last = 0;
  for (auto event = events_->wait_for(0); event && *event != SessionEvent::expired;)
    event = events_->wait_for(++last);
  EXPECT_EQ(events_->wait_for(last), SessionEvent::expired);
  for (std::size_t i = 0; i < 2; ++i) {
    auto event = heard_->wait_for(i);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->kind, WatchEventKind::lost);
  }
  EXPECT_EQ(session->create("/a", "", Mode::persistent).error().code, Code::session_expired);
  EXPECT_TRUE(session->close()) << "what is over needs no end";
  EXPECT_EQ(session->create("/a", "", Mode::persistent).error().code, Code::closing);
}

TEST_F(ZookeeperSession, IsLetGoOfWhileTheServerIsSilent) {
  TcpProxy proxy(support::shared_zookeeper().port());
  auto session = connect_by(proxy.address());
  ASSERT_TRUE(session) << session.error().text;
  const auto credentials = (*session)->session();
  ASSERT_TRUE((*session)->create("/a", "", Mode::ephemeral));
  proxy.stall(true);
  session->reset();
  // What it may still have sent arrives now.
  proxy.stall(false);
  auto again = connect_by(place_.servers, credentials);
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_TRUE(*(*again)->exists("/a"));
}

TEST_F(ZookeeperSession, MayBeLetGoOfByACallback) {
  auto other = connect();
  auto session = connect();
  const std::weak_ptr<Coordinator> weak = session;
  auto gone = std::make_shared<std::promise<void>>();
  Watch release = [held = std::make_shared<std::shared_ptr<Coordinator>>(session), gone](const WatchEvent&) {
    held->reset();
    gone->set_value();
  };
  ASSERT_TRUE(session->exists("/a", std::move(release)));
  session.reset();
  ASSERT_TRUE(other->create("/a", "", Mode::persistent));
  ASSERT_EQ(gone->get_future().wait_for(20s), std::future_status::ready);
  EXPECT_TRUE(weak.expired());
}

TEST_F(ZookeeperSession, AnswersEveryCallThatIsUnderWayWhenItIsClosed) {
  for (int round = 0; round < (support::is_long() ? 200 : 5); ++round) {
    auto session = connect();
    std::atomic<int> answered{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i)
      callers.emplace_back([&] {
        for (;;) {
          auto there = session->exists("/a", watch());
          ++answered;
          if (!there) {
            EXPECT_EQ(there.error().code, Code::closing) << there.error().text;
            return;
          }
        }
      });
    while (answered < 50) std::this_thread::yield();
    EXPECT_TRUE(session->close());
    for (auto& caller : callers) caller.join();
  }
}

}  // namespace
}  // namespace circuit::anchor::testing
