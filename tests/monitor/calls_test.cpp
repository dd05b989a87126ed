#include "monitor/calls.hpp"

#include <gmock/gmock.h>

namespace circuit::monitor {
namespace {

using record::CallState;
using record::Direction;
using spawn::CallRecord;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr WorkerId app{1}, first{2}, second{3};

CallRecord outgoing(WorkerId from, WorkerId to, std::uint64_t call, std::uint64_t started_wall_ns) {
  CallRecord end;
  end.worker = from;
  end.peer = to;
  end.direction = Direction::outgoing;
  end.state = CallState::waiting;
  end.call = call;
  end.started_wall_ns = started_wall_ns;
  end.method = "work(u64)->u64";
  end.arguments = "[7]";
  end.argument_bytes = 3;
  return end;
}

/// The other end of it, in a slot of its own.
CallRecord incoming(const CallRecord& end, std::uint64_t slot, CallState state = CallState::running) {
  CallRecord other = end;
  std::swap(other.worker, other.peer);
  other.direction = Direction::incoming;
  other.state = state;
  other.slot = slot;
  other.started_wall_ns += 10;
  other.thread = 99;
  return other;
}

spawn::CallsReport report_of(std::vector<CallRecord> ends) { return {1000, ends.size(), std::move(ends)}; }

std::vector<std::uint64_t> ids(const Calls& calls) {
  std::vector<std::uint64_t> ids;
  for (const Call& call : calls.calls) ids.push_back(call.id);
  return ids;
}

TEST(JoinEnds, BothEndsAreOneCall) {
  const CallRecord sent = outgoing(first, second, 5, 100);
  const Calls calls = join_ends(report_of({incoming(sent, 77), sent}));
  ASSERT_EQ(calls.calls.size(), 1U);
  const Call& call = calls.calls[0];
  EXPECT_EQ(call.caller, first);
  EXPECT_EQ(call.callee, second);
  EXPECT_EQ(call.id, 5U);
  EXPECT_EQ(call.phase, CallPhase::running);
  EXPECT_EQ(call.started_wall_ns, 100U) << "the caller's clock started first";
  EXPECT_EQ(call.thread, 99);
  EXPECT_EQ(call.method, "work");
  EXPECT_EQ(call.descriptor, "work(u64)->u64");
  EXPECT_EQ(call.arguments, "[7]");
}

TEST(JoinEnds, TwoCallersMayUseTheSameNumber) {
  EXPECT_EQ(join_ends(report_of({outgoing(first, second, 5, 1), outgoing(app, second, 5, 2)})).calls.size(),
            2U);
}

TEST(JoinEnds, OneEndAloneIsACallToo) {
  const CallRecord sent = outgoing(app, first, 1, 100);
  const Calls at_callee = join_ends(report_of({incoming(sent, 7, CallState::queued)}));
  ASSERT_EQ(at_callee.calls.size(), 1U);
  EXPECT_EQ(at_callee.calls[0].caller, app);
  EXPECT_EQ(at_callee.calls[0].phase, CallPhase::queued);
  const Calls at_caller = join_ends(report_of({sent}));
  ASSERT_EQ(at_caller.calls.size(), 1U);
  EXPECT_EQ(at_caller.calls[0].callee, first);
  EXPECT_EQ(at_caller.calls[0].phase, CallPhase::sent);
}

TEST(JoinEnds, ANestedCallFollowsTheOneItWasMadeIn) {
  const CallRecord outer = outgoing(app, first, 1, 100);
  CallRecord inner = outgoing(first, second, 9, 300);
  inner.parent = 42;
  inner.depth = 1;
  const CallRecord between = outgoing(app, second, 2, 200);
  const Calls calls = join_ends(report_of({incoming(outer, 42), between, inner, incoming(inner, 8)}));
  EXPECT_THAT(ids(calls), ElementsAre(1, 9, 2));
  EXPECT_EQ(calls.calls[1].parent_caller, app);
  EXPECT_EQ(calls.calls[1].parent_id, 1U);
  EXPECT_EQ(calls.calls[1].depth, 1U);
}

TEST(JoinEnds, AParentThatNobodyKnowsIsNone) {
  CallRecord inner = outgoing(first, second, 9, 300);
  inner.parent = 42;
  const Calls calls = join_ends(report_of({inner}));
  ASSERT_EQ(calls.calls.size(), 1U);
  EXPECT_EQ(calls.calls[0].parent_id, 0U);
  EXPECT_EQ(calls.calls[0].parent_caller, WorkerId());
}

TEST(JoinEnds, ARingOfParentsShowsEachCallOnce) {
  CallRecord one = incoming(outgoing(second, first, 1, 100), 11);
  CallRecord two = incoming(outgoing(first, second, 2, 200), 22);
  one.parent = 22;
  two.parent = 11;
  CallRecord own = incoming(outgoing(first, first, 3, 300), 33);
  own.parent = 33;
  EXPECT_THAT(ids(join_ends(report_of({one, two, own}))), ElementsAre(1, 2, 3));
}

TEST(JoinEnds, WhatWasLeftOutIsCounted) {
  spawn::CallsReport report = report_of({outgoing(app, first, 1, 1)});
  report.total = 12'001;
  EXPECT_EQ(join_ends(report).untold, 12'000U);
  EXPECT_THAT(join_ends({}).calls, IsEmpty());
}

}  // namespace
}  // namespace circuit::monitor
