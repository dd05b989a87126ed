// The dashboard without a window: frames are drawn into nothing.
#pragma once

#include <gtest/gtest.h>
#include <imgui.h>
#include <memory>
#include <string>

#include "gui/scenes.hpp"
#include "shell/canvas.hpp"
#include "shell/script.hpp"
#include "support/eventually.hpp"

namespace circuit::gui::testing {

/// Time that stands still until the test moves it.
class StillClock final : public Clock {
 public:
  std::uint64_t now_ns() const noexcept override { return at_ns; }
  std::uint64_t wall_ns() const noexcept override { return start_ns + at_ns; }
  std::uint64_t at_ns = second_ns;
};

class Stage : public ::testing::Test {
 protected:
  explicit Stage(ImVec2 size = {1440, 900}) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = size;
    map_keys(io);
    cluster.known_functions = functions();
    state.emplace(cluster, clock, [] {});
    canvas.emplace(*state);
    state->theme = ThemeChoice::dark;
    state->set_looked_at(true);
  }
  ~Stage() override {
    canvas.reset();
    state.reset();
    ImGui::DestroyContext();
  }

  /// Draws so many frames, half a second apart for the mouse, so that no two clicks make a double click.
  void frames(int count = 1) {
    for (int i = 0; i < count; ++i) {
      ImGui::GetIO().DeltaTime = 0.5F;
      clock.at_ns += 200'000'000;
      state->take_in();
      canvas->prepare(1);
      canvas->draw(input);
      ImGui::Render();
      ASSERT_TRUE(ImGui::GetDrawData()->Valid);
    }
  }

  /// Runs the lines of a script; returns what they print.
  std::string act(const std::string& lines) {
    auto script = Script::parse(lines);
    if (script.has_error()) {
      ADD_FAILURE() << script.error().text;
      return {};
    }
    std::string printed;
    bool ended = false;
    EXPECT_TRUE(support::eventually([&] {
      frames();
      // The script's time is the test's: what another thread brings about takes real time.
      auto wish = script->step(canvas->drawn(), input, 1 + steps_++ * 1'000);
      if (wish.has_error()) ADD_FAILURE() << wish.error().text;
      ended = wish.has_error() || wish->quit;
      if (wish.has_value()) printed += wish->print;
      return ended || HasFailure();
    })) << "the script does not end: "
        << lines << "\n"
        << seen();
    return printed;
  }

  bool sees(Drawn::Kind kind, const std::vector<std::string>& words) {
    return canvas->drawn().find_words(kind, words) != nullptr;
  }
  bool sees_text(const std::string& text) { return sees(Drawn::Kind::text, {text}); }
  /// All words on the screen, for messages.
  std::string seen() {
    std::string all;
    for (const Drawn::Item& item : canvas->drawn().items()) all += item.label.substr(0, 200) + "\n";
    return all;
  }
  int vertices() const { return ImGui::GetDrawData()->TotalVtxCount; }

  FakeCluster cluster;
  StillClock clock;
  InputQueue input;
  std::optional<Dashboard> state;
  std::optional<Canvas> canvas;

 private:
  std::uint64_t steps_ = 0;
};

}  // namespace circuit::gui::testing
