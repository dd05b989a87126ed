// Channels that processes find by a name, having been handed nothing.
#include <atomic>
#include <csignal>
#include <future>
#include <gmock/gmock.h>
#include <thread>

#include <circuit/circuit.hpp>

#include "runtime/anchor_tree.hpp"

namespace circuit::support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class NamedChannels : public AnchorTree {
 protected:
  Address worker(const std::string& function, const std::string& arguments,
                 std::vector<std::string> anchors = {}) {
    return console()
        .spawn({.function = function,
                .arguments = arguments,
                .anchors = std::move(anchors),
                .executable = CIRCUIT_NAMED_CHANNELS})
        .address;
  }
  std::unique_ptr<Runtime> other_app() {
    return std::make_unique<Runtime>(0, nullptr, Runtime::Options{directory().string(), true});
  }
  bool is_gone(const std::string& name) { return becomes(anchors_.open(name), {}); }
};

TEST_F(NamedChannels, WorkersAndAppsFindWhatTheOthersOffer) {
  start();
  auto numbers = runtime_.channel<int>(5);
  runtime_.offer_channel("/jobs/numbers", numbers);
  worker("doubles", R"(["/jobs/numbers", "/jobs/doubles"])");
  auto app = other_app();
  auto doubles = app->open_channel<int>("/jobs/doubles", patience);
  std::jthread sender([&] {
    auto there = app->open_channel<int>("//jobs/./numbers/");
    for (int i = 0; i < 1000; ++i) there.send(i);
    there.close();
  });
  int next = 0;
  for (int number : doubles) EXPECT_EQ(number, 2 * next++);
  EXPECT_EQ(next, 1000);
}

TEST_F(NamedChannels, WhoWaitsIsToldWhenSomebodyOffersIt) {
  start();
  auto waiting =
      std::async(std::launch::async, [&] { return runtime_.open_channel<int>("/jobs/queue", patience); });
  ASSERT_TRUE(eventually([&] { return waits() == 1; }));
  // Who stands there and offers nothing is not the one.
  auto bystander = other_app();
  bystander->anchors().add("/jobs/queue/beside");
  bystander->anchors().remove("/jobs/queue/beside");
  bystander->anchors().add("/jobs/queue");
  bystander->anchors().remove("/jobs/queue");
  const Address offering = worker("offer", R"(["/jobs/queue"])");
  EXPECT_EQ(waiting.get().receive(), 7);
  EXPECT_EQ(anchors_.open("/jobs/queue").file(offering.id).address, offering);
}

TEST_F(NamedChannels, WhoStoodThereBeforeIsFoundByThoseWhoWait) {
  start();
  anchors_.add("/jobs/queue");
  Seen seen;
  AnchorWatch watch = anchors_.watch_subtree("/jobs", seen.handler());
  ASSERT_TRUE(seen.comes_to({{"/jobs/queue", runtime_.address().id}}));
  auto app = other_app();
  auto waiting =
      std::async(std::launch::async, [&] { return app->open_channel<int>("/jobs/queue", patience); });
  ASSERT_TRUE(eventually([&] { return waits() == 2; }));
  auto own = runtime_.channel<int>();
  own.send(5);
  runtime_.offer_channel("/jobs/queue", own);
  EXPECT_EQ(waiting.get().receive(), 5);
  EXPECT_EQ(seen.left(), 0) << "it has never left";
}

TEST_F(NamedChannels, WhereNobodyOffersItTheErrorSaysWhatToDo) {
  start();
  std::string text;
  EXPECT_EQ(kind_of([&] { runtime_.open_channel<int>("/jobs/queue"); }, &text), ErrorKind::unreachable);
  EXPECT_EQ(text, "unreachable: nobody offers a channel /jobs/queue: try again, or wait for it");
  EXPECT_EQ(
      kind_of([&] { runtime_.open_channel<int>("/jobs/queue", std::chrono::milliseconds(100)); }, &text),
      ErrorKind::deadline);
  EXPECT_EQ(text, "deadline: nobody has offered a channel /jobs/queue within the time given");
  auto bystander = other_app();
  bystander->anchors().add("/jobs/queue");
  EXPECT_EQ(kind_of([&] { runtime_.open_channel<int>("/jobs/queue"); }), ErrorKind::unreachable);
  EXPECT_THAT(anchors_.open("/").dirs(), ElementsAre("jobs")) << "looking makes nothing";
}

TEST_F(NamedChannels, AChannelOfAnotherTypeIsRefusedWithBoth) {
  start();
  worker("offer", R"(["/jobs/queue"])");
  ASSERT_TRUE(runtime_.open_channel<int>("/jobs/queue", patience));
  std::string text;
  EXPECT_EQ(kind_of([&] { runtime_.open_channel<std::string>("/jobs/queue"); }, &text), ErrorKind::refused);
  EXPECT_EQ(text, "refused: /jobs/queue is a channel<i32>, and what is wanted is a channel<text>");
  EXPECT_EQ(kind_of([&] { runtime_.open_channel<std::string>("/jobs/queue", patience); }), ErrorKind::refused)
      << "waiting would not help";
}

TEST_F(NamedChannels, OfManyWhoOfferANameAtOnceOneSucceeds) {
  start();
  auto results = runtime_.channel<bool>();
  runtime_.offer_channel("/results", results);
  constexpr int many = 6;
  std::vector<WorkerId> workers;
  for (int i = 0; i < many; ++i)
    workers.push_back(worker("contend", R"(["/jobs/queue", "/go", "/results"])").id);
  ASSERT_TRUE(eventually([&] { return waits() == many; }));
  anchors_.add("/go");
  int won = 0;
  for (int i = 0; i < many; ++i) won += results.within(patience).receive();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(anchors_.open("/jobs/queue").files().files.size(), 1u);
  EXPECT_TRUE(runtime_.open_channel<int>("/jobs/queue"));
}

TEST_F(NamedChannels, OfAppsThatTakeTurnsOneAtATimeHasTheName) {
  start();
  constexpr int apps = 4, rounds = 20;
  std::atomic<int> holders = 0, most = 0, times = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < apps; ++i)
    threads.emplace_back([&] {
      auto app = other_app();
      for (int had = 0; had < rounds;) try {
          app->offer_channel("/turn", app->channel<int>());
          most = std::max<int>(most, ++holders);
          --holders;
          app->withdraw_channel("/turn");
          ++had;
          ++times;
        } catch (const Error& error) {
          ASSERT_EQ(error.kind(), ErrorKind::refused) << error.what();
        }
    });
  threads.clear();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(times, apps * rounds);
  EXPECT_THAT(anchors_.open("/").dirs(), IsEmpty());
}

TEST_F(NamedChannels, ANameThatIsTakenIsRefusedWithWhoHasIt) {
  start();
  const Address first = worker("offer", R"(["/jobs/queue"])");
  ASSERT_TRUE(runtime_.open_channel<int>("/jobs/queue", patience));
  auto own = runtime_.channel<int>();
  std::string text;
  EXPECT_EQ(kind_of([&] { runtime_.offer_channel("/jobs/queue", own); }, &text), ErrorKind::refused);
  EXPECT_EQ(text, "refused: the channel /jobs/queue cannot be offered: " + first.string() +
                      " stands in /jobs/queue");
  EXPECT_EQ(kind_of([&] { runtime_.offer_channel("/jobs", own); }, &text), ErrorKind::refused);
  EXPECT_THAT(text, HasSubstr("somebody stands in /jobs/queue"));
  runtime_.offer_channel("/jobs/queue/mine", own);
  EXPECT_EQ(kind_of([&] { runtime_.offer_channel("/jobs/queue/mine", own); }), ErrorKind::refused);
  EXPECT_EQ(runtime_.open_channel<int>("/jobs/queue").receive(), 7) << "what was refused has changed nothing";
  EXPECT_EQ(console().worker(runtime_.address().id)->anchors, std::vector<std::string>{"/jobs/queue/mine"});
}

TEST_F(NamedChannels, TheNameGoesWithItsProcess) {
  start();
  const Address first = worker("offer", R"(["/jobs/queue"])");
  auto held = runtime_.open_channel<int>("/jobs/queue", patience);
  ASSERT_TRUE(console().kill(first.id, SIGKILL).has_value());
  EXPECT_EQ(kind_of([&] {
              held.receive();  // the seven, which may have been on its way
              held.receive();
            }),
            ErrorKind::dead);
  ASSERT_TRUE(is_gone("/jobs/queue"));
  EXPECT_EQ(kind_of([&] { runtime_.open_channel<int>("/jobs/queue"); }), ErrorKind::unreachable);
  auto own = runtime_.channel<int>();
  runtime_.offer_channel("/jobs/queue", own);
  EXPECT_TRUE(other_app()->open_channel<int>("/jobs/queue"));
}

TEST_F(NamedChannels, WhatIsWithdrawnStaysToThoseWhoHoldIt) {
  start();
  auto own = runtime_.channel<int>();
  runtime_.offer_channel("/jobs/queue", own);
  auto app = other_app();
  auto held = app->open_channel<int>("/jobs/queue");
  app->withdraw_channel("/jobs/queue");
  EXPECT_TRUE(app->open_channel<int>("/jobs/queue")) << "another process's name is not one's own to take";
  runtime_.withdraw_channel("/jobs/queue");
  runtime_.withdraw_channel("/jobs/queue");
  EXPECT_EQ(kind_of([&] { app->open_channel<int>("/jobs/queue"); }), ErrorKind::unreachable);
  EXPECT_THAT(anchors_.open("/").dirs(), IsEmpty());
  held.send(3);
  EXPECT_EQ(own.receive(), 3);
  // One that is closed is found, and says so.
  own.close();
  runtime_.offer_channel("/jobs/queue", own);
  EXPECT_EQ(app->open_channel<int>("/jobs/queue").next(), std::nullopt);
}

TEST_F(NamedChannels, AnAppThatEndsItsRuntimeOffersNothing) {
  start();
  auto app = other_app();
  app->offer_channel("/jobs/queue", app->channel<int>());
  auto held = runtime_.open_channel<int>("/jobs/queue");
  app.reset();
  EXPECT_EQ(kind_of([&] { held.receive(); }), ErrorKind::dead);
  EXPECT_TRUE(is_gone("/jobs/queue"));
}

TEST_F(NamedChannels, AChannelIsOfferedByTheProcessInWhichItLives) {
  start();
  const Address home = worker("offer", R"(["/jobs/queue"])");
  auto theirs = runtime_.open_channel<int>("/jobs/queue", patience);
  std::string text;
  EXPECT_EQ(kind_of([&] { runtime_.offer_channel("/jobs/copy", theirs); }, &text), ErrorKind::invalid);
  EXPECT_EQ(text, "invalid: the channel lives in " + home.string() + ", which alone can offer it");
  EXPECT_EQ(kind_of([&] { runtime_.offer_channel("/jobs/copy", other_app()->channel<int>()); }),
            ErrorKind::invalid)
      << "another runtime of this program is another process";
  EXPECT_EQ(kind_of([&] { runtime_.offer_channel("/jobs/copy", Channel<int>()); }), ErrorKind::invalid);
  EXPECT_THAT(anchors_.open("/jobs").dirs(), ElementsAre("queue"));
}

TEST_F(NamedChannels, NamesAreCheckedAsAnchorsAre) {
  start();
  auto own = runtime_.channel<int>();
  const std::string deep =
      "/" + std::string(100, 'a') + "/" + std::string(100, 'b') + "/" + std::string(60, 'c');
  for (const std::string& name : {std::string(), std::string("jobs"), std::string("/"), std::string("/a/.."),
                                  std::string("/R0123456789abcdef"), std::string("/a\nb"),
                                  std::string("/\xff"), std::string("/a\0b", 4), deep}) {
    EXPECT_EQ(kind_of([&] { runtime_.offer_channel(name, own); }), ErrorKind::invalid) << name;
    EXPECT_EQ(kind_of([&] { runtime_.open_channel<int>(name); }), ErrorKind::invalid) << name;
    EXPECT_EQ(kind_of([&] { runtime_.withdraw_channel(name); }), ErrorKind::invalid) << name;
  }
  std::string text;
  EXPECT_EQ(kind_of([&] { runtime_.offer_channel(deep, own); }, &text), ErrorKind::invalid);
  EXPECT_THAT(text, HasSubstr("at most 248 bytes"));
  EXPECT_THAT(anchors_.open("/").dirs(), IsEmpty());
}

TEST_F(NamedChannels, AServiceOfThatNameIsNoChannel) {
  start();
  auto app = other_app();
  app->anchors().add("/jobs/queue");
  app->listen("/jobs/queue", app->dial_self<Acid>("acid"));
  EXPECT_EQ(kind_of([&] { runtime_.open_channel<int>("/jobs/queue"); }), ErrorKind::unreachable);
  app->listen("channel /jobs/queue", app->dial_self<Acid>("acid"));
  std::string text;
  EXPECT_EQ(kind_of([&] { runtime_.open_channel<int>("/jobs/queue"); }, &text), ErrorKind::refused);
  EXPECT_THAT(text, HasSubstr("and what is wanted is a channel<i32>"));
}

TEST_F(NamedChannels, AnOfferOutlastsTheAgent) {
  start();
  worker("offer", R"(["/worker"])");
  auto own = runtime_.channel<int>();
  runtime_.offer_channel("/app", own);
  ASSERT_TRUE(runtime_.open_channel<int>("/worker", patience));
  replace_agent();
  auto app = other_app();
  EXPECT_EQ(app->open_channel<int>("/worker").receive(), 7);
  app->open_channel<int>("/app", patience).send(1);
  EXPECT_EQ(own.receive(), 1);
  EXPECT_EQ(kind_of([&] { app->offer_channel("/worker", app->channel<int>()); }), ErrorKind::refused);
  EXPECT_EQ(kind_of([&] { app->offer_channel("/app", app->channel<int>()); }), ErrorKind::refused);
}

TEST_F(NamedChannels, AProcessThatDoesNotAnswerIsWaitedForNoLongerThanWanted) {
  start();
  const Address stopped = worker("offer", R"(["/jobs/queue"])");
  ASSERT_TRUE(runtime_.open_channel<int>("/jobs/queue", patience));
  auto app = other_app();
  ASSERT_TRUE(stop(stopped.pid));
  std::string text;
  EXPECT_EQ(kind_of([&] { app->open_channel<int>("/jobs/queue", std::chrono::milliseconds(300)); }, &text),
            ErrorKind::deadline);
  EXPECT_THAT(text, HasSubstr("whoever stands under /jobs/queue did not answer in the time given"));
  ASSERT_EQ(::kill(stopped.pid, SIGCONT), 0);
  EXPECT_EQ(app->open_channel<int>("/jobs/queue", patience).receive(), 7);
}

TEST_F(NamedChannels, TheShellShowsWhoOffersAName) {
  start();
  const Address offering = worker("offer", R"(["/jobs/queue"])");
  ASSERT_TRUE(runtime_.open_channel<int>("/jobs/queue", patience));
  EXPECT_EQ(circuit({"ls", "/jobs/..."}).out, "/jobs/queue\n/jobs/queue/" + offering.id.string() + "\n");
}

}  // namespace
}  // namespace circuit::support
