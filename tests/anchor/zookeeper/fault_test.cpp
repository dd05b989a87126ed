// The tree while servers, connections and sessions fail. Each test sees to it that the fault has happened.
#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "anchor/fixtures.hpp"
#include "anchor/tree.hpp"
#include "anchor/zookeeper/harness.hpp"
#include "support/host.hpp"
#include "support/tcp_proxy.hpp"

namespace circuit::anchor::testing {
namespace {

using namespace std::chrono_literals;
using support::eventually;
using zookeeper::Session;

int rounds(int short_count, int long_count) { return support::is_long() ? long_count : short_count; }

/// None of the tests watches directories.
void no_jobs(std::function<void()>) { ADD_FAILURE() << "nothing was to be posted"; }

class ZookeeperFault : public ::testing::Test {
 protected:
  std::shared_ptr<Coordinator> connect(const zookeeper::ConnectString& where) {
    Session::Options options;
    options.where = where;
    auto session =
        Session::connect(options, {}, [events = events_](SessionEvent event) { events->add(event); });
    if (!session) ADD_FAILURE() << session.error().text;
    return session ? std::shared_ptr<Coordinator>(*session) : nullptr;
  }
  bool heard(SessionEvent wanted) {
    for (std::size_t i = 0; i < events_->size(); ++i)
      if (*events_->wait_for(i) == wanted) return true;
    return false;
  }
  std::shared_ptr<Heard<SessionEvent>> events_ = std::make_shared<Heard<SessionEvent>>();
};

/// The answer to a registration is lost after the server has made it.
TEST_F(ZookeeperFault, ALostAnswerToARegistrationLeavesNoDoubleAndNoOrphan) {
  const auto place = own_place();
  support::TcpProxy proxy(support::shared_zookeeper().port());
  auto session = connect({proxy.address(), place.chroot});
  auto witness = connect(place);
  Tree tree(session, no_jobs);
  Tree seen(witness, no_jobs);
  ASSERT_TRUE(tree.add(paths({"/x"}), worker(1)));
  const int count = rounds(20, 1000);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t id = 100 + static_cast<std::uint64_t>(i);
    const std::size_t lost = proxy.lost_bytes();
    proxy.lose_answers(true);
    Result<void> added;
    std::thread adder([&] { added = tree.add(paths({"/x", "/y/z"}), worker(id)); });
    ASSERT_TRUE(eventually([&] { return proxy.lost_bytes() > lost; }));
    proxy.lose_answers(false);
    proxy.cut();
    adder.join();
    ASSERT_TRUE(added.has_value()) << added.error().text;
    auto stat = witness->exists("/anchor/y/z/" + WorkerId{id}.string());
    ASSERT_TRUE(stat && *stat);
    EXPECT_EQ((*stat)->ephemeral_owner, session->session().id);
  }
  EXPECT_EQ(seen.list(path("/x"))->files.size(), static_cast<std::size_t>(count) + 1);
  EXPECT_EQ(seen.list(path("/y/z"))->files.size(), static_cast<std::size_t>(count));
  EXPECT_FALSE(heard(SessionEvent::expired));
  ASSERT_TRUE(session->close());
  EXPECT_FALSE(seen.list(path("/x"))) << "no node belongs to anybody else";
}

/// The same where the lost answer is that of the change itself: what was asked before has been answered.
TEST_F(ZookeeperFault, AChangeWhoseAnswerIsLostHasBeenMadeOnce) {
  const auto place = own_place();
  support::TcpProxy proxy(support::shared_zookeeper().port());
  auto session = connect({proxy.address(), place.chroot});
  auto witness = connect(place);
  for (int i = 0; i < rounds(20, 1000); ++i) {
    const std::string node = "/n" + std::to_string(i);
    proxy.lose_answers(true);
    Outcome<Stat> created = Stat{};
    std::thread creator([&] { created = session->create(node, "mine", Mode::ephemeral); });
    ASSERT_TRUE(eventually([&] { return witness->exists(node).value().has_value(); }))
        << "made, and not yet answered";
    proxy.lose_answers(false);
    proxy.cut();
    creator.join();
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, Code::connection_loss);
    auto content = session->get(node);
    ASSERT_TRUE(content) << content.error().text;
    EXPECT_EQ(content->stat.ephemeral_owner, session->session().id);
    EXPECT_EQ(session->create(node, "again", Mode::ephemeral).error().code, Code::node_exists);
  }
}

/// A session is ended by another client that knows its credentials.
TEST_F(ZookeeperFault, AForcedEndIsHeardByEveryWatchOnce) {
  const auto place = own_place();
  auto witness = connect(place);
  for (int i = 0; i < rounds(5, 100); ++i) {
    auto session = connect(place);
    auto lost = std::make_shared<Heard<WatchEvent>>();
    ASSERT_TRUE(session->create("/mine", "", Mode::ephemeral));
    for (int w = 0; w < 20; ++w)
      ASSERT_TRUE(
          session->exists("/w" + std::to_string(w), [lost](const WatchEvent& event) { lost->add(event); }));
    ASSERT_TRUE(zookeeper::end_session(place.servers, session->session(), 20s));
    ASSERT_TRUE(lost->wait_for(19));
    EXPECT_FALSE(*witness->exists("/mine"));
    session.reset();
    EXPECT_EQ(lost->size(), 20u);
  }
}

/// Three servers, of which one dies again and again.
class ZookeeperQuorum : public ZookeeperFault {
 protected:
  /// Registers until it is told to stop; counts what went well, and what did not and was repeated.
  void churn(const std::shared_ptr<Coordinator>& session, const std::atomic<bool>& stop) {
    Tree tree(session, no_jobs);
    for (std::uint64_t id = 1; !stop; ++id) {
      // Spread, for the list of one directory must stay within a reply of 1 MiB, however long this goes on.
      const std::string home = fmt::format("/x/{}", id % 64);
      auto added = tree.add(paths({home, home + "/y"}), worker(id));
      if (!added) {
        EXPECT_EQ(added.error().kind, ErrorKind::unreachable) << added.error().text;
        --id;  // the same again: nobody knows whether it stands
        continue;
      }
      registered_ = id;
    }
  }
  void expect_all_registered(const std::shared_ptr<Coordinator>& session) {
    Tree tree(session, no_jobs);
    std::vector<std::uint64_t> all, there;
    for (std::uint64_t id = 1; id <= registered_; ++id) all.push_back(id);
    for (std::uint64_t home = 0; home < std::min<std::uint64_t>(64, registered_); ++home) {
      const auto directory = path(fmt::format("/x/{}", (home + 1) % 64));
      Result<Listing> listing = failure(ErrorKind::unreachable, "");
      ASSERT_TRUE(eventually([&] { return (listing = tree.list(directory)).has_value(); }));
      for (std::uint64_t id : ids(*listing)) there.push_back(id);
    }
    std::sort(there.begin(), there.end());
    there.resize(std::min(there.size(), all.size()));
    EXPECT_EQ(there, all) << "none is lost, and none is there twice";
  }

  std::atomic<std::uint64_t> registered_{0};
};

TEST_F(ZookeeperQuorum, LosesNothingWhenAServerIsKilled) {
  support::ZookeeperEnsemble ensemble;
  auto session = connect({ensemble.servers(), "/quorum"});
  ASSERT_TRUE(session);
  std::atomic<bool> stop{false};
  std::thread churner([&] { churn(session, stop); });
  for (int i = 0; i < rounds(2, 100); ++i) {
    const bool follows = i % 2 == 0;
    support::ZookeeperServer& victim = follows ? ensemble.follower() : ensemble.leader();
    victim.kill();
    const std::uint64_t before = registered_;
    // A new leader is to be there within 10 s; a busy machine gets ten times as long.
    EXPECT_TRUE(eventually([&] { return registered_ > before + 1; }, 100s))
        << "writes go on without the " << (follows ? "follower" : "leader") << " that was killed";
    victim.start();
    ensemble.await();
  }
  stop = true;
  churner.join();
  EXPECT_FALSE(heard(SessionEvent::expired));
  EXPECT_GT(registered_, 0u);
  expect_all_registered(session);
}

}  // namespace
}  // namespace circuit::anchor::testing
