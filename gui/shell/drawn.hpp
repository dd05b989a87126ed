// What was drawn in a frame, by the words that stand on it: where a script finds what it clicks and waits
// for.
#pragma once

#include <imgui.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace circuit::gui {

/// Filled by the widgets as they are drawn. Thread safety: none; the drawing thread alone.
class Drawn {
 public:
  enum class Kind { widget, field, row, call, text, panel };
  struct Item {
    Kind kind = Kind::widget;
    std::string label;
    ImVec2 min, max;
    bool enabled = true;
  };

  /// Forgets the last frame.
  void begin() { items_.clear(); }
  /// The rectangle is cut to what can be seen of it; what cannot be seen is not kept.
  void add(Kind kind, std::string_view label, ImVec2 min, ImVec2 max, bool enabled = true);
  /// The topmost item of that label; for rows and texts: in which each of the words stands.
  const Item* find(Kind kind, std::string_view label) const;
  const Item* find_words(Kind kind, const std::vector<std::string>& words) const;
  const std::vector<Item>& items() const noexcept { return items_; }

 private:
  std::vector<Item> items_;
};

}  // namespace circuit::gui
