#include <future>
#include <thread>

#include "lang/objects.hpp"
#include "lang/remote_method.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::HasSubstr;

TEST(Peers, SimultaneousDialsSettleOnOneLink) {
  for (int round = 0; round < 100; ++round) {
    Cluster cluster(2);
    for (std::size_t i = 0; i < 2; ++i) cluster[i].publish(object_id, std::make_shared<Calculator>());
    Gate gate;
    std::vector<std::thread> callers;
    for (std::size_t i = 0; i < 2; ++i)
      callers.emplace_back([&, i] {
        auto there = cluster[i].published<Calculator>(cluster[1 - i], object_id);
        gate.wait();
        for (int k = 0; k < 3; ++k) EXPECT_EQ(there.call<&Calculator::add>(k, 1), k + 1);
      });
    gate.open();
    for (std::thread& caller : callers) caller.join();
    EXPECT_TRUE(cluster[0].peer(cluster[1])->is_open() && cluster[1].peer(cluster[0])->is_open());
    EXPECT_TRUE(cluster[0].died.empty() && cluster[1].died.empty());
    EXPECT_TRUE(cluster[0].lost.empty() && cluster[1].lost.empty());
  }
}

class DeathTest : public ::testing::Test {
 protected:
  DeathTest() {
    cluster[1].publish(object_id, slow);
    remote = cluster[0].published<Slow>(cluster[1], object_id);
  }
  ~DeathTest() override { slow->gate.open(); }

  std::shared_ptr<Slow> slow = std::make_shared<Slow>();
  Cluster cluster{2};
  Ref<Slow> remote;
};

TEST_F(DeathTest, CallsToADeadProcessFailWithDeadForEver) {
  std::thread caller([&] {
    Failure what = failure_of([&] { remote.call<&Slow::wait>(); });
    EXPECT_EQ(what.kind, ErrorKind::dead);
    EXPECT_TRUE(what.may_have_run);
    EXPECT_THAT(what.text, HasSubstr(cluster[1].address().string()));
  });
  ASSERT_TRUE(slow->began.wait_for(1));
  cluster[1].kill();
  caller.join();
  for (int i = 0; i < 3; ++i) {
    Failure what = failure_of([&] { remote.call<&Slow::run>(); });
    EXPECT_EQ(what.kind, ErrorKind::dead);
    EXPECT_FALSE(what.may_have_run) << "it was never sent";
  }
  EXPECT_EQ(slow->runs.value(), 0);
}

TEST_F(DeathTest, WhatADeadProcessHeldIsLetGo) {
  auto broker = make_broker(cluster[0]);
  auto door = cluster[1].published<Broker>(cluster[0], object_id);
  auto counter = door.call<&Broker::make>();
  EXPECT_EQ(cluster[0].node().exports().size(), 1u);
  cluster[1].kill();
  EXPECT_TRUE(broker->gone->wait_for(1));
  EXPECT_TRUE(cluster[0].wait_empty());
}

TEST_F(DeathTest, QueuedCallsOfADeadCallerNeverRun) {
  auto of_a_third = cluster.add().published<Slow>(cluster[1], object_id);
  std::thread holder([&] { of_a_third.call<&Slow::wait>(); });
  ASSERT_TRUE(slow->began.wait_for(1));
  std::thread caller(
      [&] { EXPECT_EQ(failure_of([&] { remote.call<&Slow::run>(); }).kind, ErrorKind::dead); });
  while (cluster[1].node().recorder().in_flight(record::Direction::incoming) < 2) std::this_thread::yield();
  cluster[0].kill();
  caller.join();
  ASSERT_TRUE(cluster[1].wait([&] { return cluster[1].died.size() == 1; }));
  slow->gate.open();
  holder.join();
  of_a_third.call<&Slow::remaining_ms>();  // behind whatever waited
  EXPECT_EQ(slow->runs.value(), 0);
}

TEST_F(DeathTest, TheCauseThatIsAskedForStandsInTheVerdict) {
  on_loop(cluster[0].loop(), [&] {
    cluster[0].node().peers().set_ask_fate([](const Address&, std::function<void(Fate)> told) {
      told({true, "killed by SIGKILL"});
    });
  });
  std::thread caller([&] {
    EXPECT_EQ(failure_of([&] { remote.call<&Slow::wait>(); }).text,
              cluster[1].address().string() + " is dead: killed by SIGKILL");
  });
  ASSERT_TRUE(slow->began.wait_for(1));
  cluster[1].kill();
  caller.join();
}

TEST_F(DeathTest, AProcessThatLivesIsUnreachableAndIsDialledAgain) {
  std::function<void(Fate)> tell;
  Count asked;
  on_loop(cluster[0].loop(), [&] {
    cluster[0].node().peers().set_ask_fate([&](const Address& address, std::function<void(Fate)> told) {
      EXPECT_EQ(address, cluster[1].address());
      tell = std::move(told);
      asked.add();
    });
  });
  on_loop(cluster[1].loop(), [&] {
    cluster[1].node().peers().set_ask_fate([](const Address&, std::function<void(Fate)> told) {
      told({false, {}});
    });
  });
  Failure first;
  std::thread caller([&] { first = failure_of([&] { remote.call<&Slow::wait>(); }); });
  ASSERT_TRUE(slow->began.wait_for(1));
  on_loop(cluster[1].loop(), [&] { cluster[1].transport().cut(); });
  ASSERT_TRUE(asked.wait_for(1));
  // A call that is made while the verdict is awaited waits with the others, where it stands when this
  // returns.
  std::promise<Failure> second;
  start_call(cluster[0].node(), cluster[0].peer(cluster[1]), object_id,
             RemoteMethod<void()>{"lang_test::Slow.run"}, {}, std::function([&](Result<void> answer) {
               second.set_value(answer.has_error() ? answer.error() : Failure());
             }));
  on_loop(cluster[0].loop(), [&] { tell({false, {}}); });
  caller.join();
  EXPECT_EQ(first.kind, ErrorKind::unreachable);
  EXPECT_TRUE(first.may_have_run);
  EXPECT_EQ(second.get_future().get().kind, ErrorKind::unreachable);
  slow->gate.open();
  // Its queued calls have found out on their own side; a new link is made at the next call.
  ASSERT_TRUE(cluster[1].wait([&] { return cluster[1].lost.size() == 1; }));
  remote.call<&Slow::run>();
  EXPECT_EQ(slow->runs.value(), 1);
}

// Found by the simulation: the references in it were counted for a peer that never got them.
TEST_F(DeathTest, WhatWaitedForTheVerdictAndIsNotSentGivesItsReferencesBack) {
  auto broker = make_broker(cluster.add());
  auto own = cluster[0].ref(std::make_shared<Counter>());
  auto of_a_third = cluster[0].published<Broker>(cluster[2], object_id).call<&Broker::make>();
  remote.call<&Slow::run>();
  std::function<void(Fate)> tell;
  Count asked;
  on_loop(cluster[0].loop(), [&] {
    cluster[0].node().peers().set_ask_fate([&](const Address&, std::function<void(Fate)> told) {
      tell = std::move(told);
      asked.add();
    });
  });
  on_loop(cluster[1].loop(), [&] { cluster[1].transport().cut(); });
  ASSERT_TRUE(asked.wait_for(1));
  std::vector<Failure> failures;
  Count failed;
  for (const auto& counter : {own, of_a_third})
    start_call(cluster[0].node(), cluster[0].peer(cluster[1]), object_id,
               RemoteMethod<void(Ref<Counter>)>{"lang_test::Broker.keep"}, {},
               std::function([&](Result<void> answer) {
                 failures.push_back(answer.has_error() ? answer.error() : Failure());
                 failed.add();
               }),
               counter);
  EXPECT_EQ(cluster[0].node().exports().size(), 1u);
  EXPECT_EQ(cluster[0].node().handovers().size(), 1u);
  on_loop(cluster[0].loop(), [&] { tell({false, {}}); });
  ASSERT_TRUE(failed.wait_for(2));
  for (const Failure& what : failures) {
    EXPECT_EQ(what.kind, ErrorKind::unreachable);
    EXPECT_FALSE(what.may_have_run) << "it was never sent";
  }
  EXPECT_EQ(cluster[0].node().exports().size(), 0u);
  EXPECT_EQ(cluster[0].node().handovers().size(), 0u);
}

// Found by the simulation: a drop that was made while the verdict was awaited lay there until the next call.
TEST_F(DeathTest, ADropThatIsLeftOverAfterALostLinkIsSentWithoutBeingAskedFor) {
  auto broker = std::make_shared<Broker>();
  broker->self = &cluster[1];
  cluster[1].publish(object_id + 1, broker);
  auto counter = cluster[0].published<Broker>(cluster[1], object_id + 1).call<&Broker::make>();
  std::function<void(Fate)> tell;
  Count asked;
  for (std::size_t i = 0; i < 2; ++i)
    on_loop(cluster[i].loop(), [&, i] {
      cluster[i].node().peers().set_ask_fate([&, i](const Address&, std::function<void(Fate)> told) {
        if (i == 1) return told({false, {}});
        tell = std::move(told);
        asked.add();
      });
    });
  on_loop(cluster[1].loop(), [&] { cluster[1].transport().cut(); });
  ASSERT_TRUE(asked.wait_for(1));
  counter.reset();
  EXPECT_EQ(cluster[1].node().exports().size(), 1u);
  on_loop(cluster[0].loop(), [&] { tell({false, {}}); });
  EXPECT_TRUE(broker->gone->wait_for(1));
}

TEST_F(DeathTest, AnOrderlyEndIsSaidToBeOne) {
  std::thread caller([&] {
    Failure what = failure_of([&] { remote.call<&Slow::wait>(); });
    EXPECT_EQ(what.kind, ErrorKind::dead);
    EXPECT_TRUE(what.may_have_run);
  });
  ASSERT_TRUE(slow->began.wait_for(1));
  std::thread ender([&] { cluster[1].end(); });
  caller.join();
  slow->gate.open();
  ender.join();
  ASSERT_TRUE(cluster[0].wait([&] { return cluster[0].died.size() == 1; }));
  EXPECT_THAT(cluster[0].died[0].text, HasSubstr("it has ended"));
}

TEST_F(DeathTest, NobodyAtAnAddressIsDead) {
  Address nobody = cluster[1].address();
  nobody.id = WorkerId{0xdead};
  nobody.endpoint += ".gone";
  auto target =
      cluster[0].node().imports().fixed(cluster[0].node().peers().find_or_add(nobody), object_id, "x");
  EXPECT_EQ(failure_of([&] { Ref<Slow>(target).call<&Slow::run>(); }).kind, ErrorKind::dead);
  nobody.id = WorkerId{0xbeef};
  nobody.endpoint = "";
  target = cluster[0].node().imports().fixed(cluster[0].node().peers().find_or_add(nobody), object_id, "x");
  Failure what = failure_of([&] { Ref<Slow>(target).call<&Slow::run>(); });
  EXPECT_EQ(what.kind, ErrorKind::unreachable);
  EXPECT_THAT(what.text, HasSubstr("it accepts no links"));
}

TEST_F(DeathTest, AnotherProcessAtTheAddressOfADeadOneIsNotTakenForIt) {
  Address before = cluster[1].address();
  before.id = WorkerId{0xdead};
  auto target =
      cluster[0].node().imports().fixed(cluster[0].node().peers().find_or_add(before), object_id, "x");
  Failure what = failure_of([&] { Ref<Slow>(target).call<&Slow::run>(); });
  EXPECT_EQ(what.kind, ErrorKind::dead);
  EXPECT_THAT(what.text, HasSubstr("where R000000000000dead"));
}

TEST(Peers, ADialThatWasCrossedDecidesNothingAboutThePeerWhoseLinkHasEnded) {
  Cluster cluster(1);
  Member& own = cluster[0];
  link::testing::TemporaryDirectory directory;
  link::testing::RawListener listener(directory.path() + "/other");
  wire::Hello hello = wire::testing::some_hello();
  hello.address.id = WorkerId{own.address().id.value - 1};  // its dial is the one that counts
  hello.address.endpoint = "unix:" + directory.path() + "/other";
  std::function<void(Fate)> tell;
  Count asked;
  on_loop(own.loop(), [&] {
    own.node().peers().set_ask_fate([&](const Address&, std::function<void(Fate)> told) {
      tell = std::move(told);
      asked.add();
    });
  });

  PeerPointer peer = own.node().peers().find_or_add(hello.address);
  ASSERT_TRUE(peer->send(wire::FrameKind::pong, 0, {}).has_value());
  auto dialled = listener.accept();
  auto dialling = std::make_unique<link::testing::RawPeer>(own.address().endpoint.substr(5));
  dialling->hello(hello);
  ASSERT_TRUE(own.wait([&] { return peer->is_open(); }));
  dialling.reset();
  ASSERT_TRUE(asked.wait_for(1));

  const Failure crossing = failure(ErrorKind::refused, "crossing");
  dialled->write(
      wire::testing::frame_bytes({.kind = wire::FrameKind::refuse}, wire::encode_failure(crossing)));
  dialled->read_all();
  on_loop(own.loop(), [&] {
    EXPECT_TRUE(own.lost.empty()) << "before it is known what became of the peer";
    tell({false, {}});
  });
  ASSERT_TRUE(own.wait([&] { return own.lost.size() == 1; }));
  EXPECT_THAT(own.lost[0].text, ::testing::Not(HasSubstr("crossing")));
  EXPECT_EQ(asked.value(), 1);
}

TEST(Peers, AProcessThatAcceptsNoLinksIsCalledOverItsOwn) {
  Cluster cluster(1);
  Member& app = cluster.add(false);
  auto broker = make_broker(cluster[0]);
  auto door = app.published<Broker>(cluster[0], object_id);
  auto own = app.ref(std::make_shared<Counter>());
  door.call<&Broker::keep>(own);
  EXPECT_EQ(door.call<&Broker::use>(), 1);
  door.call<&Broker::drop>();
}

TEST(Peers, StrangersThatSayNothingAreBounded) {
  Cluster cluster(2);
  std::vector<std::unique_ptr<link::testing::RawPeer>> strangers;
  std::string path = cluster[0].address().endpoint.substr(5);
  for (std::size_t i = 0; i < limits::strangers; ++i)
    strangers.push_back(std::make_unique<link::testing::RawPeer>(path));
  link::testing::RawPeer one_too_many(path);
  EXPECT_EQ(one_too_many.read_all().size(), 0u) << "closed at once";
  strangers.clear();
  cluster[0].publish(object_id, std::make_shared<Calculator>());
  // Until the loop has seen them go, a dialer is turned away; it is told that the process lives, and tries
  // again.
  on_loop(cluster[1].loop(), [&] {
    cluster[1].node().peers().set_ask_fate([](const Address&, std::function<void(Fate)> told) {
      told({false, {}});
    });
  });
  auto calculator = cluster[1].published<Calculator>(cluster[0], object_id);
  int sum = 0;
  for (int tries = 0; sum == 0 && tries < 10'000; ++tries) try {
      sum = calculator.call<&Calculator::add>(1, 1);
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::unreachable);
    }
  EXPECT_EQ(sum, 2);
}

}  // namespace
}  // namespace circuit::lang::testing
