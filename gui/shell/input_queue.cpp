#include "shell/input_queue.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <algorithm>

#include "base/limits.hpp"

namespace circuit::gui {
namespace {

/// Buttons and keys as one row of numbers.
int change_of(const InputEvent& event) {
  return event.kind == InputEvent::Kind::button ? -1 - event.code : event.code;
}

bool is_change(const InputEvent& event) {
  return event.kind == InputEvent::Kind::button || event.kind == InputEvent::Kind::key;
}

}  // namespace

void InputQueue::push(const InputEvent& event) {
  if (events_.size() < limits::gui_input_events) events_.push_back(event);
}

bool InputQueue::fits(const InputEvent& event) const {
  // Text and keys that edit it must not overtake one another.
  const bool edits = event.kind == InputEvent::Kind::key && event.code >= GLFW_KEY_ESCAPE && event.pressed;
  if ((edits && typed_) || (event.kind == InputEvent::Kind::character && edited_)) return false;
  if (is_change(event))
    return std::find(changed_.begin(), changed_.end(), change_of(event)) == changed_.end();
  // A click belongs to the place at which the mouse was then.
  if (event.kind == InputEvent::Kind::move)
    return std::none_of(changed_.begin(), changed_.end(), [](int change) { return change < 0; });
  return true;
}

void InputQueue::note(const InputEvent& event) {
  if (is_change(event)) changed_.push_back(change_of(event));
  typed_ = typed_ || event.kind == InputEvent::Kind::character;
  edited_ =
      edited_ || (event.kind == InputEvent::Kind::key && event.code >= GLFW_KEY_ESCAPE && event.pressed);
}

void InputQueue::apply(ImGuiIO& io, const InputEvent& event) {
  switch (event.kind) {
    case InputEvent::Kind::move: mouse_ = {event.x, event.y}; break;
    case InputEvent::Kind::leave: mouse_ = {-FLT_MAX, -FLT_MAX}; break;
    case InputEvent::Kind::wheel:
      io.MouseWheelH += event.x;
      io.MouseWheel += event.y;
      break;
    case InputEvent::Kind::button:
      if (event.code >= 0 && event.code < static_cast<int>(buttons_.size()))
        buttons_[static_cast<std::size_t>(event.code)] = event.pressed;
      break;
    case InputEvent::Kind::key:
      if (event.code >= 0 && event.code < static_cast<int>(keys_.size()))
        keys_[static_cast<std::size_t>(event.code)] = event.pressed;
      break;
    case InputEvent::Kind::character:
      if (event.character < 0x10000) io.AddInputCharacter(static_cast<unsigned>(event.character));
      break;
  }
}

void InputQueue::finish(ImGuiIO& io) {
  changed_.clear();
  typed_ = edited_ = false;
  io.MousePos = mouse_;
  std::copy(buttons_.begin(), buttons_.end(), io.MouseDown);
  std::copy(keys_.begin(), keys_.end(), io.KeysDown);
  auto either = [&](int left, int right) {
    return keys_[static_cast<std::size_t>(left)] || keys_[static_cast<std::size_t>(right)];
  };
  io.KeyCtrl = either(GLFW_KEY_LEFT_CONTROL, GLFW_KEY_RIGHT_CONTROL);
  io.KeyShift = either(GLFW_KEY_LEFT_SHIFT, GLFW_KEY_RIGHT_SHIFT);
  io.KeyAlt = either(GLFW_KEY_LEFT_ALT, GLFW_KEY_RIGHT_ALT);
  io.KeySuper = either(GLFW_KEY_LEFT_SUPER, GLFW_KEY_RIGHT_SUPER);
}

void map_keys(ImGuiIO& io) {
  const std::pair<ImGuiKey, int> pairs[] = {{ImGuiKey_Tab, GLFW_KEY_TAB},
                                            {ImGuiKey_LeftArrow, GLFW_KEY_LEFT},
                                            {ImGuiKey_RightArrow, GLFW_KEY_RIGHT},
                                            {ImGuiKey_UpArrow, GLFW_KEY_UP},
                                            {ImGuiKey_DownArrow, GLFW_KEY_DOWN},
                                            {ImGuiKey_PageUp, GLFW_KEY_PAGE_UP},
                                            {ImGuiKey_PageDown, GLFW_KEY_PAGE_DOWN},
                                            {ImGuiKey_Home, GLFW_KEY_HOME},
                                            {ImGuiKey_End, GLFW_KEY_END},
                                            {ImGuiKey_Insert, GLFW_KEY_INSERT},
                                            {ImGuiKey_Delete, GLFW_KEY_DELETE},
                                            {ImGuiKey_Backspace, GLFW_KEY_BACKSPACE},
                                            {ImGuiKey_Space, GLFW_KEY_SPACE},
                                            {ImGuiKey_Enter, GLFW_KEY_ENTER},
                                            {ImGuiKey_Escape, GLFW_KEY_ESCAPE},
                                            {ImGuiKey_KeyPadEnter, GLFW_KEY_KP_ENTER},
                                            {ImGuiKey_A, GLFW_KEY_A},
                                            {ImGuiKey_C, GLFW_KEY_C},
                                            {ImGuiKey_V, GLFW_KEY_V},
                                            {ImGuiKey_X, GLFW_KEY_X},
                                            {ImGuiKey_Y, GLFW_KEY_Y},
                                            {ImGuiKey_Z, GLFW_KEY_Z}};
  for (const auto& [key, code] : pairs) io.KeyMap[key] = code;
}

}  // namespace circuit::gui
