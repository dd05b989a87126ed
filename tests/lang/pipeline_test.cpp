#include <boost/asio/use_future.hpp>
#include <thread>

#include <circuit/async.hpp>

#include "lang/objects.hpp"

namespace lang_test {

/// Remembers what it is told, in order.
struct Journal {
  void note(int number) { notes.push_back(number); }
  std::size_t weigh(const circuit::Bytes& bytes) {
    notes.push_back(static_cast<int>(bytes.size()));
    return bytes.size();
  }
  std::vector<int> all() { return notes; }
  int use(Ref<Counter> counter) { return counter.call<&Counter::increment>(); }
  std::vector<int> notes;
};

/// Gives references when the test lets it.
struct Library {
  Ref<Journal> take() {
    asked.add();
    gate.wait();
    return journal;
  }
  Ref<Library> below() {
    gate.wait();
    return next;
  }
  Ref<Journal> broken() {
    gate.wait();
    throw std::domain_error("the library is broken");
  }
  /// Whoever has its answer knows that all that it sent before has been read.
  void ping() {}
  Count asked;
  Gate gate;
  Ref<Journal> journal;
  Ref<Library> next;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Journal, note, weigh, all, use);
CIRCUIT_INTERFACE(lang_test::Library, concurrent, take, below, broken, ping);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Nobody tells of what is looked at here; false after 20 s.
bool come(const std::function<bool()>& happened) {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!happened()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

/// A caller (0), who asks a library (1); a third process (2) has objects as well.
class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() {
    library->journal = cluster[1].ref(journal);
    cluster[1].publish(object_id, library);
    remote = cluster[0].published<Library>(cluster[1], object_id);
  }
  ~PipelineTest() override { library->gate.open(); }

  /// The library has what lives in the third process.
  void let_journal_live_elsewhere() {
    auto third = std::make_shared<Library>();
    third->journal = cluster[2].ref(journal);
    third->gate.open();
    cluster[2].publish(object_id, third);
    library->journal = cluster[1].published<Library>(cluster[2], object_id).call<&Library::take>();
  }
  /// Waits until that many calls have come to the library's process and are not answered.
  bool wait_for_calls(std::uint32_t calls) {
    return come([&] { return cluster[1].node().recorder().in_flight(record::Direction::incoming) >= calls; });
  }
  bool nothing_is_kept() {
    return come([&] { return cluster[1].node().results().size() == 0; });
  }

  std::shared_ptr<Journal> journal = std::make_shared<Journal>();
  std::shared_ptr<Library> library = std::make_shared<Library>();
  Cluster cluster{3};
  Ref<Library> remote;
};

TEST_F(PipelineTest, TheResultIsCalledBeforeItIsThere) {
  Ref<Journal> promised = remote.pipeline<&Library::take>();
  auto noted = promised.async_call<&Journal::note>(boost::asio::use_future, 7);
  ASSERT_TRUE(wait_for_calls(2)) << "the second call is there although the first has not returned";
  EXPECT_TRUE(journal->notes.empty());
  library->gate.open();
  noted.get();
  EXPECT_THAT(promised.call<&Journal::all>(), ElementsAre(7));
  EXPECT_EQ(promised.address(), cluster[1].address());
  EXPECT_TRUE(nothing_is_kept());
}

TEST_F(PipelineTest, CallsKeepTheirOrderHoweverLargeTheyAre) {
  Ref<Journal> promised = remote.pipeline<&Library::take>();
  const Bytes large(wire::testing::filled(300'000));
  auto weighed = promised.async_call<&Journal::weigh>(boost::asio::use_future, large);
  for (int i = 0; i < 100; ++i) promised.async_call<&Journal::note>([](auto) {}, i);
  library->gate.open();
  EXPECT_EQ(weighed.get(), 300'000u);
  for (int i = 100; i < 200; ++i) promised.async_call<&Journal::note>([](auto) {}, i);
  std::vector<int> expected{300'000};
  for (int i = 0; i < 200; ++i) expected.push_back(i);
  EXPECT_EQ(promised.call<&Journal::all>(), expected);
}

TEST_F(PipelineTest, CallsToAnObjectThatLivesElsewhereAreSentAgainInTheirOrder) {
  let_journal_live_elsewhere();
  auto own = std::make_shared<Counter>();
  Ref<Journal> promised = remote.pipeline<&Library::take>();
  std::vector<std::future<void>> noted;
  for (int i = 0; i < 100; ++i)
    noted.push_back(promised.async_call<&Journal::note>(boost::asio::use_future, i));
  auto used = promised.async_call<&Journal::use>(boost::asio::use_future, cluster[0].ref(own));
  ASSERT_TRUE(wait_for_calls(102));
  library->gate.open();
  std::vector<int> expected;
  for (int i = 0; i < 200; ++i) expected.push_back(i);
  for (int i = 100; i < 200; ++i) promised.call<&Journal::note>(i);
  EXPECT_EQ(promised.call<&Journal::all>(), expected);
  EXPECT_EQ(used.get(), 1) << "the reference among the arguments was written anew";
  EXPECT_EQ(promised.address(), cluster[2].address());
  for (auto& each : noted) each.get();
  EXPECT_TRUE(nothing_is_kept());
}

TEST_F(PipelineTest, AnObjectOfTheCallerItselfIsCalledHere) {
  auto own = std::make_shared<Journal>();
  auto kept = std::make_shared<Library>();
  kept->journal = cluster[0].ref(own);
  kept->gate.open();
  cluster[0].publish(object_id, kept);
  library->journal = cluster[1].published<Library>(cluster[0], object_id).call<&Library::take>();
  Ref<Journal> promised = remote.pipeline<&Library::take>();
  auto noted = promised.async_call<&Journal::note>(boost::asio::use_future, 3);
  ASSERT_TRUE(wait_for_calls(2));
  library->gate.open();
  noted.get();
  promised.call<&Journal::note>(4);
  EXPECT_THAT(own->notes, ElementsAre(3, 4));
}

TEST_F(PipelineTest, ACallWithinTheProcessIsPipelinedTheSameWay) {
  auto own = cluster[1].ref(library);
  Ref<Journal> promised = own.pipeline<&Library::take>();
  auto noted = promised.async_call<&Journal::note>(boost::asio::use_future, 5);
  library->gate.open();
  noted.get();
  EXPECT_THAT(promised.call<&Journal::all>(), ElementsAre(5));
  EXPECT_TRUE(nothing_is_kept());
}

TEST_F(PipelineTest, AChainOfPromisesTakesOneRoundTrip) {
  auto below = std::make_shared<Library>();
  below->journal = library->journal;
  below->gate.open();
  library->next = cluster[1].ref(below);
  Ref<Journal> promised = remote.pipeline<&Library::below>().pipeline<&Library::take>();
  auto noted = promised.async_call<&Journal::note>(boost::asio::use_future, 1);
  ASSERT_TRUE(wait_for_calls(3));
  library->gate.open();
  noted.get();
  EXPECT_THAT(journal->notes, ElementsAre(1));
  EXPECT_TRUE(nothing_is_kept());
}

TEST_F(PipelineTest, AChainOfPromisesFollowsTheObjectsToWhereTheyLive) {
  let_journal_live_elsewhere();
  library->next = cluster[1].published<Library>(cluster[2], object_id);
  Ref<Journal> promised = remote.pipeline<&Library::below>().pipeline<&Library::take>();
  std::vector<std::future<void>> noted;
  for (int i = 0; i < 50; ++i)
    noted.push_back(promised.async_call<&Journal::note>(boost::asio::use_future, i));
  ASSERT_TRUE(wait_for_calls(52));
  library->gate.open();
  for (auto& each : noted) each.get();
  std::vector<int> expected;
  for (int i = 0; i < 50; ++i) expected.push_back(i);
  EXPECT_EQ(promised.call<&Journal::all>(), expected);
  EXPECT_TRUE(nothing_is_kept());
}

TEST_F(PipelineTest, WhatTheCallFailsWithTheCallsThroughItsResultFailWithToo) {
  Ref<Journal> promised = remote.pipeline<&Library::broken>();
  auto noted = promised.async_call<&Journal::note>(boost::asio::use_future, 1);
  ASSERT_TRUE(wait_for_calls(2));
  library->gate.open();
  for (int i = 0; i < 2; ++i) {
    Failure what = failure_of([&] { i == 0 ? noted.get() : promised.call<&Journal::note>(2); });
    EXPECT_EQ(what.kind, ErrorKind::failed);
    EXPECT_EQ(what.text, "the library is broken");
    EXPECT_FALSE(what.may_have_run);
  }
  EXPECT_EQ(failure_of([&] { promised.address(); }).text, "the library is broken");
  EXPECT_TRUE(nothing_is_kept());
}

TEST_F(PipelineTest, AnEmptyResultIsRefused) {
  library->journal.reset();
  Ref<Journal> promised = remote.pipeline<&Library::take>();
  auto noted = promised.async_call<&Journal::note>(boost::asio::use_future, 1);
  ASSERT_TRUE(wait_for_calls(2));
  library->gate.open();
  EXPECT_EQ(failure_of([&] { noted.get(); }).kind, ErrorKind::invalid);
  EXPECT_EQ(failure_of([&] { promised.call<&Journal::note>(2); }).kind, ErrorKind::invalid);
}

TEST_F(PipelineTest, APromisePassedOnIsWaitedFor) {
  auto broker = make_broker(cluster[2]);
  auto keeper = cluster[0].published<Broker>(cluster[2], object_id);
  auto maker = make_broker(cluster[1]);
  auto made = cluster[0].published<Broker>(cluster[1], object_id).pipeline<&Broker::make>();
  keeper.call<&Broker::keep>(made);
  EXPECT_EQ(keeper.call<&Broker::use>(), 1);
  EXPECT_EQ(made.call<&Counter::increment>(), 2);
  keeper.call<&Broker::drop>();
  made.reset();
  EXPECT_TRUE(maker->gone->wait_for(1)) << "what was promised is counted as what was given";
}

TEST_F(PipelineTest, MakingAnObjectCallingItAndDroppingItLeavesNothing) {
  auto maker = make_broker(cluster[1]);
  auto door = cluster[0].published<Broker>(cluster[1], object_id);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(door.pipeline<&Broker::make>().call<&Counter::increment>(), 1);
  EXPECT_TRUE(maker->gone->wait_for(100));
  EXPECT_TRUE(nothing_is_kept());
  EXPECT_TRUE(come([&] { return cluster[0].node().imports().size() == 0; }));
}

TEST_F(PipelineTest, APromiseThatIsDroppedBeforeItIsThereGivesItsReferenceBack) {
  auto maker = make_broker(cluster[1]);
  auto door = cluster[0].published<Broker>(cluster[1], object_id);
  for (int i = 0; i < 100; ++i) door.pipeline<&Broker::make>();
  EXPECT_TRUE(maker->gone->wait_for(100));
  EXPECT_TRUE(nothing_is_kept());
}

TEST_F(PipelineTest, TheDeathOfTheCalleeEndsThePromiseAndTheCallsThroughIt) {
  Ref<Journal> promised = remote.pipeline<&Library::take>();
  auto noted = promised.async_call<&Journal::note>(boost::asio::use_future, 1);
  ASSERT_TRUE(wait_for_calls(2));
  cluster[1].kill();
  EXPECT_EQ(failure_of([&] { noted.get(); }).kind, ErrorKind::dead);
  EXPECT_EQ(failure_of([&] { promised.call<&Journal::note>(2); }).kind, ErrorKind::dead);
}

TEST_F(PipelineTest, TheDeathOfTheCallerLeavesNothingAtTheCallee) {
  Ref<Journal> promised = remote.pipeline<&Library::take>();
  auto noted = promised.async_call<&Journal::note>(boost::asio::use_future, 1);
  ASSERT_TRUE(wait_for_calls(2));
  cluster[0].kill();
  EXPECT_TRUE(nothing_is_kept());
  library->gate.open();
  EXPECT_THROW(noted.get(), Error);
  EXPECT_TRUE(journal->notes.empty()) << "nobody waits for it any more";
}

TEST_F(PipelineTest, ACallThroughAPromiseHasItsOwnDeadline) {
  Ref<Journal> promised = remote.pipeline<&Library::take>();
  EXPECT_EQ(failure_of([&] { promised.within(20ms).call<&Journal::note>(1); }).kind, ErrorKind::deadline);
  remote.call<&Library::ping>();
  library->gate.open();
  EXPECT_THAT(promised.call<&Journal::all>(), ElementsAre()) << "its time was over before it could run";
}

TEST_F(PipelineTest, ACallThroughAPromiseCanBeCancelled) {
  Ref<Journal> promised = remote.pipeline<&Library::take>();
  std::stop_source stop;
  auto noted = promised.until(stop.get_token()).async_call<&Journal::note>(boost::asio::use_future, 1);
  ASSERT_TRUE(wait_for_calls(2));
  stop.request_stop();
  EXPECT_EQ(failure_of([&] { noted.get(); }).kind, ErrorKind::cancelled);
  remote.call<&Library::ping>();
  library->gate.open();
  EXPECT_THAT(promised.call<&Journal::all>(), ElementsAre());
}

TEST_F(PipelineTest, ResultsThatNobodyForgetsAreBounded) {
  library->gate.open();
  wire::CallHead head;
  head.object = object_id;
  head.method = method_id<Library, &Library::take>();
  head.keep_result = true;
  auto ask = [&](std::uint64_t call) {
    Buffer body;
    head.write(body.extend(wire::CallHead::size));
    Encoder encoder(body);
    encode_arguments(encoder);
    ASSERT_TRUE(cluster[0].peer(cluster[1])->send(wire::FrameKind::call, call, body).has_value());
  };
  for (std::uint64_t call = 1; call <= limits::kept_results + 10; ++call) ask(call << 32);
  ASSERT_TRUE(come([&] { return cluster[1].node().results().size() == limits::kept_results; }));
  // The last ones are refused, and the process goes on.
  EXPECT_EQ(remote.call<&Library::take>().call<&Journal::all>().size(), 0u);
  EXPECT_EQ(cluster[1].node().results().size(), limits::kept_results);
}

TEST_F(PipelineTest, AnIdThatIsUsedTwiceChangesNothingForTheResultThatIsKeptUnderIt) {
  auto send = [&](std::uint64_t call, std::uint64_t object, std::uint64_t method, bool to_result,
                  auto... args) {
    wire::CallHead head;
    head.object = object;
    head.method = method;
    head.to_result = to_result;
    head.keep_result = !to_result;
    Buffer body;
    head.write(body.extend(wire::CallHead::size));
    Encoder encoder(body);
    encode_arguments(encoder, args...);
    ASSERT_TRUE(cluster[0].peer(cluster[1])->send(wire::FrameKind::call, call, body).has_value());
  };
  const std::uint64_t kept = std::uint64_t{1} << 40, other = std::uint64_t{2} << 40;
  send(kept, object_id, method_id<Library, &Library::take>(), false);
  ASSERT_TRUE(library->asked.wait_for(1));
  send(kept, object_id, method_id<Library, &Library::take>(), false);
  send(other, kept, method_id<Journal, &Journal::note>(), true, 7);
  ASSERT_TRUE(wait_for_calls(2)) << "the second of the same id is refused";
  library->gate.open();
  EXPECT_TRUE(come([&] { return cluster[1].node().recorder().in_flight(record::Direction::incoming) == 0; }));
  EXPECT_THAT(remote.call<&Library::take>().call<&Journal::all>(), ElementsAre(7));
}

TEST_F(PipelineTest, MovedForACallThatWasNoneOfThatKindFailsIt) {
  auto slow = std::make_shared<Slow>();
  cluster[1].publish(object_id + 1, slow);
  auto waiting =
      cluster[0].published<Slow>(cluster[1], object_id + 1).async_call<&Slow::wait>(boost::asio::use_future);
  ASSERT_TRUE(slow->began.wait_for(1));
  const std::uint64_t call = std::uint64_t{1} << 32 | 1;
  for (std::uint32_t index = 0; index < 8; ++index)
    ASSERT_TRUE(cluster[1]
                    .peer(cluster[0])
                    ->send(wire::FrameKind::moved, (call & ~std::uint64_t{7}) | index, {})
                    .has_value());
  EXPECT_EQ(failure_of([&] { waiting.get(); }).kind, ErrorKind::invalid);
  slow->gate.open();
}

TEST_F(PipelineTest, AReferenceMayBeDroppedWhileALargeCallThroughItIsUnderWay) {
  library->gate.open();
  for (int i = 0; i < 20; ++i) {
    Ref<Journal> given = remote.call<&Library::take>();
    auto weighed =
        given.async_call<&Journal::weigh>(boost::asio::use_future, Bytes(wire::testing::filled(500'000)));
    given.reset();
    EXPECT_EQ(weighed.get(), 500'000u);
  }
}

}  // namespace
}  // namespace circuit::lang::testing
