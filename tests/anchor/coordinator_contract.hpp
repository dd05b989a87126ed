// What every Coordinator must do, whatever is behind it. An implementation includes this file in one source
// and instantiates the suite:
//   INSTANTIATE_TEST_SUITE_P(Embedded, CoordinatorContract, ::testing::Values(&make_embedded_harness), ...);
#pragma once

#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "anchor/coordinator.hpp"
#include "anchor/coordinator_harness.hpp"
#include "anchor/fixtures.hpp"

namespace circuit::anchor::testing {

class CoordinatorContract : public ::testing::TestWithParam<HarnessMaker> {
 protected:
  std::string at(const std::string& path) { return harness_->root() + path; }
  std::shared_ptr<Coordinator> connect(std::optional<SessionCredentials> credentials = {}) {
    auto connected = harness_->connect(std::move(credentials));
    if (!connected) ADD_FAILURE() << connected.error().text;
    return connected ? *connected : nullptr;
  }
  Watch watch() {
    return [heard = heard_](const WatchEvent& event) { heard->add(event); };
  }
  /// Changes `path` and waits for the event of that change: all that was due before has then been heard.
  void expect_nothing_heard_but(std::size_t count, Coordinator& coordinator) {
    auto fence = std::make_shared<Heard<WatchEvent>>();
    std::string path = at("/fence");
    ASSERT_TRUE(coordinator.create(path, "", Mode::persistent));
    ASSERT_TRUE(coordinator.exists(path, [fence](const WatchEvent& event) { fence->add(event); }));
    ASSERT_TRUE(coordinator.remove(path));
    ASSERT_TRUE(fence->wait_for(0));
    EXPECT_EQ(heard_->size(), count);
  }
  static void expect_event(const std::optional<WatchEvent>& event, WatchEventKind kind,
                           const std::string& path) {
    ASSERT_TRUE(event);
    EXPECT_EQ(event->kind, kind);
    EXPECT_EQ(event->path, path);
  }
  template <class T>
  static Code code(const Outcome<T>& outcome) {
    return outcome ? Code{} : outcome.error().code;
  }

  std::unique_ptr<CoordinatorHarness> harness_ = GetParam()();
  std::shared_ptr<Heard<WatchEvent>> heard_ = std::make_shared<Heard<WatchEvent>>();
};

TEST_P(CoordinatorContract, KeepsWhatIsCreated) {
  auto coordinator = connect();
  auto created = coordinator->create(at("/a"), std::string_view("x\0y", 3), Mode::persistent);
  ASSERT_TRUE(created);
  auto content = coordinator->get(at("/a"));
  ASSERT_TRUE(content);
  EXPECT_EQ(content->data, std::string("x\0y", 3));
  EXPECT_EQ(content->stat.version, 0);
  EXPECT_EQ(content->stat.data_length, 3);
  EXPECT_EQ(content->stat.ephemeral_owner, 0u);
  EXPECT_EQ(content->stat.czxid, created->czxid);
  EXPECT_EQ(content->stat.pzxid, content->stat.czxid);
  EXPECT_EQ(code(coordinator->create(at("/a"), "", Mode::persistent)), Code::node_exists);
}

TEST_P(CoordinatorContract, NeedsTheParentOfANewNode) {
  auto coordinator = connect();
  EXPECT_EQ(code(coordinator->create(at("/a/b"), "", Mode::persistent)), Code::no_node);
}

TEST_P(CoordinatorContract, RefusesPathsThatAreNotCanonical) {
  auto coordinator = connect();
  for (const char* bad : {"", "a", "/a/", "//a", "/a//b", "/./a", "/a/..", "/a\x01", "/\xff"})
    EXPECT_EQ(code(coordinator->create(bad, "", Mode::persistent)), Code::invalid) << bad;
  EXPECT_EQ(code(coordinator->exists("a")), Code::invalid);
  EXPECT_EQ(
      code(coordinator->create(at("/large"), std::string(limits::node_bytes + 1, 'x'), Mode::persistent)),
      Code::invalid);
  EXPECT_TRUE(coordinator->create(at("/large"), std::string(limits::node_bytes, 'x'), Mode::persistent));
}

TEST_P(CoordinatorContract, RemovesOnlyNodesWithoutChildren) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::persistent));
  ASSERT_TRUE(coordinator->create(at("/a/b"), "", Mode::persistent));
  EXPECT_EQ(code(coordinator->remove(at("/a"))), Code::not_empty);
  EXPECT_TRUE(coordinator->remove(at("/a/b")));
  EXPECT_TRUE(coordinator->remove(at("/a")));
  EXPECT_EQ(code(coordinator->remove(at("/a"))), Code::no_node);
  EXPECT_EQ(code(coordinator->get(at("/a"))), Code::no_node);
  EXPECT_EQ(code(coordinator->children(at("/a"))), Code::no_node);
  auto gone = coordinator->exists(at("/a"));
  ASSERT_TRUE(gone);
  EXPECT_FALSE(*gone);
}

TEST_P(CoordinatorContract, ChangesDataOnlyAtTheVersionAskedFor) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "0", Mode::persistent));
  auto first = coordinator->set(at("/a"), "1", 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->version, 1);
  EXPECT_EQ(code(coordinator->set(at("/a"), "2", 0)), Code::bad_version);
  EXPECT_EQ(coordinator->get(at("/a"))->data, "1");
  EXPECT_TRUE(coordinator->set(at("/a"), "3"));
  EXPECT_EQ(code(coordinator->remove(at("/a"), 1)), Code::bad_version);
  EXPECT_TRUE(coordinator->remove(at("/a"), 2));
  EXPECT_EQ(code(coordinator->set(at("/a"), "")), Code::no_node);
}

TEST_P(CoordinatorContract, ListsTheNamesOfChildren) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::persistent));
  for (const char* name : {"/a/z", "/a/b", "/a/m"})
    ASSERT_TRUE(coordinator->create(at(name), "", Mode::persistent));
  auto children = coordinator->children(at("/a"));
  ASSERT_TRUE(children);
  EXPECT_THAT(children->names, ::testing::ElementsAre("b", "m", "z"));
  EXPECT_EQ(children->stat.children, 3);
  EXPECT_EQ(children->stat.cversion, 3);
}

TEST_P(CoordinatorContract, NumbersChangesInOrder) {
  auto coordinator = connect();
  auto parent = coordinator->create(at("/a"), "", Mode::persistent);
  auto child = coordinator->create(at("/a/b"), "", Mode::persistent);
  EXPECT_GT(child->czxid, parent->czxid);
  EXPECT_EQ((*coordinator->exists(at("/a")))->pzxid, child->czxid);
  auto set = coordinator->set(at("/a/b"), "x");
  EXPECT_GT(set->mzxid, child->czxid);
  EXPECT_EQ(set->czxid, child->czxid);
  EXPECT_EQ((*coordinator->exists(at("/a")))->pzxid, child->czxid)
      << "data of a child is not the parent's change";
  ASSERT_TRUE(coordinator->remove(at("/a/b")));
  EXPECT_GT((*coordinator->exists(at("/a")))->pzxid, set->mzxid);
}

TEST_P(CoordinatorContract, GivesARecreatedNodeANewLife) {
  auto coordinator = connect();
  auto first = coordinator->create(at("/a"), "", Mode::persistent);
  ASSERT_TRUE(coordinator->set(at("/a"), "x"));
  ASSERT_TRUE(coordinator->remove(at("/a")));
  auto second = coordinator->create(at("/a"), "", Mode::persistent);
  EXPECT_EQ(second->version, 0);
  EXPECT_EQ(second->cversion, 0);
  EXPECT_GT(second->czxid, first->czxid + 1);
}

TEST_P(CoordinatorContract, CallsAWatchOnce) {
  auto coordinator = connect();
  auto other = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::persistent));
  ASSERT_TRUE(coordinator->get(at("/a"), watch()));
  ASSERT_TRUE(other->set(at("/a"), "1"));
  expect_event(heard_->wait_for(0), WatchEventKind::changed, at("/a"));
  ASSERT_TRUE(other->set(at("/a"), "2"));
  expect_nothing_heard_but(1, *coordinator);
}

TEST_P(CoordinatorContract, TellsOfCreationToWhoLookedForAMissingNode) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->exists(at("/a"), watch()));
  ASSERT_TRUE(connect()->create(at("/a"), "", Mode::persistent));
  expect_event(heard_->wait_for(0), WatchEventKind::created, at("/a"));
}

TEST_P(CoordinatorContract, TellsOfRemovalToEachKindOfWatch) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::persistent));
  ASSERT_TRUE(coordinator->exists(at("/a"), watch()));
  ASSERT_TRUE(coordinator->get(at("/a"), watch()));
  ASSERT_TRUE(coordinator->children(at("/a"), watch()));
  ASSERT_TRUE(coordinator->remove(at("/a")));
  for (std::size_t i = 0; i < 3; ++i) expect_event(heard_->wait_for(i), WatchEventKind::deleted, at("/a"));
}

TEST_P(CoordinatorContract, TellsOfChildrenThatComeAndGoButNotOfTheirData) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::persistent));
  ASSERT_TRUE(coordinator->children(at("/a"), watch()));
  ASSERT_TRUE(coordinator->create(at("/a/b"), "", Mode::persistent));
  expect_event(heard_->wait_for(0), WatchEventKind::children, at("/a"));
  ASSERT_TRUE(coordinator->children(at("/a"), watch()));
  ASSERT_TRUE(coordinator->set(at("/a/b"), "x"));
  ASSERT_TRUE(coordinator->create(at("/a/b/c"), "", Mode::persistent));
  expect_nothing_heard_but(1, *coordinator);
  ASSERT_TRUE(coordinator->remove(at("/a/b/c")));
  ASSERT_TRUE(coordinator->remove(at("/a/b")));
  expect_event(heard_->wait_for(1), WatchEventKind::children, at("/a"));
}

TEST_P(CoordinatorContract, LeavesNoWatchBehindAFailure) {
  auto coordinator = connect();
  EXPECT_EQ(code(coordinator->get(at("/a"), watch())), Code::no_node);
  EXPECT_EQ(code(coordinator->children(at("/a"), watch())), Code::no_node);
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::persistent));
  ASSERT_TRUE(coordinator->remove(at("/a")));
  expect_nothing_heard_but(0, *coordinator);
}

TEST_P(CoordinatorContract, ShowsAChangeToWhoHasHeardOfIt) {
  auto coordinator = connect();
  auto other = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "0", Mode::persistent));
  for (int i = 1; i <= 20; ++i) {
    auto heard = std::make_shared<Heard<WatchEvent>>();
    ASSERT_TRUE(coordinator->get(at("/a"), [heard](const WatchEvent& event) { heard->add(event); }));
    ASSERT_TRUE(other->set(at("/a"), std::to_string(i)));
    ASSERT_TRUE(heard->wait_for(0));
    EXPECT_EQ(coordinator->get(at("/a"))->data, std::to_string(i));
  }
}

TEST_P(CoordinatorContract, DoesAllOfAMultiAsOneChange) {
  auto coordinator = connect();
  std::vector<Operation> operations{Operation::create(at("/a"), "", Mode::persistent),
                                    Operation::create(at("/a/b"), "x", Mode::ephemeral),
                                    Operation::set(at("/a"), "y"), Operation::check(at("/a"), 1)};
  auto done = coordinator->multi(operations);
  ASSERT_TRUE(done) << done.error().text;
  auto parent = coordinator->get(at("/a"));
  auto child = coordinator->get(at("/a/b"));
  EXPECT_EQ(parent->data, "y");
  EXPECT_EQ(parent->stat.czxid, child->stat.czxid);
  EXPECT_EQ(parent->stat.mzxid, child->stat.czxid);
  EXPECT_EQ(parent->stat.pzxid, child->stat.czxid);
  EXPECT_TRUE(coordinator->multi({}));
}

TEST_P(CoordinatorContract, DoesNothingOfAMultiThatFails) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "old", Mode::persistent));
  ASSERT_TRUE(coordinator->create(at("/a/b"), "b", Mode::ephemeral));
  ASSERT_TRUE(coordinator->children(at("/a"), watch()));
  ASSERT_TRUE(coordinator->get(at("/a"), watch()));
  auto before = coordinator->get(at("/a"));
  std::vector<Operation> operations{Operation::set(at("/a"), "new"), Operation::remove(at("/a/b")),
                                    Operation::create(at("/a/c"), "", Mode::ephemeral),
                                    Operation::create(at("/a/c/d"), "", Mode::persistent)};
  auto done = coordinator->multi(operations);
  EXPECT_EQ(code(done), Code::no_children_for_ephemerals);
  EXPECT_EQ(done.error().operation, 3u);
  auto after = coordinator->get(at("/a"));
  EXPECT_EQ(after->data, "old");
  EXPECT_EQ(after->stat, before->stat);
  EXPECT_THAT(coordinator->children(at("/a"))->names, ::testing::ElementsAre("b"));
  expect_nothing_heard_but(0, *coordinator);
}

TEST_P(CoordinatorContract, ReplacesANodeWithinOneMulti) {
  auto coordinator = connect();
  auto old = coordinator->create(at("/a"), "old", Mode::persistent);
  std::vector<Operation> operations{Operation::remove(at("/a"), 0),
                                    Operation::create(at("/a"), "new", Mode::ephemeral)};
  ASSERT_TRUE(coordinator->multi(operations));
  auto content = coordinator->get(at("/a"));
  EXPECT_EQ(content->data, "new");
  EXPECT_GT(content->stat.czxid, old->czxid);
  EXPECT_EQ(content->stat.ephemeral_owner, coordinator->session().id);
  std::vector<Operation> stale{Operation::check(at("/a"), 5), Operation::remove(at("/a"))};
  EXPECT_EQ(code(coordinator->multi(stale)), Code::bad_version);
  EXPECT_TRUE(*coordinator->exists(at("/a")));
}

TEST_P(CoordinatorContract, RefusesChildrenOfEphemeralNodes) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::ephemeral));
  EXPECT_EQ(code(coordinator->create(at("/a/b"), "", Mode::persistent)), Code::no_children_for_ephemerals);
}

TEST_P(CoordinatorContract, RemovesEphemeralNodesAtOnceWhenTheSessionIsClosed) {
  auto coordinator = connect();
  auto other = connect();
  EXPECT_NE(coordinator->session().id, other->session().id);
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::persistent));
  ASSERT_TRUE(coordinator->create(at("/a/b"), "", Mode::ephemeral));
  EXPECT_EQ(other->get(at("/a/b"))->stat.ephemeral_owner, coordinator->session().id);
  ASSERT_TRUE(other->children(at("/a"), watch()));
  ASSERT_TRUE(coordinator->close());
  expect_event(heard_->wait_for(0), WatchEventKind::children, at("/a"));
  EXPECT_FALSE(*other->exists(at("/a/b")));
  EXPECT_TRUE(*other->exists(at("/a")));
}

TEST_P(CoordinatorContract, AnswersNothingOnceItIsClosed) {
  auto coordinator = connect();
  auto credentials = coordinator->session();
  ASSERT_TRUE(coordinator->exists(at("/a"), watch()));
  ASSERT_TRUE(coordinator->close());
  expect_event(heard_->wait_for(0), WatchEventKind::lost, at("/a"));
  EXPECT_EQ(heard_->size(), 1u);
  EXPECT_EQ(code(coordinator->create(at("/a"), "", Mode::persistent)), Code::closing);
  EXPECT_EQ(code(coordinator->exists(at("/a"))), Code::closing);
  EXPECT_EQ(code(coordinator->multi({})), Code::closing);
  EXPECT_TRUE(coordinator->close()) << "closing twice is harmless";
  EXPECT_EQ(code(harness_->connect(credentials)), Code::session_expired);
}

TEST_P(CoordinatorContract, KeepsEphemeralNodesOfASessionThatComesBack) {
  auto coordinator = connect();
  auto credentials = coordinator->session();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::ephemeral));
  coordinator.reset();
  auto again = connect(credentials);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->session().id, credentials.id);
  harness_->let_sessions_expire();
  auto stat = again->exists(at("/a"));
  ASSERT_TRUE(stat && *stat);
  EXPECT_EQ((*stat)->ephemeral_owner, credentials.id);
  ASSERT_TRUE(again->close());
  EXPECT_FALSE(*connect()->exists(at("/a")));
}

TEST_P(CoordinatorContract, RefusesASessionToAWrongPassword) {
  auto coordinator = connect();
  auto credentials = coordinator->session();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::ephemeral));
  auto forged = credentials;
  forged.password.back() = static_cast<char>(forged.password.back() ^ 1);
  EXPECT_EQ(code(harness_->connect(forged)), Code::session_expired);
  EXPECT_TRUE(*coordinator->exists(at("/a")));
}

TEST_P(CoordinatorContract, EndsASessionThatDoesNotComeBack) {
  auto other = connect();
  auto coordinator = connect();
  auto credentials = coordinator->session();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::ephemeral));
  ASSERT_TRUE(other->exists(at("/a"), watch()));
  coordinator.reset();
  EXPECT_TRUE(*other->exists(at("/a"))) << "not before its time";
  harness_->let_sessions_expire();
  expect_event(heard_->wait_for(0), WatchEventKind::deleted, at("/a"));
  EXPECT_EQ(code(harness_->connect(credentials)), Code::session_expired);
}

TEST_P(CoordinatorContract, ForgetsWatchesWithTheConnection) {
  auto other = connect();
  auto coordinator = connect();
  auto credentials = coordinator->session();
  ASSERT_TRUE(other->create(at("/a"), "0", Mode::persistent));
  ASSERT_TRUE(coordinator->get(at("/a"), watch()));
  coordinator.reset();
  ASSERT_TRUE(other->set(at("/a"), "1"));
  auto again = connect(credentials);
  auto content = again->get(at("/a"), watch());
  ASSERT_TRUE(content);
  EXPECT_EQ(content->data, "1") << "what was missed is seen by looking again";
  expect_nothing_heard_but(0, *other);
  ASSERT_TRUE(other->set(at("/a"), "2"));
  expect_event(heard_->wait_for(0), WatchEventKind::changed, at("/a"));
}

TEST_P(CoordinatorContract, KeepsPersistentNodesWhenTheirSessionEnds) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::persistent));
  coordinator.reset();
  harness_->let_sessions_expire();
  EXPECT_TRUE(*connect()->exists(at("/a")));
}

TEST_P(CoordinatorContract, LosesNoChangeBetweenThreads) {
  constexpr int threads = 4;
  constexpr int each = 50;
  auto setter = connect();
  ASSERT_TRUE(setter->create(at("/a"), "0", Mode::persistent));
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t)
    running.emplace_back([&] {
      auto own = connect();
      for (int done = 0; done < each;) {
        auto now = own->get(at("/a"));
        if (now && own->set(at("/a"), std::to_string(std::stoi(now->data) + 1), now->stat.version)) ++done;
      }
    });
  for (auto& thread : running) thread.join();
  EXPECT_EQ(setter->get(at("/a"))->data, std::to_string(threads * each));
}

TEST_P(CoordinatorContract, TellsManyWatchersFromManyThreads) {
  auto coordinator = connect();
  ASSERT_TRUE(coordinator->create(at("/a"), "", Mode::persistent));
  std::vector<std::thread> running;
  for (int t = 0; t < 4; ++t)
    running.emplace_back([&, t] {
      auto own = connect();
      for (int i = 0; i < 25; ++i) {
        EXPECT_TRUE(coordinator->children(at("/a"), watch()));
        EXPECT_TRUE(own->create(at("/a/n" + std::to_string(t * 100 + i)), "", Mode::ephemeral));
      }
      EXPECT_TRUE(own->close());
    });
  for (auto& thread : running) thread.join();
  EXPECT_TRUE(heard_->wait_for(99)) << "each watch is called once";
  expect_nothing_heard_but(100, *coordinator);
  EXPECT_TRUE(coordinator->children(at("/a"))->names.empty());
}

}  // namespace circuit::anchor::testing
