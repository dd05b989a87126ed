#include "lang/objects.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::HasSubstr;

class CallsTest : public ::testing::Test {
 protected:
  CallsTest() {
    cluster[1].publish(object_id, std::make_shared<Calculator>());
    cluster[1].publish(object_id + 1, quick);
    calculator = cluster[0].published<Calculator>(cluster[1], object_id);
  }
  std::shared_ptr<Quick> quick = std::make_shared<Quick>();
  Cluster cluster{2};
  Ref<Calculator> calculator;
};

TEST_F(CallsTest, ValuesGoAndComeBack) {
  EXPECT_EQ(calculator.call<&Calculator::add>(20, 22), 42);
  EXPECT_EQ(calculator.call<&Calculator::join>(std::vector<std::string>{"a", "b", "c"}), "abc");
}

TEST_F(CallsTest, AMethodWithoutResultHasRunWhenTheCallReturns) {
  calculator.call<&Calculator::set>(7);
  EXPECT_EQ(calculator.call<&Calculator::get>(), 7);
}

TEST_F(CallsTest, AnInlineObjectAnswersOnTheLoop) {
  auto remote = cluster[0].published<Quick>(cluster[1], object_id + 1);
  EXPECT_EQ(remote.call<&Quick::twice>(4), 8);
  EXPECT_EQ(cluster[1].ref(quick).call<&Quick::twice>(4), 8)
      << "a call within the process takes the loop too";
}

TEST_F(CallsTest, WhatTheCalleeThrowsComesBackWithTypeAndText) {
  Failure what = failure_of([&] { calculator.call<&Calculator::fail>("the reason"); });
  EXPECT_EQ(what.kind, ErrorKind::failed);
  EXPECT_EQ(what.text, "the reason");
  EXPECT_EQ(what.type, "std::domain_error");
  EXPECT_TRUE(what.may_have_run);
  what = failure_of([&] { calculator.call<&Calculator::fail_strangely>(); });
  EXPECT_EQ(what.type, "int");
}

TEST_F(CallsTest, ArgumentsOfAnotherShapeAreRefusedBeforeAnythingRuns) {
  auto call = [&](auto... arguments) {
    return failure_of([&] {
      OutgoingCall outgoing(calculator.target(), method_id<Calculator, &Calculator::set>(), {});
      encode_arguments(outgoing.arguments(), arguments...);
      outgoing.run();
    });
  };
  for (const Failure& what : {call(), call(1, 2), call(std::string("text"))}) {
    EXPECT_EQ(what.kind, ErrorKind::invalid);
    EXPECT_THAT(what.text, HasSubstr("the arguments do not fit"));
    EXPECT_FALSE(what.may_have_run);
  }
  EXPECT_EQ(calculator.call<&Calculator::get>(), 0);
}

TEST_F(CallsTest, AResultOfAnotherShapeIsRefused) {
  OutgoingCall outgoing(calculator.target(), method_id<Calculator, &Calculator::get>(), {});
  encode_arguments(outgoing.arguments());
  Reply reply = outgoing.run();
  EXPECT_THAT(failure_of([&] { reply.value<std::string>(); }).text, HasSubstr("the result does not fit"));
}

TEST_F(CallsTest, AnUnknownMethodOrObjectIsRefused) {
  Failure what = failure_of([&] {
    OutgoingCall outgoing(calculator.target(), 12345, {});
    encode_arguments(outgoing.arguments());
    outgoing.run();
  });
  EXPECT_EQ(what.kind, ErrorKind::refused);
  EXPECT_THAT(what.text, HasSubstr("Calculator has no method with the id 0000000000003039"));
  auto nothing = cluster[0].published<Calculator>(cluster[1], 999);
  EXPECT_THAT(failure_of([&] { nothing.call<&Calculator::get>(); }).text, HasSubstr("has no object"));
  EXPECT_THAT(failure_of([&] { Ref<Calculator>().call<&Calculator::get>(); }).text,
              HasSubstr("empty reference"));
}

TEST_F(CallsTest, ABlockingCallOnTheLoopIsRefusedWithTheCure) {
  quick->other = cluster[1].published<Quick>(cluster[0], object_id);
  auto remote = cluster[0].published<Quick>(cluster[1], object_id + 1);
  Failure what = failure_of([&] { remote.call<&Quick::block>(); });
  EXPECT_THAT(what.text, HasSubstr("take inline_calls off the interface"));
  quick->other = {};
}

TEST_F(CallsTest, LocalObjectsFollowTheSameRules) {
  auto local = cluster[0].ref(std::make_shared<Calculator>());
  EXPECT_EQ(local.call<&Calculator::add>(1, 2), 3);
  EXPECT_EQ(failure_of([&] { local.call<&Calculator::fail>("here"); }).type, "std::domain_error");
  EXPECT_TRUE(cluster[0].wait_empty());
}

TEST_F(CallsTest, LargeArgumentsArrive) {
  auto serial = std::make_shared<Serial>();
  cluster[1].publish(object_id + 2, serial);
  auto remote = cluster[0].published<Serial>(cluster[1], object_id + 2);
  EXPECT_EQ(remote.call<&Serial::weigh>(Bytes(wire::testing::filled(5'000'000))), 5'000'000u);
  Failure what =
      failure_of([&] { remote.call<&Serial::weigh>(Bytes(wire::testing::filled(limits::body_bytes))); });
  EXPECT_EQ(what.kind, ErrorKind::overloaded);
  EXPECT_FALSE(what.may_have_run);
}

TEST_F(CallsTest, ABottomlessChainEndsAtTheLimitOfDepth) {
  auto first = std::make_shared<Echo>(), second = std::make_shared<Echo>();
  first->self = cluster[0].ref(first);
  second->self = cluster[1].ref(second);
  cluster[1].publish(object_id + 2, second);
  auto there = cluster[0].published<Echo>(cluster[1], object_id + 2);
  EXPECT_EQ(there.call<&Echo::bounce>(first->self, 60), 60);
  Failure what = failure_of([&] { there.call<&Echo::bounce>(first->self, 100); });
  EXPECT_THAT(what.text, HasSubstr("the chain of nested calls is deeper than 64"));
  first->self = second->self = {};
}

}  // namespace
}  // namespace circuit::lang::testing
