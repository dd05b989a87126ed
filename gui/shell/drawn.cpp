#include "shell/drawn.hpp"

#include <algorithm>

namespace circuit::gui {

void Drawn::add(Kind kind, std::string_view label, ImVec2 min, ImVec2 max, bool enabled) {
  const ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 least = list.GetClipRectMin(), most = list.GetClipRectMax();
  min = {std::max(min.x, least.x), std::max(min.y, least.y)};
  max = {std::min(max.x, most.x), std::min(max.y, most.y)};
  if (min.x >= max.x || min.y >= max.y) return;
  items_.push_back({kind, std::string(label), min, max, enabled});
}

const Drawn::Item* Drawn::find(Kind kind, std::string_view label) const {
  // What is drawn later lies above.
  auto found = std::find_if(items_.rbegin(), items_.rend(),
                            [&](const Item& item) { return item.kind == kind && item.label == label; });
  return found == items_.rend() ? nullptr : &*found;
}

const Drawn::Item* Drawn::find_words(Kind kind, const std::vector<std::string>& words) const {
  auto found = std::find_if(items_.begin(), items_.end(), [&](const Item& item) {
    return item.kind == kind && std::all_of(words.begin(), words.end(), [&](const std::string& word) {
             return item.label.find(word) != std::string::npos;
           });
  });
  return found == items_.end() ? nullptr : &*found;
}

}  // namespace circuit::gui
