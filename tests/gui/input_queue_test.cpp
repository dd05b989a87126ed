#include "shell/input_queue.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace circuit::gui {
namespace {

using Kind = InputEvent::Kind;

class Queue : public ::testing::Test {
 protected:
  Queue() { ImGui::CreateContext(); }
  ~Queue() override { ImGui::DestroyContext(); }
  ImGuiIO& feed() {
    queue.feed(ImGui::GetIO(), [this](const InputEvent& event) {
      asked.push_back(event);
      return claims;
    });
    return ImGui::GetIO();
  }

  InputQueue queue;
  std::vector<InputEvent> asked;
  bool claims = false;
};

TEST_F(Queue, APressAndItsReleaseAreSeenInTwoFrames) {
  queue.push({Kind::move, 10, 20, 0, 0, false, 0});
  queue.push({Kind::button, 0, 0, 0, 0, true, 0});
  queue.push({Kind::button, 0, 0, 0, 0, false, 0});
  EXPECT_TRUE(feed().MouseDown[0]);
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(ImGui::GetIO().MousePos.x, 10);
  EXPECT_FALSE(feed().MouseDown[0]);
  EXPECT_TRUE(queue.empty());
}

TEST_F(Queue, AClickHappensWhereTheMouseWasThen) {
  queue.push({Kind::move, 1, 1, 0, 0, false, 0});
  queue.push({Kind::button, 0, 0, 0, 0, true, 0});
  queue.push({Kind::move, 2, 2, 0, 0, false, 0});
  EXPECT_EQ(feed().MousePos.x, 1);
  EXPECT_EQ(feed().MousePos.x, 2);
}

TEST_F(Queue, QuickKeysAreNotLostAndTextKeepsItsPlaceAmongThem) {
  queue.push({Kind::character, 0, 0, 0, 0, true, U'a'});
  queue.push({Kind::key, 0, 0, GLFW_KEY_BACKSPACE, 0, true, 0});
  queue.push({Kind::key, 0, 0, GLFW_KEY_BACKSPACE, 0, false, 0});
  queue.push({Kind::character, 0, 0, 0, 0, true, U'b'});
  EXPECT_EQ(feed().InputQueueCharacters.Size, 1);
  EXPECT_FALSE(ImGui::GetIO().KeysDown[GLFW_KEY_BACKSPACE]);
  ImGui::GetIO().ClearInputCharacters();
  EXPECT_TRUE(feed().KeysDown[GLFW_KEY_BACKSPACE]);
  EXPECT_EQ(ImGui::GetIO().InputQueueCharacters.Size, 0);
  EXPECT_FALSE(feed().KeysDown[GLFW_KEY_BACKSPACE]);
  EXPECT_EQ(ImGui::GetIO().InputQueueCharacters.Size, 1);
}

TEST_F(Queue, WhatIsClaimedImGuiDoesNotGet) {
  claims = true;
  queue.push({Kind::character, 0, 0, 0, 0, true, U'/'});
  queue.push({Kind::button, 0, 0, 0, 0, true, 0});
  EXPECT_EQ(feed().InputQueueCharacters.Size, 0);
  EXPECT_TRUE(ImGui::GetIO().MouseDown[0]);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].character, U'/');
}

TEST_F(Queue, StrangeNumbersAndFloodsAreTaken) {
  for (int code : {-1, 5, 511, 512, 1 << 30}) {
    queue.push({Kind::key, 0, 0, code, 0, true, 0});
    queue.push({Kind::button, 0, 0, code, 0, true, 0});
  }
  queue.push({Kind::character, 0, 0, 0, 0, true, 0x10FFFF});
  for (int i = 0; i < 100'000; ++i) queue.push({Kind::wheel, 0, 1, 0, 0, false, 0});
  for (int i = 0; i < 20 && !queue.empty(); ++i) feed();
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace circuit::gui
