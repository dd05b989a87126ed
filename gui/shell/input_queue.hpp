// Mouse and keyboard on their way to ImGui.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <imgui.h>
#include <string_view>
#include <vector>

namespace circuit::gui {

/// One event, with GLFW's numbers for keys, buttons and modifiers.
struct InputEvent {
  enum class Kind : std::uint8_t { move, button, wheel, key, character, leave };
  Kind kind = Kind::move;
  float x = 0;
  float y = 0;
  /// Key or button.
  int code = 0;
  int modifiers = 0;
  bool pressed = false;
  char32_t character = 0;
};

/// ImGui sees the state of keys and buttons once a frame, so a press and its release in one frame would be
/// lost: this hands on the events of at most one change each a frame. Window and script fill the same queue.
/// Thread safety: none; the drawing thread alone.
class InputQueue {
 public:
  /// Beyond limits::gui_input_events an event is dropped.
  void push(const InputEvent& event);
  bool empty() const noexcept { return events_.empty(); }

  /// Hands the next events to ImGui: before ImGui::NewFrame(), and after a backend's. `claim` is asked for
  /// each pressed key and each character first; what it takes, ImGui does not get.
  template <class Claim>
  void feed(ImGuiIO& io, Claim claim) {
    while (!events_.empty() && fits(events_.front())) {
      const InputEvent event = events_.front();
      events_.pop_front();
      note(event);
      if (!claimed(event, claim)) apply(io, event);
    }
    finish(io);
  }

 private:
  template <class Claim>
  static bool claimed(const InputEvent& event, Claim& claim) {
    const bool key = event.kind == InputEvent::Kind::key && event.pressed;
    return (key || event.kind == InputEvent::Kind::character) && claim(event);
  }
  bool fits(const InputEvent& event) const;
  void note(const InputEvent& event);
  void apply(ImGuiIO& io, const InputEvent& event);
  void finish(ImGuiIO& io);

  std::deque<InputEvent> events_;
  std::array<bool, 512> keys_{};
  std::array<bool, 5> buttons_{};
  ImVec2 mouse_{-1, -1};
  // What this frame has had already.
  std::vector<int> changed_;
  bool typed_ = false;
  bool edited_ = false;
};

/// Tells ImGui which of GLFW's keys are those that it knows.
void map_keys(ImGuiIO& io);

}  // namespace circuit::gui
