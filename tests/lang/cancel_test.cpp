#include <thread>

#include "lang/objects.hpp"

namespace lang_test {

/// Waits for its own stop token, and hands on.
struct Patient {
  void wait() {
    Gate stopped;
    std::stop_callback on_stop(circuit::stop_token(), [&] { stopped.open(); });
    began.add();
    stopped.wait();
    stops.add();
  }
  void wait_there(Ref<Patient> there) {
    try {
      there.within(std::chrono::milliseconds(0)).call<&Patient::wait>();
    } catch (const circuit::Error& error) {
      if (error.kind() == circuit::ErrorKind::cancelled) nested_cancelled.add();
      throw;
    }
  }
  /// Goes on calling after its caller has given up.
  void call_again(Ref<Patient> there) {
    wait();
    try {
      there.call<&Patient::run>();
    } catch (const circuit::Error& error) {
      if (error.kind() == circuit::ErrorKind::cancelled) nested_cancelled.add();
    }
  }
  void run() { runs.add(); }
  bool can_be_stopped() { return circuit::stop_token().stop_possible(); }
  Count began, stops, runs, nested_cancelled;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Patient, concurrent, wait, wait_there, call_again, run, can_be_stopped);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

class CancelTest : public ::testing::Test {
 protected:
  CancelTest() {
    cluster[1].publish(object_id, there);
    cluster[2].publish(object_id, beyond);
    remote = cluster[0].published<Patient>(cluster[1], object_id).within(0ms);
    far = cluster[0].published<Patient>(cluster[2], object_id);
  }

  /// What a blocking call ends with when it is cancelled once `begun` has come.
  template <class Call>
  Failure cancelled(Count& begun, Call call) {
    std::stop_source stop;
    std::thread canceller([&] {
      EXPECT_TRUE(begun.wait_for(1));
      stop.request_stop();
    });
    Failure what = failure_of([&] { call(stop.get_token()); });
    canceller.join();
    return what;
  }

  std::shared_ptr<Patient> there = std::make_shared<Patient>(), beyond = std::make_shared<Patient>();
  Cluster cluster{3};
  Ref<Patient> remote, far;
};

TEST_F(CancelTest, ACancelledCallEndsAndStopIsRequestedAtTheCallee) {
  Failure what =
      cancelled(there->began, [&](std::stop_token stop) { remote.until(stop).call<&Patient::wait>(); });
  EXPECT_EQ(what.kind, ErrorKind::cancelled);
  EXPECT_TRUE(what.may_have_run);
  EXPECT_TRUE(there->stops.wait_for(1));
}

TEST_F(CancelTest, AnObjectOfTheSameProcessIsToldToo) {
  auto here = std::make_shared<Patient>();
  Ref<Patient> local = cluster[0].ref(here).within(0ms);
  Failure what =
      cancelled(here->began, [&](std::stop_token stop) { local.until(stop).call<&Patient::wait>(); });
  EXPECT_EQ(what.kind, ErrorKind::cancelled);
  EXPECT_TRUE(here->stops.wait_for(1));
}

TEST_F(CancelTest, WhatTheCalleeCallsIsCancelledWithIt) {
  Failure what = cancelled(beyond->began,
                           [&](std::stop_token stop) { remote.until(stop).call<&Patient::wait_there>(far); });
  EXPECT_EQ(what.kind, ErrorKind::cancelled);
  EXPECT_TRUE(beyond->stops.wait_for(1));
  EXPECT_TRUE(there->nested_cancelled.wait_for(1));
}

TEST_F(CancelTest, WhatTheCalleeCallsAfterwardsIsCancelledToo) {
  cancelled(there->began, [&](std::stop_token stop) { remote.until(stop).call<&Patient::call_again>(far); });
  EXPECT_TRUE(there->nested_cancelled.wait_for(1));
  EXPECT_EQ(beyond->runs.value(), 0);
}

TEST_F(CancelTest, ATimeThatIsOverRequestsStopAtTheCallee) {
  EXPECT_EQ(failure_of([&] { remote.within(50ms).call<&Patient::wait>(); }).kind, ErrorKind::deadline);
  if (there->began.value() > 0) {
    EXPECT_TRUE(there->stops.wait_for(1));
  }
}

TEST_F(CancelTest, TheDeathOfTheCallerRequestsStopAtTheCallee) {
  std::thread caller([&] { failure_of([&] { remote.call<&Patient::wait>(); }); });
  ASSERT_TRUE(there->began.wait_for(1));
  cluster[0].kill();
  EXPECT_TRUE(there->stops.wait_for(1));
  caller.join();
}

TEST_F(CancelTest, TheEndOfTheCalleesRuntimeRequestsStop) {
  std::thread caller([&] {
    try {
      remote.call<&Patient::wait>();  // its answer may just make it
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::dead);
    }
  });
  ASSERT_TRUE(there->began.wait_for(1));
  cluster[1].end();
  EXPECT_EQ(there->stops.value(), 1) << "the end waits for what runs";
  caller.join();
}

TEST_F(CancelTest, ACallThatIsCancelledBeforehandSendsNothing) {
  std::stop_source stop;
  stop.request_stop();
  Failure what = failure_of([&] { remote.until(stop.get_token()).call<&Patient::run>(); });
  EXPECT_EQ(what.kind, ErrorKind::cancelled);
  EXPECT_FALSE(what.may_have_run);
  remote.call<&Patient::can_be_stopped>();  // behind it, if it had been sent
  EXPECT_EQ(there->runs.value(), 0);
}

TEST_F(CancelTest, AQueuedCallThatIsCancelledNeverRuns) {
  auto slow = std::make_shared<Slow>();
  cluster[1].publish(object_id + 1, slow);
  Ref<Slow> serial = cluster[0].published<Slow>(cluster[1], object_id + 1);
  std::thread first([&] { serial.call<&Slow::wait>(); });
  ASSERT_TRUE(slow->began.wait_for(1));
  std::stop_source stop;
  std::thread second([&] {
    EXPECT_EQ(failure_of([&] { serial.until(stop.get_token()).call<&Slow::run>(); }).kind,
              ErrorKind::cancelled);
  });
  stop.request_stop();
  second.join();
  slow->gate.open();
  first.join();
  serial.call<&Slow::remaining_ms>();
  EXPECT_EQ(slow->runs.value(), 0);
}

TEST_F(CancelTest, OutsideACallNobodyRequestsStop) {
  EXPECT_FALSE(circuit::stop_token().stop_possible());
  EXPECT_TRUE(remote.call<&Patient::can_be_stopped>());
}

}  // namespace
}  // namespace circuit::lang::testing
