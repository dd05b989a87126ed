// The tree on a coordinator that loses answers: what was asked is done or not done, and nobody says which.
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "anchor/fixtures.hpp"
#include "anchor/tree.hpp"

namespace circuit::anchor::testing {
namespace {

using ::testing::ElementsAre;

/// Passes everything on; of the calls that `loses` picks, the answer is lost, after or before they were done.
class LossyCoordinator final : public Coordinator {
 public:
  enum class Loss { none, before, after };

  explicit LossyCoordinator(std::shared_ptr<Coordinator> inner) : inner_(std::move(inner)) {}
  std::function<Loss(int)> loses = [](int) { return Loss::none; };
  std::function<void()> before_multi;
  int calls = 0;

  Outcome<Stat> create(const std::string& path, std::string_view data, Mode mode) override {
    return pass([&] { return inner_->create(path, data, mode); });
  }
  Outcome<void> remove(const std::string& path, std::int32_t version) override {
    return pass([&] { return inner_->remove(path, version); });
  }
  Outcome<Stat> set(const std::string& path, std::string_view data, std::int32_t version) override {
    return pass([&] { return inner_->set(path, data, version); });
  }
  Outcome<NodeContent> get(const std::string& path, Watch watch) override {
    return pass([&] { return inner_->get(path, watch); });
  }
  Outcome<std::optional<Stat>> exists(const std::string& path, Watch watch) override {
    return pass([&] { return inner_->exists(path, watch); });
  }
  Outcome<NodeChildren> children(const std::string& path, Watch watch) override {
    return pass([&] { return inner_->children(path, watch); });
  }
  Outcome<void> multi(std::span<const Operation> operations) override {
    if (before_multi) before_multi();
    return pass([&] { return inner_->multi(operations); });
  }
  SessionCredentials session() const override { return inner_->session(); }
  Outcome<void> close() override { return inner_->close(); }

 private:
  template <class Call>
  auto pass(Call call) -> decltype(call()) {
    Loss loss = loses(calls++);
    CoordinatorError lost{Code::connection_loss, "the answer was lost", {}};
    if (loss == Loss::before) return lost;
    auto answer = call();
    if (loss == Loss::after) return lost;
    return answer;
  }

  std::shared_ptr<Coordinator> inner_;
};

using Loss = LossyCoordinator::Loss;

struct Lossy {
  StoreFixture fixture;
  std::shared_ptr<Coordinator> sound = fixture.connect();
  std::shared_ptr<LossyCoordinator> lossy = std::make_shared<LossyCoordinator>(sound);
  Tree tree{lossy, run_at_once};
  Tree truth{sound, run_at_once};
};

TEST(TreeOnALossyCoordinator, AddsAndRemovesExactlyOnceWhicheverAnswerIsLost) {
  for (Loss loss : {Loss::before, Loss::after})
    for (int which = 0; which < 12; ++which) {
      Lossy on;
      on.lossy->loses = [&](int call) { return call == which ? loss : Loss::none; };
      auto added = on.tree.add(paths({"/a/b", "/c"}), worker(1));
      ASSERT_TRUE(added) << added.error().text;
      EXPECT_THAT(ids(*on.truth.list(path("/a/b"))), ElementsAre(1));
      EXPECT_THAT(ids(*on.truth.list(path("/c"))), ElementsAre(1));
      on.lossy->calls = 0;
      auto removed = on.tree.remove(paths({"/a/b", "/c"}), WorkerId{1});
      ASSERT_TRUE(removed) << removed.error().text;
      EXPECT_TRUE(on.sound->children("/anchor")->names.empty()) << which;
    }
}

TEST(TreeOnALossyCoordinator, ClaimsExactlyOnceWhicheverAnswerIsLost) {
  for (Loss loss : {Loss::before, Loss::after})
    for (int which = 0; which < 8; ++which) {
      Lossy on;
      on.lossy->loses = [&](int call) { return call == which ? loss : Loss::none; };
      auto claimed = on.tree.claim(path("/a/b"), worker(1));
      ASSERT_TRUE(claimed) << claimed.error().text;
      EXPECT_THAT(ids(*on.truth.list(path("/a/b"))), ElementsAre(1));
      on.lossy->calls = 0;
      EXPECT_EQ(on.tree.claim(path("/a/b"), worker(2)).error().kind, ErrorKind::refused) << which;
    }
}

TEST(TreeOnALossyCoordinator, WhoComesSecondIsRefusedTheClaim) {
  Lossy on;
  on.lossy->before_multi = [&] { ASSERT_TRUE(on.truth.claim(path("/a"), worker(2))); };
  EXPECT_EQ(on.tree.claim(path("/a"), worker(1)).error().kind, ErrorKind::refused);
  EXPECT_THAT(ids(*on.truth.list(path("/a"))), ElementsAre(2));
}

TEST(TreeOnALossyCoordinator, SaysThatTheOutcomeIsUnknown) {
  Lossy on;
  on.lossy->loses = [](int) { return Loss::before; };
  auto added = on.tree.add(paths({"/a"}), worker(1));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().kind, ErrorKind::unreachable);
  EXPECT_TRUE(added.error().may_have_run);
  EXPECT_LT(on.lossy->calls, 20) << "it gives up soon";
  EXPECT_EQ(on.tree.list(path("/a")).error().kind, ErrorKind::unreachable);
  EXPECT_EQ(on.tree.claim(path("/a"), worker(1)).error().kind, ErrorKind::unreachable);
  EXPECT_EQ(on.tree.remove(paths({"/a"}), WorkerId{1}).error().kind, ErrorKind::unreachable);
  EXPECT_EQ(on.tree.revision(path("/a")).error().kind, ErrorKind::unreachable);
  EXPECT_EQ(on.tree.walk(path("/a")).error().kind, ErrorKind::unreachable);
  EXPECT_EQ(on.tree.sweep().error().kind, ErrorKind::unreachable);
  bool told = false;
  auto handle = on.tree.watch(path("/a"), 0, [&](Result<Listing> news) {
    told = true;
    EXPECT_EQ(news.error().kind, ErrorKind::unreachable);
  });
  EXPECT_TRUE(told);
}

TEST(TreeOnALossyCoordinator, BeginsAgainWhenADirectoryGoesUnderItsHands) {
  Lossy on;
  ASSERT_TRUE(on.truth.add(paths({"/a/b"}), worker(2)));
  int interruptions = 0;
  on.lossy->before_multi = [&] {
    switch (++interruptions) {
      case 1:
      case 3: ASSERT_TRUE(on.truth.remove(paths({"/a/b"}), WorkerId{2})); break;
      case 2: ASSERT_TRUE(on.truth.add(paths({"/a/b"}), worker(2))); break;
      default: break;
    }
  };
  auto added = on.tree.add(paths({"/a/b", "/a/c"}), worker(1));
  ASSERT_TRUE(added) << added.error().text;
  EXPECT_EQ(interruptions, 4);
  EXPECT_THAT(ids(*on.truth.list(path("/a/b"))), ElementsAre(1));
  EXPECT_THAT(ids(*on.truth.list(path("/a/c"))), ElementsAre(1));
}

TEST(TreeOnALossyCoordinator, GivesUpOnADirectoryThatNeverStandsStill) {
  Lossy on;
  bool there = false;
  on.lossy->before_multi = [&] {
    there = !there;
    if (there)
      ASSERT_TRUE(on.truth.add(paths({"/a"}), worker(2)));
    else
      ASSERT_TRUE(on.truth.remove(paths({"/a"}), WorkerId{2}));
  };
  auto added = on.tree.add(paths({"/a"}), worker(1));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().kind, ErrorKind::overloaded);
  EXPECT_FALSE(on.truth.file({path("/a"), WorkerId{1}}));
}

TEST(TreeOnALossyCoordinator, SaysThatTheSessionIsOver) {
  Lossy on;
  ASSERT_TRUE(on.sound->close());
  EXPECT_EQ(on.tree.add(paths({"/a"}), worker(1)).error().kind, ErrorKind::cancelled);
}

}  // namespace
}  // namespace circuit::anchor::testing
